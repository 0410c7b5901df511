/**
 * Worlds in which a holdout is judged again and again, and how often that promotes what it should not.
 *
 * A world is one holdout and one champion. Every row has a chance of being decided right by a model of this kind, and
 * models agree in it as often as that chance makes them: most rows are easy, few are contested. All challengers of a
 * world meet the same rows and the same champion, so that a champion which was unlucky in these rows looks weak at
 * every look. Nothing but the counts of rows that only one side has right matters to the accuracy gate, so the counts
 * are drawn, which is exact, and rows are made from them for the gate to judge.
 */
import type { GateConfig } from '../../shared/config/gate-schema.ts';
import type { GateResult } from '../../shared/domain/gate-report.ts';
import type { HoldoutLook } from '../../shared/gates/ask-of-look.ts';
import { evidenceOfRows } from '../../shared/gates/evidence.ts';
import { judgeGate } from '../../shared/gates/judge-gate.ts';
import { drawBinomial, type Random } from '../../shared/gates/statistics/random.ts';

/** Rows alike in how hard they are. */
interface Difficulty {
  /** Share of the rows. */
  readonly share: number;
  /** Chance that the champion, or a challenger no better than it, has such a row right. */
  readonly champion: number;
  readonly challenger: number;
}

/** Accuracy 0.952; two models differ in 4 of 100 rows. */
const kinds = [
  { share: 0.9, right: 0.998 },
  { share: 0.07, right: 0.7 },
  { share: 0.03, right: 0.15 },
] as const;

/** The rows of a challenger with this true gain, which it has, or lacks, in the contested ones. */
export function difficulties(gain: number): readonly Difficulty[] {
  const room = ({ right }: (typeof kinds)[number]): number => (gain > 0 ? 1 - right : right);
  const contested = kinds.slice(1).reduce((sum, kind) => sum + kind.share * room(kind), 0);
  return kinds.map((kind, at) => ({
    share: kind.share,
    champion: kind.right,
    challenger: kind.right + (at === 0 ? 0 : (gain / contested) * room(kind)),
  }));
}

/** Rows of a world by difficulty, and how many of them the champion has right. */
interface World {
  readonly rows: number;
  readonly kinds: readonly (Difficulty & { readonly right: number; readonly wrong: number })[];
}

export function drawWorld(random: Random, rows: number, of: readonly Difficulty[]): World {
  let [left, shareLeft] = [rows, 1];
  const drawn = of.map((kind, at) => {
    const count = at === of.length - 1 ? left : drawBinomial(random, left, kind.share / shareLeft);
    left -= count;
    shareLeft -= kind.share;
    const right = drawBinomial(random, count, kind.champion);
    return { ...kind, right, wrong: count - right };
  });
  return { rows, kinds: drawn };
}

/** How a challenger drawn in this world differs from the champion. */
export interface Counts {
  readonly rows: number;
  readonly onlyChallenger: number;
  readonly onlyChampion: number;
  readonly bothRight: number;
}

/** A challenger in the rows of several worlds with the same champion. */
export function drawChallenger(random: Random, worlds: readonly World[]): Counts {
  let [rows, onlyChallenger, onlyChampion, bothRight] = [0, 0, 0, 0];
  for (const world of worlds) {
    rows += world.rows;
    for (const { right, wrong, challenger } of world.kinds) {
      const kept = drawBinomial(random, right, challenger);
      bothRight += kept;
      onlyChampion += right - kept;
      onlyChallenger += drawBinomial(random, wrong, challenger);
    }
  }
  return { rows, onlyChallenger, onlyChampion, bothRight };
}

/** Judges a gate on accuracy as the service does, from the rows on. */
export function judgeCounts(gate: GateConfig, counts: Counts, look: HoldoutLook | null): GateResult {
  const { rows, onlyChallenger, onlyChampion, bothRight } = counts;
  const challenger = new Float64Array(rows).fill(0.1);
  const champion = new Float64Array(rows).fill(0.1);
  challenger.fill(0.9, 0, bothRight + onlyChallenger);
  champion
    .fill(0.9, 0, bothRight)
    .fill(0.9, bothRight + onlyChallenger, bothRight + onlyChallenger + onlyChampion);
  const labels = new Float64Array(rows).fill(1);
  const scored = { labels, challenger, champion, weights: null, classes: null };
  const predictions = { ...scored, slices: new Map(), idHashes: null, notes: [] };
  return judgeGate(gate, { evidence: evidenceOfRows(predictions), hasChampion: true, look });
}
