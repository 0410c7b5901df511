import type { ModelVersion } from './run.ts';

/** What a release tells the world, over whichever channel: that a version is released, or is withdrawn again. Consumers drop a second one with the same `releaseId`. */
export interface ReleaseNotice {
  /** `{runId}-{stage}`, and `_back` behind it where it is withdrawn: the same for every delivery. */
  readonly releaseId: string;
  readonly runId: string;
  readonly stage: string;
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  /** SHA-256 of the gate report, hex. */
  readonly gateReportHash: string;
  /** The look of its probation that passed: `runs/{provenBy}/manifest.json` lists its rows. Absent: there was none. */
  readonly provenBy?: string;
  /** Of a version that is withdrawn: what serves in its place (null: nobody knows), and why. Absent: it is released. */
  readonly withdrawn?: { readonly serves: ModelVersion | null; readonly because: string };
  /** ISO 8601, UTC. */
  readonly releasedAt: string;
}
