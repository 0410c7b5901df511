import { describe, expect, it } from 'vitest';
import { findDecisionProblems } from '../../../shared/config/evaluation-schema.ts';
import type { Task } from '../../../shared/config/metric-catalog.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row } from './tables.ts';

const bound = (metric: string, limit: object = { atLeast: 0.01 }) =>
  readGate({ gate: 'g', kind: 'bound', metric, confidence: 0.95, minimumRows: 5, ...limit });
const only = (...args: Parameters<typeof judgeRows>) => judgeRows(...args).gates[0]!;

/** So many rows of either class, and how many of them are decided right. */
function decided(
  negatives: readonly [rows: number, right: number],
  positives: readonly [number, number],
): Row[] {
  const of = (label: number, [rows, right]: readonly [number, number]): Row[] =>
    Array.from({ length: rows }, (_, at) => ({
      label,
      challenger: at < right === (label === 1) ? 0.9 : 0.1,
    }));
  return [...of(0, negatives), ...of(1, positives)];
}

const balanced = decided([200, 180], [200, 160]);
const rare = { rule: { priors: { '0': 0.95, '1': 0.05 } }, hasChampion: false };

describe('class shares of production', () => {
  it('make of each metric what rows with those shares would have', () => {
    const measured = (metric: string) => only([bound(metric)], balanced, rare).challenger;
    expect(measured('accuracy')).toBeCloseTo(0.95 * 0.9 + 0.05 * 0.8, 12);
    expect(measured('precision')).toBeCloseTo((0.05 * 0.8) / (0.05 * 0.8 + 0.95 * 0.1), 12);
    // As many rows as such a file has of either class.
    const file = decided([3800, 3420], [200, 160]);
    for (const metric of ['f1', 'matthews', 'log_loss', 'brier', 'ece', 'pr_auc', 'calibration_intercept']) {
      const limit =
        metric === 'f1' || metric === 'matthews' || metric === 'pr_auc' ? undefined : { atMost: 1 };
      const drawn = only([bound(metric, limit)], file, { hasChampion: false });
      expect(only([bound(metric, limit)], balanced, rare).challenger, metric).toBeCloseTo(
        drawn.challenger!,
        6,
      );
    }
  });

  it('are said, with how many rows of equal weight those are worth', () => {
    const gate = only([bound('accuracy')], balanced, rare);
    expect(gate.rule).toContain('accuracy with priors 0: 0.95, 1: 0.05 at least 0.01');
    // Weights of 1.9 and 0.1.
    expect(gate.effectiveRows).toBeCloseTo(400 ** 2 / (200 * 1.9 ** 2 + 200 * 0.1 ** 2), 6);
    expect(gate.sentence).toContain('(n=400, worth 221');
  });

  it('change nothing of metrics that do not depend on them', () => {
    for (const metric of ['recall', 'false_positive_rate', 'balanced_accuracy', 'roc_auc']) {
      const limit = metric === 'false_positive_rate' ? { atMost: 0.9 } : undefined;
      const [plain, told] = [{ hasChampion: false }, rare].map((over) =>
        only([bound(metric, limit)], balanced, over),
      );
      expect(told, metric).toEqual(plain);
    }
  });

  it('count what was not seen of a class that weighs more: no fault in few rows is no proof', () => {
    const few = decided([400, 360], [20, 20]);
    const half = { rule: { priors: { '0': 0.5, '1': 0.5 } }, hasChampion: false };
    const { interval, challenger } = only([bound('accuracy')], few, half);
    expect(challenger).toBeCloseTo(0.95, 12);
    // With a recall of 0.86 one holdout in 20 has no fault among 20 rows.
    expect(interval!.low).toBeLessThan(0.5 * 0.86 + 0.5 * 0.87);
  });

  it('of the rows themselves give the value without them, and an interval no narrower', () => {
    const same = { rule: { priors: { '0': 0.5, '1': 0.5 } }, hasChampion: false };
    const [plain, told] = [{ hasChampion: false }, same].map((over) =>
      only([bound('accuracy')], balanced, over),
    );
    expect(told!.challenger).toBe(plain!.challenger);
    expect(told!.interval!.low).toBeCloseTo(plain!.interval!.low, 2);
  });

  it('leave pr_auc without an interval', () => {
    const gate = only([bound('pr_auc')], balanced, rare);
    expect(gate).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(gate.sentence).toContain('rows are weighed by evaluation.priors');
  });

  it('of several classes go by their names, and every class of the rows needs one', () => {
    const rows = ['cat', 'dog', 'emu'].flatMap((label, at) =>
      Array.from({ length: 40 }, (_, row) => ({ label, challenger: row < 20 + 10 * at ? label : 'cat' })),
    );
    const ask = (priors: Record<string, number>) =>
      judgeRows([bound('accuracy')], rows, { task: 'multiclass', hasChampion: false, rule: { priors } });
    expect(ask({ cat: 0.2, dog: 0.3, emu: 0.5 }).gates[0]!.challenger).toBeCloseTo(
      0.2 * 1 + 0.3 * 0.75 + 0.5,
      12,
    );
    expect(ask({ cat: 0.5, dog: 0.5 }).sentence).toContain('gives class "emu" no share');
    expect(ask({ cat: 0.2, dog: 0.3, emu: 0.4, gnu: 0.1 }).sentence).toContain(
      'gives class "gnu" a share, and no row',
    );
  });

  it('hold in slices as they do over all rows, by the shares of the whole file', () => {
    const rows = balanced.map((row, at) => ({ ...row, part: at % 2 === 0 ? 'a' : 'b' }));
    const gate = only([bound('accuracy', { atLeast: 0.01, slices: { by: 'part' } })], rows, rare);
    for (const slice of gate.slices!.results) expect(slice.effectiveRows).toBeLessThan(150);
  });
});

describe('priors in a model file', () => {
  const problemsOf = (task: Task, priors: Record<string, number>, ...gates: object[]): string =>
    [
      ...findDecisionProblems({
        task,
        evaluation: { priors },
        gates: gates.map((gate) => readGate({ ...gate })),
      }),
    ]
      .map(({ message }) => message)
      .join('\n');

  it.each([
    ['regression', { '0': 0.5, '1': 0.5 }, 'has no classes; leave priors out'],
    ['binary', { '0': 0.5, yes: 0.5 }, "the classes of a binary model are '0' and '1'"],
    ['binary', { '0': 0.5, '1': 0.4 }, 'sum to 1, and these to 0.9'],
    ['multiclass', { cat: 0.5, dog: 0.6 }, 'sum to 1, and these to 1.1'],
  ] as const)('of a %s model are refused where they are %j', (task, priors, said) => {
    expect(problemsOf(task, priors)).toContain(said);
  });

  it('are refused beside gates that they leave without an interval, and rows without a label', () => {
    const fair = { '0': 0.5, '1': 0.5 };
    expect(
      problemsOf('binary', fair, {
        gate: 'g',
        kind: 'bound',
        metric: 'precision_at@0.1',
        atLeast: 0.5,
        confidence: 0.95,
      }),
    ).toContain('would never pass');
    expect(
      problemsOf('binary', fair, { gate: 'g', kind: 'data', unlabelledShare: { atMost: 0.1 } }),
    ).toContain('no class to be weighed by');
    expect(
      problemsOf('binary', fair, {
        gate: 'g',
        kind: 'bound',
        metric: 'accuracy',
        atLeast: 0.5,
        confidence: 0.95,
      }),
    ).toBe('');
  });
});
