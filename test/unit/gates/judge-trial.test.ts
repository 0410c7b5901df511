import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { judgeTrial } from '../../../shared/gates/judge-trial.ts';

const gates = GatesSchema.parse([
  { gate: 'good', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 },
  {
    gate: 'better',
    kind: 'against-champion',
    metric: 'accuracy',
    rule: 'non-inferiority',
    margin: 0.05,
    confidence: 0.95,
  },
]);

/** So many rows, of which so many are right with the version, and with the champion. */
function predictions(rows: number, right: number, championRight: number | null = right): string {
  const lines = Array.from({ length: rows }, (_, row) => {
    const label = row % 2;
    const scored = (good: number): number => (row < good ? label : 1 - label);
    return [row, label, scored(right), ...(championRight === null ? [] : [scored(championRight)])].join(',');
  });
  return [`id,label,challenger${championRight === null ? '' : ',champion'}`, ...lines].join('\n');
}

const judge = (text: string | null, more: Partial<Parameters<typeof judgeTrial>[0]> = {}) =>
  judgeTrial({
    ...{ runId: 'r-release-trial-1', task: 'binary', gates, hasChampion: true, predictions: text },
    ...{ metrics: null, trackedMetrics: {}, labels: 1_000, number: 1, decisiveNumber: 1 },
    ...more,
  });

describe('a look at labelled rows of production', () => {
  it('passes with as many rows as are asked, and cannot say with one fewer', () => {
    expect(judge(predictions(1_000, 980))).toMatchObject({
      isDecisive: true,
      result: { verdict: 'passed', labels: 1_000 },
    });
    const few = judge(predictions(999, 980));
    expect(few).toMatchObject({ isDecisive: false, result: { verdict: 'inconclusive', labels: 999 } });
    expect(few.result.sentence).toMatch(/^999 of 1000 labelled rows have come\. All 2 gates passed/);
  });

  it('fails however few rows there are, where they show it', () => {
    expect(judge(predictions(100, 50))).toMatchObject({
      isDecisive: false,
      result: { verdict: 'failed', labels: 100 },
    });
    expect(judge(predictions(1_000, 930, 1_000)).result.sentence).toMatch(/^Gate better/);
  });

  it.each<[string, string | null]>([
    ['nothing', null],
    ['a broken file', 'id,label\n1,'],
    ['no champion beside it', predictions(1_000, 980, null)],
  ])('cannot say where the job has left %s', (_, text) => {
    expect(judge(text)).toMatchObject({ isDecisive: false, result: { verdict: 'inconclusive' } });
  });

  it('is not failed by a data gate, which says nothing of the version, and not passed by it either', () => {
    const rows = GatesSchema.parse([{ gate: 'enough', kind: 'data', rows: { atLeast: 5_000 } }]);
    const asked = { gates: [...gates, ...rows] };
    expect(judge(predictions(1_000, 980), asked).result.verdict).toBe('inconclusive');
    expect(judge(predictions(1_000, 500), asked).result.verdict).toBe('failed');
  });

  it('has comparisons pass by rule where there is nobody to compare with', () => {
    expect(judge(predictions(1_000, 980, null), { hasChampion: false }).result.verdict).toBe('passed');
  });

  it('asks of all looks together no more than the error of one, in either direction', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 60 }),
        (number, decisiveNumber) => {
          const asked = (text: string): number =>
            judge(text, { number, decisiveNumber }).report.gates[0]!.holdout!.confidenceAsked!;
          // One-sided: half of what a two-sided confidence leaves.
          const forward = (1 - asked(predictions(1_000, 980))) / 2;
          const back = (1 - asked(predictions(1_000, 100))) / 2;
          expect(forward).toBeCloseTo(0.025 / (decisiveNumber * (decisiveNumber + 1)), 9);
          expect(back).toBeCloseTo(0.025 / 2 / (number * (number + 1)), 9);
        },
      ),
      { numRuns: 30 },
    );
  });
});
