import { describe, expect, it } from 'vitest';
import { GatesSchema } from '../../../shared/config/gate-schema.ts';
import { HoldoutSchema } from '../../../shared/config/holdout-schema.ts';
import type { HoldoutLook } from '../../../shared/gates/ask-of-look.ts';
import { isLook } from '../../../shared/gates/makes-claim.ts';
import { lookAgain } from '../../../shared/gates/spend-error.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows } from './tables.ts';

const lookAt = (look: number, over: { alpha?: number; planned?: number } = {}): HoldoutLook => ({
  ...lookAgain(look, over.planned),
  alpha: over.alpha,
});
const better = readGate({
  gate: 'better',
  kind: 'against-champion',
  metric: 'accuracy',
  rule: 'superiority',
});
/** The challenger has 12 rows less wrong of 1000: 95 % confidence sees it, 99.583 % does not. */
const rows = decisions(1000, { challenger: 10, champion: 22 });

describe('a gate at a later look', () => {
  it('says at the first what it says without a ledger', () => {
    const { holdout: _, ...first } = judgeRows([better], rows, { look: lookAt(1) });
    const { holdout: none, ...without } = judgeRows([better], rows);
    expect(none).toBeNull();
    expect(first).toEqual({
      ...without,
      gates: [
        { ...without.gates[0], holdout: { alphaSpent: expect.closeTo(0.025, 12), confidenceAsked: 0.95 } },
      ],
    });
    expect(first.verdict).toBe('passed');
  });

  it('asks more, and where that leaves it open says so and asks for fresh data', () => {
    const report = judgeRows([better], rows, { look: lookAt(4) });
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toMatch(
      /^Gate better: accuracy 0\.9900 against champion's 0\.9780: gain 0\.01200 cannot be told from 0: 99\.583 % interval .*; the holdout has been looked at 4 times, so that 99\.583 % confidence is asked in place of 95 %: fresh data, in a new partition, would need less\.$/,
    );
    expect(report.holdout).toEqual({
      version: null,
      look: 4,
      share: expect.closeTo(1 / 24, 12),
      spent: expect.closeTo(7 / 8, 12),
    });
    expect(report.gates[0]).toMatchObject({
      rule: "accuracy better than the champion's by more than 0, with 95 % confidence",
      holdout: {
        alphaSpent: expect.closeTo(0.05 / 24, 12),
        confidenceAsked: expect.closeTo(1 - 0.1 / 24, 12),
      },
    });
    expect(report.notes).toEqual([
      'look 4 at this holdout: it may spend 4.17 % of the error, and 87.5 % are spent with it',
    ]);
  });

  it('still passes what is clear', () => {
    const clear = decisions(1000, { challenger: 5, champion: 60 });
    expect(judgeRows([better], clear, { look: lookAt(20) })).toMatchObject({ verdict: 'passed' });
  });

  it('passes nothing once the planned looks are used up, however clear, and says why', () => {
    const clear = decisions(1000, { challenger: 5, champion: 60 });
    expect(judgeRows([better], clear, { look: lookAt(3, { planned: 3 }) }).verdict).toBe('passed');
    const spent = judgeRows([better], clear, { look: lookAt(4, { planned: 3 }) });
    expect(spent).toMatchObject({
      verdict: 'inconclusive',
      gates: [{ holdout: { alphaSpent: 0, confidenceAsked: null } }],
    });
    expect(spent.sentence).toMatch(
      /interval .*; but the holdout has been looked at 4 times and no error is left to decide by: judge on fresh data, in a new partition\.$/,
    );
  });

  it('fails what is clearly bad, error left or not', () => {
    const bad = decisions(1000, { challenger: 90, champion: 10 });
    for (const look of [lookAt(1), lookAt(20), lookAt(9, { planned: 2 })]) {
      expect(judgeRows([better], bad, { look }).verdict).toBe('failed');
    }
  });

  it('judges its slices at the confidence asked, too', () => {
    const sliced = readGate({ ...better, slices: { by: 'source' } });
    const harmed = [
      ...decisions(600, { challenger: 0, champion: 60 }, { source: 'list' }),
      ...decisions(600, { challenger: 20, champion: 37 }, { source: 'shop' }),
    ];
    const verdicts = [1, 50].map((look) => judgeRows([sliced], harmed, { look: lookAt(look) }).verdict);
    expect(verdicts).toEqual(['passed', 'inconclusive']);
  });

  it('tells errors as small as a late look asks', () => {
    const f1 = readGate({ ...better, metric: 'f1' });
    const clear = decisions(1000, { challenger: 5, champion: 80 });
    expect(judgeRows([f1], clear, { look: lookAt(7) }).verdict).toBe('passed');
    expect(judgeRows([f1], clear, { look: lookAt(40) }).verdict).toBe('passed');
  });

  it('leaves alone what claims nothing', () => {
    const measured = readGate({ gate: 'measured', kind: 'bound', metric: 'accuracy', atLeast: 0.9 });
    const spent = lookAt(4, { planned: 3 });
    expect(judgeRows([measured], rows, { look: spent })).toMatchObject({
      verdict: 'passed',
      gates: [{ holdout: null }],
    });
    expect(judgeRows([better], rows, { look: spent, hasChampion: false }).verdict).toBe('passed');
  });

  it('takes the error of a life from the model file', () => {
    const { gates } = judgeRows([better], rows, { look: lookAt(1, { alpha: 0.01 }) });
    expect(gates[0]!.holdout).toMatchObject({ confidenceAsked: expect.closeTo(0.99, 12) });
  });
});

describe('what counts as a look', () => {
  const gates = (gate: object) =>
    GatesSchema.parse([gate, { gate: 'other', kind: 'bound', metric: 'size_bytes', atMost: 1 }]);
  const bound = { gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.9 };
  const comparison = { gate: 'g', kind: 'against-champion', metric: 'accuracy' };

  it.each<[string, object, boolean, boolean]>([
    ['a bound with a confidence', { ...bound, confidence: 0.95 }, false, true],
    ['a bound on what was measured', bound, true, false],
    ['a comparison', comparison, true, true],
    ['a comparison while there is no champion', comparison, false, false],
    ['a comparison of reported numbers', { ...comparison, source: 'reported' }, true, false],
    ['a gate that only warns', { ...comparison, severity: 'warn' }, true, false],
  ])('%s', (_what, gate, hasChampion, expected) => {
    expect(isLook(gates(gate), hasChampion)).toBe(expected);
  });
});

describe('the holdout of a model file', () => {
  it.each([
    [{ alpha: 0 }, 'Too small: expected number to be >0'],
    [{ alpha: 0.5 }, 'Too big: expected number to be <0.5'],
    [{ looks: 0 }, 'Too small: expected number to be >=1'],
    [{ looks: 2.5 }, 'Invalid input: expected int, received number'],
    [{ schedule: 'halving' }, 'Unrecognized key: "schedule"'],
  ])('refuses %j', (holdout, message) => {
    expect(HoldoutSchema.safeParse(holdout).error!.issues[0]!.message).toBe(message);
  });
});
