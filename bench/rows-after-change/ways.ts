/** Ways of saying how many rows after a change suffice: none, a number, a wait, and two rules made from the loss that is seen. */

/** What is known of a change when a rule asks. */
interface Seen {
  /** Share of rows that are wrong since the last good window. */
  readonly wrong: number;
  /** By how much that is beyond the threshold; above 0. */
  readonly excess: number;
  readonly rowsPerWindow: number;
}

export interface Way {
  readonly name: string;
  /** 0: it does not wait. */
  readonly rowsOf: (seen: Seen) => number;
}

export const atOnce = 'at once';

/** (1.960 + 0.842)^2: 8 times in 10 the 95 % interval of a share leaves the threshold out. */
const power = 7.85;
/** Of `data.holdoutShare`. */
const holdout = 0.3;

const powerOf = ({ wrong, excess }: Seen): number => (power * wrong * (1 - wrong)) / excess ** 2;

export const ways: readonly Way[] = [
  { name: atOnce, rowsOf: () => 0 },
  ...[100, 200, 400, 600, 1000, 1400, 2000].map((rows) => ({ name: `${rows} rows`, rowsOf: () => rows })),
  ...[3, 5, 10].map((days) => ({
    name: `${days} days`,
    rowsOf: ({ rowsPerWindow }: Seen) => days * rowsPerWindow,
  })),
  { name: 'power', rowsOf: powerOf },
  { name: 'power in the holdout', rowsOf: (seen) => powerOf(seen) / holdout },
  ...[20, 50, 100].map((times) => ({
    name: `${times} / excess`,
    rowsOf: ({ excess }: Seen) => times / excess,
  })),
];
