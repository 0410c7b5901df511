import type { HistoryEvent } from '../../local/functions-host/durable/history.ts';

/** One recorded orchestration, as it stands in `test/replay/*.json`: never edited, only added to. */
export interface RecordedHistory {
  readonly orchestrator: string;
  readonly instanceId: string;
  readonly executionId: string;
  readonly parentInstanceId: string | null;
  /** What was going on, for a reader. */
  readonly story: string;
  readonly output: unknown;
  readonly history: readonly HistoryEvent[];
}
