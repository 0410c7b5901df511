/** Labels that are missing: by chance, or where they would tell against the challenger. */
import { type Predictions, type Rows, type SliceColumn, selectRows } from '../../shared/gates/rows.ts';
import type { Random } from '../../shared/gates/statistics/random.ts';

export interface Missing {
  /** Which rows lose theirs: any, or only those in which the challenger is wrong, and in a comparison alone. */
  readonly where: 'anywhere' | 'where wrong';
  /** The chance that such a row does. */
  readonly chance: number;
  /** Whether the gates are told that labels are missing by chance. */
  readonly assumed: boolean;
}

export function takeLabels(random: Random, drawn: Predictions, { where, chance }: Missing): Predictions {
  const [kept, lost]: [number[], number[]] = [[], []];
  for (let row = 0; row < drawn.labels.length; row++) {
    const may = where === 'anywhere' || isWrong(drawn, row);
    (may && random.unit() < chance ? lost : kept).push(row);
  }
  const labelled = selectRows(drawn, Uint32Array.from(kept));
  const others = selectRows(drawn, Uint32Array.from(lost));
  return {
    ...drawn,
    ...labelled,
    slices: new Map([...drawn.slices].map(([name, column]) => [name, splitColumn(column, kept, lost)])),
    unlabelled: lost.length > 0 ? { ...others, labels: others.labels.fill(Number.NaN) } : null,
  };
}

function splitColumn({ rowsOf, overflow }: SliceColumn, kept: number[], lost: number[]): SliceColumn {
  const split = (rows: number[]) => {
    const placeOf = new Map(rows.map((row, place) => [row, place]));
    return new Map(
      [...rowsOf].map(([value, of]) => [
        value,
        Uint32Array.from([...of].flatMap((row) => placeOf.get(row) ?? [])),
      ]),
    );
  };
  return { rowsOf: split(kept), unlabelled: split(lost), overflow };
}

function isWrong(rows: Rows, row: number): boolean {
  const [ours, theirs] = [lossOf(rows, 'challenger', row), lossOf(rows, 'champion', row)];
  if (theirs !== null) return ours! > theirs;
  return ours! > 0.5;
}

/** Above 0.5 of a wrong decision, and of a label outside of its interval. */
function lossOf(
  { labels, classes, intervals, ...sides }: Rows,
  side: 'challenger' | 'champion',
  row: number,
): number | null {
  const score = sides[side]?.[row];
  if (score === undefined) return null;
  const label = labels[row]!;
  if (classes) return score === label ? 0 : 1;
  const ends = intervals?.[side];
  if (ends) return Math.max(0, ends.lower[row]! - label, label - ends.upper[row]!) > 0 ? 1 : 0;
  return Math.abs(score - label);
}
