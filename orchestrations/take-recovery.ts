/**
 * take-recovery: tells a model's entity that something is good again, and wakes the signal that waits for a run which
 * nobody needs any more. Its final answer says so.
 */
import * as df from 'durable-functions';
import { asOfArrival } from '../shared/admission/mend-times.ts';
import { cameKeys } from '../shared/config/came-keys.ts';
import type { RecoveryOffer } from '../shared/dispatch/offer-recovery.ts';
import { askModel } from './ask-model.ts';
import { insist } from './insist.ts';
import { now } from './take-step.ts';
import { wake } from './wake.ts';

df.app.orchestration('take-recovery', function* (context) {
  const input = context.df.getInput<RecoveryOffer>();
  if (!input) throw new Error('take-recovery was started without a recovery');
  const { id, model, cause, observedAt, summary, evidence } = input.recovery;
  const came = cameKeys(input.pinned.config.triggers, { cause });
  const note = {
    cause,
    observedAt: asOfArrival(observedAt, now(context)),
    ...(came.length > 0 && { came }),
    summary,
    ...(evidence && { evidence }),
  };
  const told = yield* insist(
    context,
    `recovery ${id}`,
    () => askModel(context, model, 'recover', note),
    function* () {},
  );
  if ('failure' in told) throw new Error(`recovery ${id} was not taken: ${told.failure.message}`);
  const { withdrawn, wake: sleepers } = told.value;
  yield* wake(context, sleepers);
  return { withdrawn };
});
