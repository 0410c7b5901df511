/** A version on probation and its looks at labelled rows, as a release keeps them and asks for them. Plain JSON. */
import type { GateConfig } from '../../config/gate-schema.ts';
import type { JobConfig, ModelConfig } from '../../config/schema.ts';
import type { TrialResult } from '../../domain/look-result.ts';
import type { ModelVersion } from '../../domain/run.ts';

/** What the looks of a probation take from the model file beside their stage. */
export interface ProbationBasis extends Pick<ModelConfig, 'task' | 'evaluation'> {
  readonly data: Pick<ModelConfig['data'], 'files' | 'ignore'>;
}

/** What a stage of kind probation has come to. */
export interface Probation {
  /** How many looks were begun; the number of the latest is part of its names. */
  readonly begun: number;
  /** When the latest was (ISO 8601, UTC). */
  readonly begunAt: string;
  /** The job of the latest; null: it is over, and what it left is judged, or cannot be. */
  readonly job: TrialJob | null;
  /** Looks that were judged: all, and those that had enough labels to settle the version. */
  readonly looks: number;
  readonly decisiveLooks: number;
  readonly last: TrialResult | null;
  /** What is to be said of a job that was not seen to end; absent: there is none. */
  readonly unseen?: string;
}

interface TrialJob {
  readonly name: string;
  /** What was seen last: it may not be there yet, it goes on, or it has left evidence. */
  readonly state: 'asked' | 'running' | 'succeeded';
  /** It is not looked at before (ISO 8601, UTC). */
  readonly askAt: string;
  /** Since when it is to end, where it is (ISO 8601, UTC). */
  readonly endingSince?: string;
}

/** A look of a probation that is to begin: its data is pinned, and its job submitted under a name of its own. */
export interface TrialStart {
  readonly trialId: string;
  readonly stage: string;
  /** Folder of labelled rows, and which of its files count. */
  readonly data: { readonly path: string } & ProbationBasis['data'];
  /** Files that were put there from then on (ISO 8601, UTC). */
  readonly since: string;
  readonly job: JobConfig | ModelConfig['evaluation'];
  readonly challenger: ModelVersion;
  readonly champion: ModelVersion | null;
}

/** What a look is judged by. */
export interface TrialQuestion {
  readonly trialId: string;
  readonly task: ProbationBasis['task'];
  readonly evaluation: ProbationBasis['evaluation'];
  readonly gates: readonly GateConfig[];
  readonly hasChampion: boolean;
  /** Labelled rows without which the version is not settled. */
  readonly labels: number;
  /** The number of the look among those that were judged, and among those that could have settled the version. */
  readonly look: number;
  readonly decisiveLook: number;
}
