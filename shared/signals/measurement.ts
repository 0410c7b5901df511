/** A number that has to be fetched before it can be judged, and what came of fetching it. */
import type { PinnedModel } from '../config/schema.ts';

/** Asks the query of a rule of `triggers.queries`. */
export interface QueryMeasurement {
  readonly source: 'query';
  readonly pinned: PinnedModel;
  readonly rule: string;
  /** ISO 8601, UTC. */
  readonly tick: string;
  /** How long an outage is waited out (ISO 8601, UTC); absent in histories of before it was: two minutes. */
  readonly until?: string;
}

/** Reads the metric of a rule of `triggers.runs`. */
export interface RunMeasurement {
  readonly source: 'run';
  readonly pinned: PinnedModel;
  readonly rule: string;
  readonly runId: string;
  /** When the run completed (ISO 8601, UTC), or null where the event does not say. */
  readonly observedAt: string | null;
}

/** Input of the measure orchestration. */
export type Measurement = QueryMeasurement | RunMeasurement;

/** What a measurement came to. */
export interface Measured {
  readonly breaches: number;
  readonly recoveries: number;
  /** Why nothing was judged; empty where something was. */
  readonly note: string;
}
