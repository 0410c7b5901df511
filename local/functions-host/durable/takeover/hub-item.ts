/** What a task hub holds that an app of another version would have to go on with. */
import type { HistoryEvent } from '../history.ts';

/** An orchestration that has not ended. */
export interface HubInstance {
  readonly kind: 'instance';
  readonly instanceId: string;
  readonly executionId: string;
  readonly orchestrator: string;
  /** Of the orchestration (`defaultVersion` of the host it began on); empty for none. */
  readonly version: string;
  readonly parentInstanceId: string | null;
  /** Of the current execution, whole turns only; empty where it has not begun. */
  readonly history: readonly HistoryEvent[];
}

export interface HubEntity {
  readonly kind: 'entity';
  readonly name: string;
  readonly key: string;
  /** JSON text. */
  readonly state: string;
}

/** An orchestration that has ended as failed. */
interface HubFailure {
  readonly kind: 'failure';
  readonly instanceId: string;
  readonly orchestrator: string;
  /** ISO 8601. */
  readonly at: string;
  readonly why: string;
}

export type HubItem = HubInstance | HubEntity | HubFailure;

export interface TaskHub {
  /** For a person, such as a file's name. */
  readonly described: string;
  /** Everything that has not ended, and what has failed at or after a time; null: no failures. */
  read(failedSinceMs: number | null): AsyncIterable<HubItem> | Iterable<HubItem>;
}
