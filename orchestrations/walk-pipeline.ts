/**
 * One stage of a release without a target that starts something outside: starts it, waits for its end, and has it end where
 * it is late or no longer wanted.
 *
 * Owns: when it is looked at, and for how long. Does not own: starting it (shared/release/channels), the other stages
 * (release.ts). A release over stages has the same of its own (shared/release/transitions/outside.ts): there the target's entity
 * decides, and nothing here does.
 *
 * Invariant: it is left once what was started has ended, or could not be seen to end within half an hour of being told to.
 */
import type * as df from 'durable-functions';
import { parseDurationMs } from '../shared/config/duration.ts';
import type { PipelineStage } from '../shared/config/pipeline-stage-schema.ts';
import type { PipelineOrder, PipelineSeen } from '../shared/domain/pipeline.ts';
import { describeEnd, describePipeline } from '../shared/release/transitions/outside.ts';
import { type Patience, sleepUntil } from './patience.ts';
import { messageOf, StepFailure, takeStep } from './take-step.ts';

interface Walk {
  readonly stage: PipelineStage;
  readonly order: PipelineOrder;
  /** Happens once the release is to stop; absent: it is not. */
  readonly stop?: df.Task | undefined;
  readonly tell: NonNullable<Patience['tell']>;
}

const leastMs = 10_000;
const mostMs = 3_600_000;
const endsWithinMs = 1_800_000;

/** Answers why the stage is not done, or null: it is. */
export function* walkPipeline(
  context: df.OrchestrationContext,
  walk: Walk,
): Generator<df.Task, string | null, unknown> {
  const { stage, order, stop, tell } = walk;
  const askedMs = Date.parse(order.askedAt);
  const untilMs = askedMs + parseDurationMs(stage.within)!;
  const patience: Patience = { untilMs, ...(stop && { stop, listens: true }), tell };
  let seen: PipelineSeen | null = null;
  try {
    seen = yield* takeStep(context, 'start-pipeline', { stage, order, run: null }, patience);
    while (seen.state === 'running') {
      const nowMs = context.df.currentUtcDateTime.getTime();
      if (nowMs >= untilMs || stop?.isCompleted) return yield* end(context, walk, seen);
      context.df.setCustomStatus({ stage: stage.stage, pipeline: seen.run?.url ?? null, waits: seen.why });
      const pauseMs = Math.min(Math.max((nowMs - askedMs) / 4, leastMs), mostMs);
      yield* sleepUntil(context, Math.min(nowMs + pauseMs, untilMs), stop);
      if (!stop?.isCompleted)
        seen = yield* takeStep(context, 'watch-pipeline', { stage, order, run: seen.run }, patience);
    }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    // A start that was refused has started nothing: it looks first.
    if (error.isFinal && seen === null) return messageOf(error);
    return yield* end(context, walk, seen, messageOf(error));
  }
  return seen.state === 'succeeded' ? null : `${describePipeline(stage, seen.run)} ${describeEnd(seen)}`;
}

/** Has it end. Answers why it was to, and where it was not seen to. */
function* end(
  context: df.OrchestrationContext,
  { stage, order, stop }: Walk,
  known: PipelineSeen | null,
  said = '',
): Generator<df.Task, string, unknown> {
  const run = known?.run ?? null;
  const what = describePipeline(stage, run);
  const late = stop?.isCompleted ? `${what} was told to end` : `${what} has not ended within ${stage.within}`;
  const why = `${late}${said && `: ${said}`}`;
  const toldMs = context.df.currentUtcDateTime.getTime();
  const untilMs = toldMs + endsWithinMs;
  try {
    for (;;) {
      const seen = yield* takeStep(context, 'cancel-pipeline', { stage, order, run }, { untilMs });
      const nowMs = context.df.currentUtcDateTime.getTime();
      if (seen.state === 'succeeded') return `${why}, and has ended well before it did`;
      if (seen.state !== 'running') return why;
      if (nowMs >= untilMs) return `${why}; it still runs`;
      // What is slow to end is asked the less often the longer it takes.
      yield* sleepUntil(context, Math.min(nowMs + Math.max((nowMs - toldMs) / 4, leastMs), untilMs));
    }
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    return `${why}; whether it still runs could not be found out: ${messageOf(error)}`;
  }
}
