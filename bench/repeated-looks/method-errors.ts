/** How often an interval lies above the truth, against how often it says it does: what a look's promise rests on. */
import { inferGain, type PairedRows } from '../../shared/gates/infer-gain.ts';
import { askConfidence } from '../../shared/gates/spend-error.ts';
import { type Random, seedRandom } from '../../shared/gates/statistics/random.ts';
import { type Share, shareOf } from './simulate.ts';
import { type Difficulty, difficulties } from './world.ts';

/** A metric of each kind: a share, an area, a ratio of sums. */
export const metrics = ['accuracy', 'roc_auc', 'f1'] as const;

/** Of so many pairs of equal models, those of which the challenger is found better at looks of these shares. */
export function measureErrors(
  metric: string,
  confidence: number,
  shares: readonly number[],
  { seed, trials, rows }: { readonly seed: string; readonly trials: number; readonly rows: number },
): Share[] {
  const found = shares.map(() => 0);
  const kinds = difficulties(0);
  for (let trial = 0; trial < trials; trial++) {
    const name = `${seed}/${metric}/${rows}/${trial}`;
    const { inference } = inferGain(metric, drawRows(seedRandom(name), rows, kinds));
    if ('why' in inference) continue;
    for (const [at, share] of shares.entries()) {
      if (inference.interval(askConfidence(confidence, share)!).low > 0) found[at]!++;
    }
  }
  return found.map((count) => shareOf(count, trials));
}

/** Labels and scores of two models that are right in each row with the same chance. */
function drawRows(random: Random, rows: number, kinds: readonly Difficulty[]): PairedRows {
  const labels = new Float64Array(rows);
  const sides = { challenger: new Float64Array(rows), champion: new Float64Array(rows) };
  for (let row = 0; row < rows; row++) {
    const label = random.unit() < 0.4 ? 1 : 0;
    labels[row] = label;
    const kind = drawKind(random, kinds);
    for (const side of ['challenger', 'champion'] as const) {
      const decided = random.unit() < kind[side] ? label : 1 - label;
      sides[side][row] = (decided + random.unit()) / 2;
    }
  }
  return { labels, ...sides, weights: null, classes: null };
}

function drawKind(random: Random, kinds: readonly Difficulty[]): Difficulty {
  let place = random.unit();
  for (const kind of kinds) {
    place -= kind.share;
    if (place < 0) return kind;
  }
  return kinds.at(-1)!;
}
