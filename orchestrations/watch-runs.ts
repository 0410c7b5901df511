/**
 * watch-runs: frees what died. A run that was terminated or purged, a place in the fleet nobody uses, a signal that
 * sleeps in its model's state and has no orchestration any more.
 *
 * Owns: what is done about lost work, and that it is written down. Does not own: finding it (find-lost-work).
 */
import * as df from 'durable-functions';
import { askFleet, askModel } from './ask-model.ts';
import type { LostWork } from './steps.ts';
import { now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

df.app.orchestration('watch-runs', function* (context) {
  const lost = yield* takeStep(context, 'find-lost-work', { now: now(context) });
  const freed: string[] = [];
  for (const run of lost.runs) if (yield* free(context, run)) freed.push(run.runId);
  for (const { runId } of lost.places) {
    const returned = yield* askFleet(context, 'return', { runId });
    yield* wake(context, returned.wake);
  }
  for (const { model, signal } of lost.signals) yield* takeStep(context, 'revive-signal', { model, signal });
  return { freed, places: lost.places.length, signals: lost.signals.length };
});

/** The model's entity has the last word: a run that settled meanwhile is not lost. */
function* free(
  context: df.OrchestrationContext,
  { model, runId, why, run }: LostWork['runs'][number],
): Generator<df.Task, boolean, unknown> {
  const at = now(context);
  const settled = yield* askModel(context, model, 'settle', {
    runId,
    outcome: 'lost',
    champion: null,
    now: at,
  });
  if (!settled.wasLive) return false;
  const returned = settled.granted ? yield* askFleet(context, 'return', { runId }) : null;
  const sentence = `Lost: ${why}. The watchdog freed model ${model} at ${at}.`;
  const { signals } = settled;
  if (run) {
    yield* takeStep(context, 'record-run', {
      ...run,
      signals,
      phase: 'settled',
      outcome: 'lost',
      sentence,
      endedAt: at,
    });
  }
  yield* wake(context, [...settled.wake, ...(returned?.wake ?? [])]);
  return true;
}
