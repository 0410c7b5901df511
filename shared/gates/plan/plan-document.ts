/** What `ratchet gate plan --json` prints. Whatever does not apply or is not known is null. */
export interface GatePlan {
  /** Raised when a field changes its meaning or goes; fields may be added without. */
  readonly schemaVersion: 1;
  readonly model: string;
  /** Rows of the holdout that is planned. */
  readonly rows: number;
  readonly look: number;
  /** Share of the rows that are of class 1, as said or as in the predictions. */
  readonly positives: number | null;
  readonly gates: readonly PlannedGate[];
  readonly notes: readonly string[];
}

export interface PlannedGate {
  readonly gate: string;
  readonly kind: 'bound' | 'against-champion' | 'gap' | 'data';
  readonly severity: 'block' | 'warn' | 'record';
  readonly rule: string;
  /** That of the gate at this look; null where it claims nothing from rows, or no error is left. */
  readonly confidenceAsked: number | null;
  /** How the numbers were found; null where there are none. */
  readonly method: string | null;
  /** What is taken for true: the challenger's value, or its gain over the champion, and what it is held against. */
  readonly supposed: {
    readonly value: number;
    readonly limit: number;
    readonly because: readonly string[];
  } | null;
  /** Chance that the gate passes if that is true, from 0 to 1. */
  readonly power: number | null;
  /** Of a power from drawn files: its own 95 % interval. */
  readonly powerRange: { readonly low: number; readonly high: number } | null;
  /** Least true distance from the limit that passes 8 times in 10. */
  readonly minimumDetectable: number | null;
  /** Rows of the holdout with which it passes 8 times in 10. */
  readonly rowsNeeded: number | null;
  /** At so many looks at the same rows, the first included, it passes 8 times in 10; 0 where at none. */
  readonly looks: number | null;
  readonly guards: readonly PlannedGuard[];
  readonly sentence: string;
}

/** What a gate asks of the rows besides its rule. */
export interface PlannedGuard {
  readonly guard: 'minimumRows' | 'minimumPerClass' | 'evenRows' | 'slices';
  readonly needed: number;
  /** What is to be expected of so many rows; null where nothing is known of it. */
  readonly expected: number | null;
  readonly holds: boolean | null;
  readonly sentence: string;
}
