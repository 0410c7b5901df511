import type { ModelVersion } from './run.ts';

/** What a release tells the world, over whichever channel. Consumers drop a second one with the same `releaseId`. */
export interface ReleaseNotice {
  /** `{runId}-{stage}`: the same for every delivery. */
  readonly releaseId: string;
  readonly runId: string;
  readonly stage: string;
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  /** SHA-256 of the gate report, hex. */
  readonly gateReportHash: string;
  /** The look of its probation that passed: `runs/{provenBy}/manifest.json` lists its rows. Absent: there was none. */
  readonly provenBy?: string;
  /** ISO 8601, UTC. */
  readonly releasedAt: string;
}
