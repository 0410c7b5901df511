import type { BoundGate } from '../../config/gate-schema.ts';
import type { Predictions } from '../rows.ts';
import { normalCdf, normalQuantile } from '../statistics/normal.ts';
import type { Random } from '../statistics/random.ts';
import { powerOfWorlds } from './drawn-power.ts';
import type { PowerModel } from './power-model.ts';

interface SupposedArea {
  readonly area: number;
  readonly positives: number;
  readonly because: readonly string[];
}

/**
 * How often a bound on an area under the ROC curve passes where scores of both classes are normal with equal spread (the
 * binormal model: Dorfman and Alf, Journal of Mathematical Psychology 6, 1969). Worlds are judged rather than a variance
 * taken (Hanley and McNeil, Radiology 143, 1982): near 1 what holds a gate back is how uneven rows are, which no variance
 * shows.
 */
export function supposeArea(
  gate: BoundGate,
  { area, positives, because }: SupposedArea,
  progress: (sentence: string) => void,
): PowerModel {
  return powerOfWorlds(gate, {
    method: 'holdouts of normal scores, judged',
    value: area,
    limit: gate.atLeast ?? gate.atMost!,
    because: [...because, 'scores of both classes are normal, with equal spread'],
    draw: (rows, random) => drawNormal(rows, Math.round(rows * positives), area, random),
    progress,
  });
}

function drawNormal(rows: number, positives: number, area: number, random: Random): Predictions {
  const distance = area >= 1 ? 1e3 : area <= 0 ? -1e3 : Math.SQRT2 * normalQuantile(area);
  const labels = Float64Array.from({ length: rows }, (_, row) => (row < positives ? 1 : 0));
  // A unit of 0 has no quantile.
  const draw = (): number => normalQuantile(Math.max(random.unit(), 2 ** -53));
  const challenger = labels.map((label) => {
    const score = draw() + (label - 0.5) * distance;
    return Math.abs(score) > 8 ? (score > 0 ? 1 : 0) : normalCdf(score);
  });
  return {
    labels,
    challenger,
    champion: null,
    weights: null,
    classes: null,
    slices: new Map(),
    idHashes: null,
    notes: [],
  };
}
