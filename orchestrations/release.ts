import * as df from 'durable-functions';
import type { NotifyStage } from '../shared/config/stage-schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { lasting, type Patience, twoMinutesMs } from './patience.ts';
import { cancelRunEvent } from './run-job.ts';
import { messageOf, now, StepFailure, takeStep } from './take-step.ts';

export interface ReleaseInput {
  readonly runId: string;
  readonly stages: readonly NotifyStage[];
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  readonly gateReportHash: string;
  /** How long outages are waited out (ISO 8601, UTC); absent in histories of before they were: two minutes. */
  readonly until?: string;
  /** Whether it hears that it is to stop; absent in histories of before it did. */
  readonly hearsCancel?: boolean;
}

/** How far a release came. `told` has a release id for each stage whose channel accepted the notice. */
export interface ReleaseResult {
  readonly told: readonly string[];
  /** Why the walk stopped early, or null. */
  readonly failure: string | null;
  /** Whether it stopped because it was cancelled; absent where it was not. */
  readonly cancelled?: boolean;
}

/**
 * release: walks the stages of the model file in order, and stops at the first that cannot be told, or once it is
 * cancelled. A notice that is out cannot be taken back: no channel has a way to.
 */
df.app.orchestration('release', function* (context) {
  const input = context.df.getInput<ReleaseInput>();
  if (!input) throw new Error('release was started without a model');
  const { runId, stages, until, hearsCancel, ...what } = input;
  const stop = context.df.waitForExternalEvent(cancelRunEvent);
  const isCancelled = (): boolean => stop.isCompleted;
  const patience: Patience = {
    ...(until ? { untilMs: Date.parse(until) } : lasting(context, twoMinutesMs)),
    ...(hearsCancel && { stop, listens: true }),
  };
  const told: string[] = [];
  for (const stage of stages) {
    const releaseId = `${runId}-${stage.stage}`;
    if (isCancelled()) {
      return { told, failure: `stage ${stage.stage} was not notified`, cancelled: true };
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

function tellOf(context: df.OrchestrationContext, { stage }: NotifyStage): NonNullable<Patience['tell']> {
  // biome-ignore lint/correctness/useYield: nothing is waited for; others that tell write to the ledger.
  return function* (_step, waits) {
    context.df.setCustomStatus({ stage, ...(waits !== null && { waits }) });
  };
}
