/** What the demo sees of the application and its cloud, from outside. */
import type { DataManifest } from '../shared/domain/data-manifest.ts';
import type { Decision, ReasonCode } from '../shared/domain/decision.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import type { Run } from '../shared/domain/run.ts';

export interface WeekResult {
  readonly weekStart: string;
  /** Mails of the week. */
  readonly n: number;
  /** Versions that scored mail of the week, in the order in which they were asked first. */
  readonly versions: readonly string[];
  /** Mails that nobody could score: they were delivered. */
  readonly failed: number;
  /** Of what production did; null in a week without mail. */
  readonly accuracy: number | null;
  /** Of the first champion, as if nothing had ever been retrained. */
  readonly accuracyNeverRetrained: number | null;
}

/** A wait that was seen: what the ledger replaces by the final answer. */
export interface Deferral {
  readonly signalId: string;
  readonly reason: ReasonCode;
}

/** Everything that was observed from outside the application. */
export interface Observations {
  readonly weeks: readonly WeekResult[];
  readonly decisions: readonly Decision[];
  readonly runs: readonly Run[];
  readonly releases: readonly ReleaseRow[];
  /** Ids of the signals that were sent. */
  readonly signalIds: readonly string[];
  readonly deferrals: readonly Deferral[];
  /** Names of the files that were uploaded broken. */
  readonly spoiled: readonly string[];
  /** The data of every run. */
  readonly manifests: readonly Pick<DataManifest, 'runId' | 'train'>[];
  /** Versions in the workspace's registry, each with the run its tags name. */
  readonly registered: readonly { readonly version: string; readonly runId: string | null }[];
  /** Versions that the endpoint's answers bore, in order. */
  readonly served: readonly string[];
  readonly durationMs: number;
}
