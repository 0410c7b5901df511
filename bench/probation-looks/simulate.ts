/** Versions on probation that stand exactly at the limit of a gate, looked at as a release looks. */
import { type GateConfig, GatesSchema } from '../../shared/config/gate-schema.ts';
import { judgeTrial } from '../../shared/gates/judge-trial.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { type Random, seedRandom } from '../../shared/gates/statistics/random.ts';

/** One-sided, as gates with 95 % confidence promise it. */
export const alpha = 0.025;

export interface Cell {
  readonly name: string;
  readonly gates: readonly GateConfig[];
  /** True accuracies; null: no version is scored beside it. */
  readonly accuracy: number;
  readonly champion: number | null;
  readonly looks: number;
  /** Labelled rows at the last look; they grow evenly. */
  readonly rows: number;
  /** Rows without which nothing is settled. */
  readonly labels: number;
}

/** In how many of the worlds, as a share with the exact 95 % interval that so many worlds leave. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

const ways = ['each', 'shared'] as const;
const directions = ['settled', 'back'] as const;
type By<T> = Readonly<Record<(typeof ways)[number], Readonly<Record<(typeof directions)[number], T>>>>;
export type Outcome = By<Share>;

const floor = GatesSchema.parse([
  { gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 },
]);
const notWorse = GatesSchema.parse([
  {
    ...{ gate: 'not-worse', kind: 'against-champion', metric: 'accuracy', rule: 'non-inferiority' },
    ...{ margin: 0.05, confidence: 0.95 },
  },
]);

const rows = 1_000;
const lookCounts = [1, 5, 20];

export const cells: readonly Cell[] = [
  ...lookCounts.flatMap((looks) =>
    [50, 500].map((labels) => ({
      ...{ name: 'accuracy of at least 0.9', gates: floor, accuracy: 0.9, champion: null },
      ...{ looks, rows, labels },
    })),
  ),
  ...lookCounts.flatMap((looks) =>
    [50, 500].map((labels) => ({
      ...{ name: '0.05 below the version before', gates: notWorse, accuracy: 0.85, champion: 0.9 },
      ...{ looks, rows, labels },
    })),
  ),
];

/** Worlds in which a version exactly at the limit is ever settled, and ever taken back. A release ends at the first of these. */
export async function judgeAtLimit(
  cell: Cell,
  { seed, worlds }: { readonly seed: string; readonly worlds: number },
  pause: () => Promise<void>,
): Promise<Outcome> {
  const seen = { each: { settled: 0, back: 0 }, shared: { settled: 0, back: 0 } };
  for (let world = 0; world < worlds; world++) {
    const lines = drawRows(cell, seedRandom(`${seed}/${cell.name}/${cell.labels}/${cell.looks}/${world}`));
    for (const way of ways) {
      const verdict = live(cell, lines, way);
      if (verdict) seen[way][verdict]++;
    }
    if (world % 10 === 0) await pause();
  }
  const share = (way: (typeof ways)[number]) => ({
    settled: shareOf(seen[way].settled, worlds),
    back: shareOf(seen[way].back, worlds),
  });
  return { each: share('each'), shared: share('shared') };
}

/** Look by look until the version is settled or goes back; null: neither, to the last. */
function live(cell: Cell, lines: readonly string[], way: (typeof ways)[number]): 'settled' | 'back' | null {
  let decisive = 0;
  for (let look = 1; look <= cell.looks; look++) {
    const { isDecisive, result } = judgeTrial({
      ...{ runId: 'bench', task: 'binary', gates: cell.gates, hasChampion: cell.champion !== null },
      ...{ metrics: null, trackedMetrics: {}, labels: cell.labels },
      predictions: [header(cell), ...lines.slice(0, Math.round((cell.rows * look) / cell.looks))].join('\n'),
      // As if each were the first, and the only one.
      number: way === 'each' ? 1 : look,
      decisiveNumber: way === 'each' ? 1 : decisive + 1,
    });
    if (isDecisive) decisive++;
    if (result.verdict === 'passed') return 'settled';
    if (result.verdict === 'failed') return 'back';
  }
  return null;
}

const header = ({ champion }: Cell): string => `id,label,challenger${champion === null ? '' : ',champion'}`;

function drawRows({ accuracy, champion, rows: count }: Cell, random: Random): string[] {
  return Array.from({ length: count }, (_, row) => {
    const label = row % 2;
    const scored = (right: number): number => (random.unit() < right ? label : 1 - label);
    return [row, label, scored(accuracy), ...(champion === null ? [] : [scored(champion)])].join(',');
  });
}

function shareOf(count: number, worlds: number): Share {
  const { low, high } = exactProportion(count, worlds).interval(0.95);
  return { share: count / worlds, low, high };
}
