/** What a reconciling scan leaves to the next one. Times are ISO 8601, UTC. */
export interface Reconciliation {
  /** Nothing older than this is looked at, ever: it was before there was a scan. */
  readonly began: string;
  readonly scannedAt: string;
  /** What this scan found that no event had told: ids, the first of them. */
  readonly found: readonly string[];
  readonly foundCount: number;
  /** When endpoints could be listed last; absent in scans of before they were. */
  readonly endpointsScannedAt?: string;
  /** Lists that could not be read, each with the time of the scan that read it last; absent where all were. */
  readonly behind?: { readonly [list: string]: string };
  /** The role of the app does not let it read online endpoints: said when it began to be so, and not again. */
  readonly endpointsForbidden?: true;
}

/** Input of the orchestration reconcile. */
export interface ReconcileInput {
  /** Null before the first scan. */
  readonly previous: Reconciliation | null;
}
