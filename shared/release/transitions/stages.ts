/** Which stage a release is in, and which checks are watched there. Pure. */
import type { CheckConfig } from '../../config/check-schema.ts';
import type { JudgedStage, NotifyStage, StageConfig } from '../../config/stage-schema.ts';
import type { Release } from './state.ts';

/** Undefined after the last. */
export function stageOf({ stages, stage }: Release): StageConfig | undefined {
  return stages[stage];
}

export function isJudged(stage: StageConfig | undefined): stage is JudgedStage {
  return stage?.kind === 'shadow' || stage?.kind === 'canary';
}

/** Those of the stage, or of the latest one before it that had any: a watch goes on while a release waits. */
export function checksOf({ stages, stage }: Release): readonly CheckConfig[] {
  const withChecks = stages
    .slice(0, stage + 1)
    .findLast((each) => 'checks' in each && each.checks !== undefined);
  return withChecks && 'checks' in withChecks ? (withChecks.checks ?? []) : [];
}

/** Those that tell a channel: without a target there are no others. */
export function notifyStages(stages: readonly StageConfig[]): readonly NotifyStage[] {
  return stages.flatMap((stage) => ('channel' in stage && stage.kind !== 'pipeline' ? [stage] : []));
}
