/** What looks at a version find: at the requests it was sent, and at the labelled rows of its probation. Plain JSON. */

/** What was counted for one check: of the version, and in the same time of what answers beside it. */
export interface LookedCheck {
  readonly check: string;
  /** What a bad request is. */
  readonly metric: 'error_rate' | 'slow_rate';
  readonly slowerThanMs: number | null;
  /** The largest share of bad requests, or by how much it may be larger than the champion's. */
  readonly limit: { readonly atMost: number } | { readonly worseBy: number };
  readonly verdict: LookResult['verdict'];
  readonly challenger: CountedSide;
  readonly champion: CountedSide;
}

interface CountedSide {
  readonly requests: number;
  /** How many of them were bad; what is unclear is within `least` and `most`. Null: not counted. */
  readonly bad: { readonly least: number; readonly most: number } | null;
}

/** What one look at the checks found. */
export interface LookResult {
  readonly at: string;
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  readonly sentence: string;
  /** Requests that the version was sent in the step. */
  readonly requests: number;
  /** Absent: nothing was counted, or the look is of before they were kept. */
  readonly checks?: readonly LookedCheck[];
}

/** What one look of a probation at the labelled rows of production found. */
export interface TrialResult {
  readonly at: string;
  readonly verdict: 'passed' | 'failed' | 'inconclusive';
  readonly sentence: string;
  /** Labelled rows that were judged; null: none could be. */
  readonly labels: number | null;
}
