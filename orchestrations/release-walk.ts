/** One release under way: what its orchestration was started with, and how it is woken. */
import type * as df from 'durable-functions';
import type { Policy } from '../shared/config/schema.ts';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import type { ModelVersion } from '../shared/domain/run.ts';

/** Name of the external event that has a release look again at once. */
export const releaseWokenEvent = 'release-woken';

export interface StagedReleaseInput {
  readonly releaseId: string;
  readonly runId: string;
  readonly model: ModelVersion;
  readonly previous: ModelVersion | null;
  readonly gateReportHash: string;
  readonly target: TargetConfig;
  readonly freezes: Policy['freezes'];
  /** What the ledger was last told, of what counts; absent at the beginning. */
  readonly told?: string;
  /** Ids of the notices that were started; absent: none. */
  readonly noticed?: readonly string[];
}

export interface ReleaseWalk extends StagedReleaseInput {
  readonly context: df.OrchestrationContext;
  /** Happens once somebody has ordered something of the release, or it has its turn. */
  woken: df.Task;
}
