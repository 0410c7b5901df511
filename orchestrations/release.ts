import * as df from 'durable-functions';
import type { PipelineStage } from '../shared/config/pipeline-stage-schema.ts';
import type { PipelineOrder } from '../shared/domain/pipeline.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { type ChannelStage, isReleased } from '../shared/release/transitions/stages.ts';
import { dayMs, lasting, type Patience, twoMinutesMs } from './patience.ts';
import { cancelRunEvent } from './run-job.ts';
import { messageOf, now, StepFailure, takeStep } from './take-step.ts';
import { walkPipeline } from './walk-pipeline.ts';

export interface ReleaseInput {
  readonly runId: string;
  readonly stages: readonly ChannelStage[];
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  readonly gateReportHash: string;
  /** How long outages are waited out (ISO 8601, UTC); absent in histories of before they were: two minutes. */
  readonly until?: string;
  /** Whether it hears that it is to stop; absent in histories of before it did. */
  readonly hearsCancel?: boolean;
}

/** How far a release came. `told` has a release id for each stage that is done: told, or ended well. */
export interface ReleaseResult {
  readonly told: readonly string[];
  /** Why the walk stopped early, or null. */
  readonly failure: string | null;
  /** Whether it stopped because it was cancelled; absent where it was not. */
  readonly cancelled?: boolean;
}

/**
 * release: walks the stages of the model file in order, and stops at the first that cannot be told or does not end well, or
 * once it is cancelled. A notice that is out cannot be taken back, nor what a pipeline has done; one that runs is cancelled.
 */
df.app.orchestration('release', function* (context) {
  const input = context.df.getInput<ReleaseInput>();
  if (!input) throw new Error('release was started without a model');
  const { runId, stages, until, hearsCancel, ...what } = input;
  const stop = context.df.waitForExternalEvent(cancelRunEvent);
  const isCancelled = (): boolean => stop.isCompleted;
  let patience: Patience = {
    ...(until ? { untilMs: Date.parse(until) } : lasting(context, twoMinutesMs)),
    ...(hearsCancel && { stop, listens: true }),
  };
  const told: string[] = [];
  for (const stage of stages) {
    const releaseId = `${runId}-${stage.stage}`;
    if (isCancelled()) {
      const undone = isReleased(stages, told.length)
        ? ''
        : yield* undoStages(context, stages.slice(0, told.length), { runId, ...what });
      return { told, failure: `stage ${stage.stage} was not ${verbOf(stage)}${undone}`, cancelled: true };
    }
    if (stage.kind === 'pipeline') {
      const failure = yield* runStage(context, stage, { releaseId, ...what, stop });
      if (failure !== null) {
        const begun = stages.slice(0, told.length + 1);
        const undone = yield* undoStages(context, begun, { runId, ...what });
        const said = `stage ${stage.stage}: ${failure}${undone}`;
        return { told, failure: said, ...(isCancelled() && { cancelled: true }) };
      }
      told.push(releaseId);
      // It may have taken longer than the run was to: what comes after has time of its own.
      const leastMs = context.df.currentUtcDateTime.getTime() + dayMs;
      patience = { ...patience, untilMs: Math.max(patience.untilMs, leastMs) };
      continue;
    }
    context.df.setCustomStatus({ stage: stage.stage });
    const notice = { releaseId, runId, stage: stage.stage, ...what, releasedAt: now(context) };
    try {
      yield* takeStep(
        context,
        'publish-release',
        { stage, notice },
        { ...patience, tell: tellOf(context, stage) },
      );
    } catch (error) {
      const failure = `stage ${stage.stage} could not be notified: ${messageOf(error)}`;
      const isRefused = error instanceof StepFailure && error.isFinal;
      return { told, failure, ...(isCancelled() && !isRefused && { cancelled: true }) };
    }
    told.push(releaseId);
  }
  return { told, failure: null } satisfies ReleaseResult;
});

const verbOf = ({ kind }: ChannelStage): string => (kind === 'pipeline' ? 'started' : 'notified');

/** Answers why the stage is not done; null: it is. */
function* runStage(
  context: df.OrchestrationContext,
  stage: PipelineStage,
  {
    releaseId,
    model,
    previous,
    stop,
  }: Pick<ReleaseInput, 'model' | 'previous'> & {
    readonly releaseId: string;
    readonly stop?: df.Task;
  },
): Generator<df.Task, string | null, unknown> {
  context.df.setCustomStatus({ stage: stage.stage });
  const { digest } = yield* takeStep(context, 'find-digest', { model });
  const order: PipelineOrder = {
    ...{ key: releaseId, stage: stage.stage, model, digest },
    previousVersion: previous?.version ?? null,
    askedAt: now(context),
  };
  return yield* walkPipeline(context, { stage, order, stop, tell: tellOf(context, stage) });
}

/** Runs what is to be undone again with the version before, the latest first. Answers what is to be said of it. */
function* undoStages(
  context: df.OrchestrationContext,
  begun: readonly ChannelStage[],
  { runId, model, previous }: Pick<ReleaseInput, 'runId' | 'model' | 'previous'>,
): Generator<df.Task, string, unknown> {
  let said = '';
  for (const stage of begun.toReversed()) {
    if (previous === null || stage.kind !== 'pipeline' || stage.undo !== 'run-again') continue;
    const releaseId = `${runId}-${stage.stage}_back`;
    const failure = yield* runStage(context, stage, { releaseId, model: previous, previous: model });
    said += `; stage ${stage.stage} ran again with version ${previous.version}${failure === null ? '' : `: ${failure}`}`;
  }
  return said;
}

function tellOf(context: df.OrchestrationContext, { stage }: ChannelStage): NonNullable<Patience['tell']> {
  // biome-ignore lint/correctness/useYield: nothing is waited for; others that tell write to the ledger.
  return function* (_step, waits) {
    context.df.setCustomStatus({ stage, ...(waits !== null && { waits }) });
  };
}
