/**
 * What looking again and again may spend of one error, where nobody knows how often it will be looked at: half at the first
 * look, a sixth at the second, a twelfth at the third. The shares of all looks together are 1, however many there are; after
 * look k, 1/(k + 1) is left. Holdouts, which few looks are taken at, spend faster (shared/gates/spend-error.ts).
 */

/** Share of an error that the look of this number may spend; the first is 1. */
export function lookShare(look: number): number {
  return 1 / (look * (look + 1));
}

/** The number of the look that may spend this share: the other way round. */
export function lookOfShare(share: number): number {
  return Math.max(1, Math.round((Math.sqrt(1 + 4 / share) - 1) / 2));
}
