/** What is counted of the requests that deployments were sent. Plain data. */

/** How many it is, where some of it cannot be told: at least so many, and at most. */
export interface Tally {
  readonly least: number;
  readonly most: number;
}

/** Of the requests that one deployment was sent in a window. */
export interface RequestCounts {
  readonly deployment: string;
  /** Those that the deployment had to answer: none that were refused for the caller's own sake. */
  readonly requests: number;
  /** Of them, those of the last quarter of the window. */
  readonly recent: number;
  /** Null: not counted. */
  readonly errors: Tally | null;
  /** Requests not answered well within so many milliseconds, by that number; those that are missing were not counted. */
  readonly slow: Readonly<Record<number, Tally>>;
}
