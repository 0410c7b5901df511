import { matchedProportions } from '../../shared/gates/statistics/matched-proportions.ts';
import type { LossMatrix } from './loss-matrix.ts';

const margin = 0.05;
const confidence = 0.95;

/** Judged in the window after its newest one of training, which is labelled when its job ends. */
export function passesGate(matrix: LossMatrix, challenger: number, champion: number): boolean {
  if (challenger <= champion) return false;
  const discordance = matrix.compare(challenger, champion, challenger + 1);
  return matchedProportions(discordance).atMost(-margin) <= 1 - confidence;
}
