/**
 * How often a gate passes on holdouts drawn from the predictions of an earlier run: with replacement, rows or where they
 * depend on each other whole groups, and judged by the gates' own code (Efron and Tibshirani, "An introduction to the
 * bootstrap", 1993, chapter 25).
 *
 * Invariants
 * 1. The same file and gate give the same answer: the seed is made of the number of rows alone.
 * 2. A group drawn twice is two groups.
 */
import type { GateConfig } from '../../config/gate-schema.ts';
import { evidenceOfRows } from '../evidence.ts';
import { judgeGate } from '../judge-gate.ts';
import { type Dependence, type Predictions, type SliceColumn, selectRows } from '../rows.ts';
import { exactProportion } from '../statistics/exact-proportion.ts';
import { type Random, seedRandom } from '../statistics/random.ts';
import type { PowerModel, Unknown } from './power-model.ts';

const worldsDrawn = 200;
/** Rows to judge in one search, all worlds together. */
const mostRowsOfWorlds = 4_000_000;

interface Drawing {
  /** Of the worlds, those that pass. */
  readonly share: number;
  readonly detectable: number | null;
}

export function drawPower(
  gate: GateConfig,
  predictions: Predictions,
  progress: (sentence: string) => void,
): PowerModel | Unknown {
  if (predictions.dependence?.kind === 'order') {
    return {
      unknown: 'its rows are in an order, and drawing them would lose how neighbours depend on each other',
    };
  }
  const { estimate, limit, sentence } = judge(gate, predictions);
  if (estimate === null || limit === null) return { unknown: `of that file it has no number: ${sentence}` };
  return powerOfWorlds(gate, {
    method: 'holdouts drawn from the predictions, judged',
    value: estimate,
    limit,
    because: ['what the predictions show is true'],
    draw: (rows, random) => drawWorld(predictions, rows, random),
    progress,
  });
}

interface Worlds extends Pick<PowerModel, 'method' | 'value' | 'limit' | 'because'> {
  readonly draw: (rows: number, random: Random) => Predictions;
  readonly progress: (sentence: string) => void;
}

/** How often the gate passes in worlds that are drawn; any source of them will do. */
export function powerOfWorlds(gate: GateConfig, worlds: Worlds): PowerModel {
  const { draw, progress, ...supposed } = worlds;
  const known = new Map<string, Drawing>();
  const judgeAll = (rows: number, confidence: number | null): Drawing => {
    const key = `${rows} ${confidence}`;
    const before = known.get(key);
    if (before) return before;
    progress(`gate ${gate.gate}: judging ${worldsDrawn} holdouts of ${rows} rows`);
    const random = seedRandom(`plan ${rows}`);
    const asked = confidence === null ? gate : ({ ...gate, confidence } as GateConfig);
    const judged = Array.from({ length: worldsDrawn }, () => judge(asked, draw(rows, random)));
    const found = {
      share: judged.filter(({ verdict }) => verdict === 'passed').length / worldsDrawn,
      detectable: medianOf(judged.map(({ power }) => power?.minimumDetectable ?? Number.POSITIVE_INFINITY)),
    };
    known.set(key, found);
    return found;
  };
  return {
    ...supposed,
    method: `${worldsDrawn} ${supposed.method}`,
    passes: (rows, confidence) => judgeAll(rows, confidence).share,
    detectable: (rows, confidence) => judgeAll(rows, confidence).detectable,
    rangeOf: (share) => exactProportion(Math.round(share * worldsDrawn), worldsDrawn).interval(0.95),
    mostRows: Math.floor(mostRowsOfWorlds / worldsDrawn),
  };
}

function judge(gate: GateConfig, predictions: Predictions) {
  return judgeGate(gate, { evidence: evidenceOfRows(predictions), hasChampion: true, look: null });
}

/** Half of the values lie below; null where it is none: in worlds in which nothing is found no distance is. */
function medianOf(values: readonly number[]): number | null {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
  return Number.isFinite(middle) ? middle : null;
}

function drawWorld(predictions: Predictions, rows: number, random: Random): Predictions {
  const { which, groups } = drawRows(predictions, rows, random);
  const drawn = selectRows(predictions, which);
  return {
    ...drawn,
    dependence: groups,
    slices: new Map(
      [...predictions.slices].map(
        ([name, column]) => [name, drawSlices(column, which, predictions)] as const,
      ),
    ),
    idHashes: null,
    notes: [],
  };
}

interface Drawn {
  readonly which: Uint32Array;
  readonly groups: Dependence | null;
}

function drawRows({ labels, dependence }: Predictions, rows: number, random: Random): Drawn {
  if (!dependence) {
    return { which: Uint32Array.from({ length: rows }, () => random.index(labels.length)), groups: null };
  }
  const members = rowsOfGroups(dependence.of);
  const [which, of]: [number[], number[]] = [[], []];
  for (let group = 0; which.length < rows; group++) {
    for (const row of members[random.index(members.length)]!) {
      which.push(row);
      of.push(group);
    }
  }
  return { which: Uint32Array.from(which), groups: { ...dependence, of: Uint32Array.from(of) } };
}

function rowsOfGroups(of: Uint32Array): readonly (readonly number[])[] {
  const members = new Map<number, number[]>();
  for (const [row, group] of of.entries()) {
    const known = members.get(group);
    if (known) known.push(row);
    else members.set(group, [row]);
  }
  return [...members.values()];
}

function drawSlices({ rowsOf }: SliceColumn, which: Uint32Array, { labels }: Predictions): SliceColumn {
  const sliceOf = new Array<string | undefined>(labels.length);
  for (const [value, rows] of rowsOf) for (const row of rows) sliceOf[row] = value;
  const drawn = new Map<string, number[]>();
  for (const [place, row] of which.entries()) {
    const value = sliceOf[row];
    if (value === undefined) continue;
    const rows = drawn.get(value);
    if (rows) rows.push(place);
    else drawn.set(value, [place]);
  }
  return {
    rowsOf: new Map([...drawn].map(([value, rows]) => [value, Uint32Array.from(rows)])),
    overflow: false,
  };
}
