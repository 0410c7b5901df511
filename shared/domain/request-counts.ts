/** What is counted of the requests that deployments were sent. Plain data. */

/** How many it is, where some of it cannot be told: at least so many, and at most. */
export interface Tally {
  readonly least: number;
  readonly most: number;
}

/** Of the requests that one deployment was sent in some time. */
export interface RequestTally {
  /** Those that the deployment had to answer: none that were refused for the caller's own sake. */
  readonly requests: number;
  /** Null: not counted. */
  readonly errors: Tally | null;
  /** Requests not answered well within so many milliseconds, by that number; those that are missing were not counted. */
  readonly slow: Readonly<Record<number, Tally>>;
}

export interface RequestCounts extends RequestTally {
  readonly deployment: string;
  /** Of them, those of the end of the window (`recentMs`). */
  readonly recent: RequestTally;
}

const longestRecentMs = 1_800_000;

/** How long the end of a window is that is looked at by itself: the last quarter, and half an hour at most. */
export function recentMs({ from, until }: { readonly from: string; readonly until: string }): number {
  return Math.min((Date.parse(until) - Date.parse(from)) / 4, longestRecentMs);
}
