/** Which stage a release is in, and which checks are watched there. Pure. */
import type { CheckConfig } from '../../config/check-schema.ts';
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { JudgedStage, NotifyStage, StageConfig } from '../../config/stage-schema.ts';
import { msOf } from './changes.ts';
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

/** Those of a channel: without a target there are no others. */
export function channelStages(stages: readonly StageConfig[]): readonly ChannelStage[] {
  return stages.flatMap((stage) => ('channel' in stage ? [stage] : []));
}

export type ChannelStage = NotifyStage | PipelineStage;

/** How long a release without a target may wait for what it starts, milliseconds; 0: it starts nothing. */
export function pipelinesTakeMs(stages: readonly ChannelStage[]): number {
  return stages.reduce((sumMs, stage) => {
    if (stage.kind !== 'pipeline') return sumMs;
    return sumMs + msOf(stage.within) * (stage.undo === 'run-again' ? 2 : 1);
  }, 0);
}

/**
 * Whether a release without a target has had its version take the champion's place: once any stage was told, or, where
 * stages start something, once the last one that does has ended well.
 */
export function isReleased(stages: readonly ChannelStage[], done: number): boolean {
  const last = stages.findLastIndex(({ kind }) => kind === 'pipeline');
  return done > Math.max(last, 0);
}
