/** What must be given to plan a gate. */
export interface Unknown {
  readonly unknown: string;
}

/** What a plan is computed from: how often a gate passes with so many rows. */
export interface PowerModel {
  readonly method: string;
  /** The challenger's value that is taken for true, or its gain. */
  readonly value: number;
  readonly limit: number;
  /** What else is taken for true, in words. */
  readonly because: readonly string[];
  /** Chance of passing; `confidence` is two-sided, null where the measured value decides. */
  readonly passes: (rows: number, confidence: number | null) => number;
  /** Least distance from the limit found 8 times in 10; null where none is. */
  readonly detectable: (rows: number, confidence: number | null) => number | null;
  /** Interval of a chance that was counted; omitted where it is computed. */
  readonly rangeOf?: (chance: number) => { readonly low: number; readonly high: number };
  /** No holdout with more rows is looked for. */
  readonly mostRows: number;
}
