import { type GateConfig, sourceOf } from '../config/gate-schema.ts';

/**
 * Whether a gate concludes from rows to what is true beyond them. A bound without a confidence takes the measured
 * value as it is, a reported number has no rows, and without a champion a comparison passes by rule. A data gate claims
 * nothing of a challenger: with a hundred of them its answer for the same rows is the same.
 */
export function makesClaim(gate: GateConfig, hasChampion: boolean): boolean {
  if (gate.kind === 'data' || sourceOf(gate) === 'reported' || gate.confidence === undefined) return false;
  return gate.kind !== 'against-champion' || hasChampion;
}

/** Whether judging these gates is a look at the holdout: one that decides makes a claim. */
export function isLook(gates: readonly GateConfig[], hasChampion: boolean): boolean {
  return gates.some((gate) => (gate.severity ?? 'block') === 'block' && makesClaim(gate, hasChampion));
}
