/** A settled version that asks for the target again. Pure. */
import type { ReleaseConfig } from '../../config/release-schema.ts';
import type { Policy } from '../../config/schema.ts';
import type { TargetConfig } from '../../config/target-schema.ts';
import type { NoticeAddress } from '../../domain/notice.ts';
import type { SettledVersion } from '../../domain/release-state.ts';
import type { ModelVersion } from '../../domain/run.ts';
import type { Word } from '../../domain/word.ts';
import type { OperatedRelease } from './operate-release.ts';
import type { Candidate } from './state.ts';

export interface RollBackOrder {
  /** Null: the latest before the one that serves. */
  readonly version: string | null;
  readonly word: Word;
  /** Id of the release that it becomes, where it becomes one. */
  readonly releaseId: string;
  readonly model: string;
  readonly configHash: string;
  readonly target: TargetConfig;
  readonly stages: ReleaseConfig['stages'];
  readonly freezes: Policy['freezes'];
  readonly notices?: readonly NoticeAddress[];
}

export interface RolledBack extends OperatedRelease {
  /** The release that is to be started; null: none. */
  readonly candidate: Candidate | null;
}

/** Without a stage, and nobody's order yet. */
export function candidateOf(
  {
    releaseId,
    target,
    freezes,
    configHash,
    notices,
  }: Omit<RollBackOrder, 'version' | 'word' | 'model' | 'stages'>,
  { model, digest }: Pick<SettledVersion, 'model' | 'digest'>,
  previous: ModelVersion | null,
): Candidate {
  const runId = releaseId.replace(/-release$/, '');
  return {
    ...{ releaseId, runId, model, previous, configHash, target, freezes },
    ...{ gateReportHash: '', dataHash: '', requestedBy: [], stages: [] },
    ...(notices && { notices }),
    expectedDigest: digest,
  };
}

/** Production, and who was told after it and is to hear of a way back. */
export function stagesOfRollback(stages: ReleaseConfig['stages']): ReleaseConfig['stages'] {
  const production = stages.findIndex(({ kind }) => kind === 'production');
  return stages.filter(
    (stage, at) =>
      stage.kind === 'production' || (at > production && 'undo' in stage && stage.undo === 'withdraw'),
  );
}
