import * as df from 'durable-functions';
import type { StageConfig } from '../shared/config/schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';
import { messageOf, now, takeStep } from './take-step.ts';

export interface ReleaseInput {
  readonly runId: string;
  readonly stages: readonly StageConfig[];
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  readonly gateReportHash: string;
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
  const { runId, stages, ...what } = input;
  const told: string[] = [];
  for (const stage of stages) {
    const releaseId = `${runId}-${stage.stage}`;
    context.df.setCustomStatus({ stage: stage.stage });
    const notice = { releaseId, runId, stage: stage.stage, ...what, releasedAt: now(context) };
    try {
      yield* takeStep(context, 'publish-release', { stage, notice });
    } catch (error) {
      return { told, failure: `stage ${stage.stage} could not be told: ${messageOf(error)}` };
    }
    told.push(releaseId);
  }
  return { told, failure: null } satisfies ReleaseResult;
});
