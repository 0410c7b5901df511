/** Has people told of what has come up, without waiting for it. */
import type * as df from 'durable-functions';
import type { AddressedNotice } from '../shared/domain/notice.ts';
import { afterwards } from './insist.ts';
import { none, type Patience } from './patience.ts';
import { takeStep } from './take-step.ts';

/** No more are due at once; what is started again starts nothing anyway. */
const toldAtMost = 10;

/** Answers the ids that need not be started again: those of before, and these unless the task hub was away. */
export function* startNotices(
  context: df.OrchestrationContext,
  notices: readonly AddressedNotice[],
  told: readonly string[],
  patience: Patience = none,
): Generator<df.Task, readonly string[], unknown> {
  if (notices.length === 0) return told;
  let after = told;
  yield* afterwards(
    context,
    `telling of ${notices.map(({ notice }) => notice.kind).join(', ')}`,
    function* () {
      yield* takeStep(context, 'start-notices', { notices }, patience);
      after = [...told, ...notices.map(({ notice }) => notice.id)].slice(-toldAtMost);
    },
  );
  return after;
}
