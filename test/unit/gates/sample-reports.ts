import type { GateReportDocument } from '../../../shared/domain/gate-report.ts';
import { type Random, seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const look = { version: 'ab'.repeat(32), look: 2, share: 0.25, spent: 0.75, alpha: undefined };

/** Between -1 and 1, near to 0 more often. */
const spread = (random: Random): number => random.unit() + random.unit() - 1;

export function binaryRows(rows: number, seed = 'binary'): Row[] {
  const random = seedRandom(seed);
  const clamp = (score: number): number => Math.min(1, Math.max(0, score));
  return Array.from({ length: rows }, (_, at) => {
    const label = random.unit() < 0.3 ? 1 : 0;
    const centre = label === 1 ? 0.8 : 0.15;
    return {
      label,
      challenger: clamp(centre + 0.6 * spread(random)),
      champion: clamp(centre + 0.9 * spread(random)),
      source: `s${at % 4}`,
    };
  });
}

export function regressionRows(rows: number): Row[] {
  const random = seedRandom('regression');
  return Array.from({ length: rows }, () => {
    const label = 50 + 20 * spread(random);
    return { label, challenger: label + spread(random), champion: label + 2 * spread(random) };
  });
}

function multiclassRows(rows: number): Row[] {
  const random = seedRandom('multiclass');
  return Array.from({ length: rows }, () => {
    const [a, b, c] = [random.unit(), random.unit(), random.unit()];
    const sum = a + b + c;
    const label = ['cat', 'dog', 'emu'][random.index(3)]!;
    return { label, 'challenger:cat': a / sum, 'challenger:dog': b / sum, 'challenger:emu': c / sum };
  });
}

const bound = { gate: 'floor', kind: 'bound', minimumRows: 10 };

/** Reports as judging gives them, one of each kind. */
export const reports: Readonly<Record<string, () => GateReportDocument>> = {
  'a binary model': () =>
    judgeRows(
      [
        readGate({ ...bound, metric: 'accuracy', atLeast: 0.8, confidence: 0.95, slices: { by: 'source' } }),
        readGate({ gate: 'not-worse', kind: 'against-champion', metric: 'roc_auc', margin: 0.02 }),
        readGate({
          gate: 'sharper',
          kind: 'against-champion',
          metric: 'accuracy',
          margin: 0.01,
          slices: { by: 'source', minimumRows: 150, tooSmall: 'ignore' },
        }),
        readGate({ ...bound, gate: 'fast', metric: 'latency_ms', atMost: 5, severity: 'warn' }),
      ],
      binaryRows(600),
      { look, metrics: { challenger: { latency_ms: 9 } } },
    ),
  'a gap': () =>
    judgeRows(
      [
        readGate({
          gate: 'equal-chance',
          kind: 'gap',
          metric: 'recall',
          atMost: 0.2,
          slices: { by: 'source', minimumRows: 20 },
        }),
      ],
      binaryRows(600),
    ),
  'the data itself': () =>
    judgeRows([readGate({ gate: 'enough', kind: 'data', rows: { atLeast: 100 } })], binaryRows(600)),
  'a regression model': () =>
    judgeRows([readGate({ ...bound, metric: 'mae', atMost: 1, confidence: 0.95 })], regressionRows(300), {
      task: 'regression',
    }),
  'a multiclass model': () =>
    judgeRows([readGate({ ...bound, metric: 'ece', atMost: 0.5, confidence: 0.95 })], multiclassRows(300), {
      task: 'multiclass',
      hasChampion: false,
    }),
  'no predictions': () =>
    judgeRows([readGate({ ...bound, metric: 'accuracy', atLeast: 0.8 })], [], { predictions: null }),
  'broken predictions': () =>
    judgeRows([readGate({ ...bound, metric: 'accuracy', atLeast: 0.8 })], [], { predictions: 'id\n1' }),
};
