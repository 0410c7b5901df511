/**
 * reconcile: finds what lost events would have told, by looking at the workspace and the storage.
 *
 * Owns: what time it is. Does not own: looking (find-lost-events), what a fact's id is (shared/signals/lost-facts.ts).
 *
 * Invariant: a fact is acted on once, whether its event comes before a scan, after it, or never: the ids are the same.
 */
import * as df from 'durable-functions';
import type { ReconcileInput } from '../shared/domain/reconciliation.ts';
import { lasting, twoMinutesMs } from './patience.ts';
import { now, takeStep } from './take-step.ts';

df.app.orchestration('reconcile', function* (context) {
  const previous = context.df.getInput<ReconcileInput>()?.previous ?? null;
  const time = now(context);
  return yield* takeStep(
    context,
    'find-lost-events',
    { previous, now: time },
    lasting(context, twoMinutesMs),
  );
});
