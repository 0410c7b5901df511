/** Streams of windows with a known truth. */

export interface Stream {
  readonly name: string;
  readonly rows: number;
  /** Windows of a year. */
  readonly windows: number;
  /** The window in which the model begins to fall; null: it never does. */
  readonly fallsAt: number | null;
  /** The true share of right rows in a window. */
  readonly truth: (window: number) => number;
}

/** What the rules are about. */
export const limit = 0.9;

const fallsAt = 180;

const stable = (truth: number, rows: number, windows: number): Stream => ({
  name: `accuracy ${truth}`,
  ...{ rows, windows, fallsAt: null, truth: () => truth },
});
const abrupt = (after: number, rows: number): Stream => ({
  name: `0.93 to ${after} at once`,
  ...{ rows, windows: 365, fallsAt, truth: (window) => (window < fallsAt ? 0.93 : after) },
});
const gradual = (after: number, lasts: number, rows: number): Stream => ({
  name: `0.93 to ${after} in ${lasts} windows`,
  ...{ rows, windows: 365, fallsAt },
  truth: (window) => 0.93 + (after - 0.93) * Math.min(1, Math.max(0, (window - fallsAt) / lasts)),
});

export const streams: readonly Stream[] = [
  ...[100, 500, 2000].flatMap((rows) => [0.9, 0.91, 0.93].map((truth) => stable(truth, rows, 365))),
  ...[0.9, 0.91].map((truth) => stable(truth, 100, 8760)),
  ...[100, 500, 2000].flatMap((rows) => [abrupt(0.87, rows), abrupt(0.8, rows), gradual(0.83, 60, rows)]),
];
