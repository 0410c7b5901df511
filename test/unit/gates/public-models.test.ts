import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  findMetric,
  metricNames,
  parseMetricName,
  type Task,
} from '../../../shared/config/metric-catalog.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import type { DecisionRule } from '../../../shared/gates/metrics/decision-rule.ts';
import { readGate } from './read-gate.ts';

interface PublicFile {
  readonly file: string;
  readonly task: Task;
  readonly variants: readonly {
    readonly rule: DecisionRule;
    readonly side: 'challenger' | 'champion';
    readonly expected: Readonly<Record<string, number>>;
    readonly intervals?: Readonly<Record<string, readonly [number, number]>>;
  }[];
  readonly mcnemar?: number;
}

const files = JSON.parse(readFileSync('test/oracles/public-models.json', 'utf8')) as PublicFile[];
const predictionsOf = (file: string): string =>
  readFileSync(`test/oracles/public-models/${file}.csv`, 'utf8');

const cases = files.flatMap(({ file, task, variants }) =>
  variants.map((variant) => ({
    ...variant,
    file,
    task,
    how: Object.entries(variant.rule)
      .map(([of, value]) => `${of} ${JSON.stringify(value)}`)
      .join(', '),
  })),
);

type Asked = Pick<(typeof cases)[number], 'file' | 'task' | 'rule' | 'side'>;

/** What a gate says of a side: of the champion where it is compared with. */
function judge(metric: string, { file, task, rule, side }: Asked, confidence?: number) {
  const { better, lowest, highest } = findMetric(metric)!;
  const [least, most] = [Math.max(lowest, -1e9), Math.min(highest, 1e9)];
  const limit = better === 'higher' ? { atLeast: least } : { atMost: most };
  const gate = readGate({
    ...{ gate: 'g', metric, minimumRows: 1 },
    ...(confidence && { confidence }),
    ...(side === 'challenger'
      ? { kind: 'bound', ...limit }
      : { kind: 'against-champion', rule: 'non-inferiority', margin: 0.1 }),
  });
  const report = judgeEvidence({
    ...{ runId: 'm-20020902-1f2e3d4c', task, gates: [gate], hasChampion: true, rule },
    ...{ predictions: predictionsOf(file), metrics: null, trackedMetrics: {}, look: null },
  });
  const [judged] = report.gates;
  expect(judged?.verdict, `${metric}: ${report.sentence}`).not.toBe('error');
  return judged!;
}

/** To 1e-9 of itself, or of 1 where it is less. */
const distance = (ours: number, theirs: number): number =>
  Math.abs(ours - theirs) / Math.max(1, Math.abs(theirs));

describe('predictions of models of public data', () => {
  it.each(cases)('give what scikit-learn says of the $side of $file ($how), to 1e-9', (of) => {
    for (const [metric, value] of Object.entries(of.expected)) {
      const ours = judge(metric, of)[of.side];
      expect(ours, metric).not.toBeNull();
      expect(distance(ours!, value), `${metric}: ${ours} for ${value}`).toBeLessThan(1e-9);
    }
  });

  it.each(cases.filter(({ intervals }) => intervals))(
    'give the exact intervals of SciPy of the $side of $file ($how), to 1e-9',
    (of) => {
      for (const [metric, [low, high]] of Object.entries(of.intervals!)) {
        const { interval } = judge(metric, of, 0.95);
        expect(distance(interval!.low, low), metric).toBeLessThan(1e-9);
        expect(distance(interval!.high, high), metric).toBeLessThan(1e-9);
      }
    },
  );

  it.each(files.filter(({ mcnemar }) => mcnemar !== undefined))(
    "give the p-value of statsmodels' McNemar of both sides of $file",
    ({ file, task, mcnemar }) => {
      const { test } = judge('accuracy', { file, task, rule: {}, side: 'champion' });
      expect(test!.name).toContain('McNemar');
      expect(Math.abs(test!.pValue / mcnemar! - 1)).toBeLessThan(1e-9);
    },
  );

  it.each(['binary', 'multiclass', 'regression'] as const)('have every metric of a %s model', (task) => {
    const measured = new Set(
      cases
        .filter((of) => of.task === task)
        .flatMap(({ expected }) => Object.keys(expected))
        .map((metric) => parseMetricName(metric)!.base),
    );
    const names = metricNames.filter((name) => findMetric(name)!.tasks.includes(task));
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !measured.has(name))).toEqual([]);
  });
});
