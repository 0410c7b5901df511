/** What one look of the watchdog leaves to the next. */

/** Input of the orchestration watch-runs. */
export interface WatchInput {
  /** By run id: since when the jobs of a lost run are being ended (ISO 8601, UTC). Absent in histories of before. */
  readonly ending?: { readonly [runId: string]: string };
}

export interface WatchEnd extends WatchInput {
  /** The runs whose models were freed. */
  readonly freed: readonly string[];
  readonly places: number;
  readonly signals: number;
}
