import * as df from 'durable-functions';
import type { StageConfig } from '../shared/config/schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { lasting, type Patience, twoMinutesMs } from './patience.ts';
import { messageOf, now, takeStep } from './take-step.ts';

export interface ReleaseInput {
  readonly runId: string;
  readonly stages: readonly StageConfig[];
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  readonly gateReportHash: string;
  /** How long outages are waited out (ISO 8601, UTC); absent in histories of before they were: two minutes. */
  readonly until?: string;
}

/** How far a release came. `told` has a release id for each stage whose channel accepted the notice. */
export interface ReleaseResult {
  readonly told: readonly string[];
  /** Why the walk stopped early, or null. */
  readonly failure: string | null;
}

/** release: walks the stages of the model file in order, and stops at the first that cannot be told. */
df.app.orchestration('release', function* (context) {
  const input = context.df.getInput<ReleaseInput>();
  if (!input) throw new Error('release was started without a model');
  const { runId, stages, until, ...what } = input;
  const patience = until ? { untilMs: Date.parse(until) } : lasting(context, twoMinutesMs);
  const told: string[] = [];
  for (const stage of stages) {
    const releaseId = `${runId}-${stage.stage}`;
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
      return { told, failure: `stage ${stage.stage} could not be notified: ${messageOf(error)}` };
    }
    told.push(releaseId);
  }
  return { told, failure: null } satisfies ReleaseResult;
});

function tellOf(context: df.OrchestrationContext, { stage }: StageConfig): NonNullable<Patience['tell']> {
  // biome-ignore lint/correctness/useYield: nothing is waited for; others that tell write to the ledger.
  return function* (_step, waits) {
    context.df.setCustomStatus({ stage, ...(waits !== null && { waits }) });
  };
}
