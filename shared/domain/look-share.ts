/**
 * What looking again may spend, where nobody knows how often it will be looked at: half of an error at the first look,
 * and then of what is left a kth at look k. The shares of all looks together are 1 at most, however many there are.
 *
 * Holdouts spend by the same rule, part by part (shared/gates/spend-error.ts).
 */

/** Share of an error that the look of this number may spend; the first is 1. */
export function lookShare(look: number): number {
  return look <= 1 ? 1 / 2 : 1 / (2 * look * (look - 1));
}

/** The number of the look that may spend this share; the other way round. */
export function lookOfShare(share: number): number {
  return share >= 1 / 2 ? 1 : Math.round((1 + Math.sqrt(1 + 2 / share)) / 2);
}
