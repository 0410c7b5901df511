import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../../shared/backtest/backtest.ts';
import type { HistoryLine } from '../../../shared/backtest/history-schema.ts';
import { sortLines } from '../../../shared/backtest/read-history.ts';
import { assumed, atHour, modelWith, noFleet } from './histories.ts';

const day = 24;
const watched = modelWith({
  triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }] }',
  policy: '{ cooldown: P3D }',
});
const eager = modelWith({
  triggers:
    "{ metrics: [{ name: low, metric: accuracy, below: 0.95 }], schedules: [{ name: weekly, cron: '0 6 * * 1' }] }",
  policy: '{ cooldown: P1D }',
});

const report = (days: number, accuracy: number, version: string): HistoryLine => ({
  type: 'metrics',
  at: atHour(days * day),
  report: { window: `d${days}`, observedAt: atHour(days * day), sample: 100, metrics: { accuracy } },
  version,
});
const start: HistoryLine = { type: 'champion', at: atHour(0), version: '1', run: null };
const end = (days: number): HistoryLine => ({ type: 'end', at: atHour(days * day) });

function play(lines: readonly HistoryLine[], more: Partial<Parameters<typeof backtest>[0]> = {}) {
  return backtest({
    lines: sortLines(lines),
    policies: [{ name: 'watched', pinned: watched }],
    ...{ fleet: noFleet, assumptions: assumed, from: null, until: null, measure: null },
    ...more,
  });
}

describe('what is said of a policy', () => {
  it('counts loss by what is known of the version that serves, and bounds what is not', () => {
    const lines = [start, report(1, 0.95, '1'), report(2, 0.8, '1'), report(4, 0.7, '1'), end(10)];
    const [policy] = play(lines).policies;
    // From the second report on a version serves that was never trained: its two days may cost 0 to 0.9 each.
    expect(policy!.losses).toMatchObject({ windows: 3, days: 4, unknownWindows: 1, unknownDays: 2 });
    expect(policy!.losses!.known).toBeCloseTo(0.1, 9);
    expect(policy!.losses!.most).toBeCloseTo(0.1 + 2 * 0.9, 9);
    expect(policy!.regret).toEqual({ said: false, why: 'what served is not known in 1 of 3 windows' });
    const never = play(lines, { assumptions: { ...assumed, runOutcome: 'gate-failed' } }).policies[0]!;
    expect(never.losses).toMatchObject({ unknownWindows: 0, most: never.losses!.known });
    expect(never.losses!.known).toBeCloseTo(0.1 + 2 * 0.2, 9);
  });

  it('gives no upper bound where nobody knows the range of the metric', () => {
    const priced = { measure: { metric: 'price_error', side: 'above', reference: 2 } as const };
    const lines = [start, report(1, 0.8, '1'), end(10)].map((line) =>
      line.type === 'metrics'
        ? { ...line, version: '7', report: { ...line.report, metrics: { accuracy: 0.8, price_error: 3 } } }
        : line,
    );
    const [policy] = play(lines, priced).policies;
    expect(policy!.losses).toMatchObject({ unknownWindows: 1, known: 0, most: null });
    expect(policy!.cannotSay[0]).toContain('without end above, for nobody knows the range of price_error');
  });

  it('finds episodes in the reports, or those that are named, and says when each was met', () => {
    const lines = [start, report(1, 0.95, '1'), report(2, 0.8, '1'), report(3, 0.95, '1'), end(10)];
    const [policy] = play(lines).policies;
    expect(policy!.episodes).toEqual({
      ...{ found: 1, missed: 0, meanDaysToReact: 0 },
      all: [
        {
          ...{ name: 'd2', from: atHour(48), until: atHour(72), daysToReact: 0 },
          runId: expect.stringMatching(/^tiny-20260103-/),
        },
      ],
    });
    const named: HistoryLine[] = [
      { type: 'episode', at: atHour(24), until: atHour(60), name: 'new prices' },
      { type: 'episode', at: atHour(100), until: atHour(120), name: 'holidays' },
    ];
    expect(play([...lines, ...named]).policies[0]!.episodes).toMatchObject({
      ...{ found: 1, missed: 1, meanDaysToReact: 1 },
      all: [{ name: 'new prices' }, { name: 'holidays', runId: null }],
    });
  });

  it('counts hours and money of runs, and the hours that signals wait', () => {
    const lines = [start, report(1, 0.8, '1'), report(2, 0.8, '1'), end(10)];
    const [policy] = play(lines, { assumptions: { ...assumed, runHours: 2 } }).policies;
    expect(policy!.runs).toMatchObject({ started: 2, released: 2, recorded: 0, hours: 4, money: 8 });
    // An hour after the first run ended it waits on: three days from then, less the 23 hours that have passed.
    expect(policy!.waits).toEqual([{ reason: 'cooldown', signals: 1, hours: 49 }]);
    expect(
      play(lines, { assumptions: { ...assumed, pricePerHour: null } }).policies[0]!.runs.money,
    ).toBeNull();
  });

  it('never finds a policy better than the best that as many changes could do', { timeout: 30_000 }, () => {
    const days = 12;
    const anyScores = fc.array(
      fc.array(fc.constantFrom(0.99, 0.92, 0.85, 0.7), { minLength: days, maxLength: days }),
      {
        minLength: 4,
        maxLength: 4,
      },
    );
    fc.assert(
      fc.property(anyScores, (values) => {
        const versions = values.map((_, at) => ({ version: String(at + 1), trained: at * 3 }));
        const lines: HistoryLine[] = [start, end(days + 1)];
        for (const { version, trained } of versions)
          lines.push({ type: 'version', at: atHour(trained * day), version });
        for (let at = 0; at < days; at++) {
          const scores = Object.fromEntries(values.map((row, of) => [String(of + 1), row[at]!]));
          lines.push({
            type: 'scores',
            at: atHour((at + 1) * day),
            window: `d${at + 1}`,
            metric: 'accuracy',
            scores,
          });
          lines.push(report(at + 1, scores['1']!, '1'));
        }
        const found = play(lines, {
          policies: [
            { name: 'watched', pinned: watched },
            { name: 'eager', pinned: eager },
          ],
          assumptions: { ...assumed, unknownVersions: 'nearest' },
        });
        for (const { regret, losses } of found.policies) {
          expect(losses!.unknownWindows).toBe(0);
          expect(regret.said && regret.regret).toBeGreaterThanOrEqual(-1e-9);
        }
      }),
      { numRuns: 100 },
    );
  });

  it('takes what is before a day for played, and does not count it', () => {
    const lines = [start, report(1, 0.8, '1'), report(2, 0.8, '1'), end(10)];
    const [policy] = play(lines, { from: atHour(36) }).policies;
    expect(policy!.runs.started).toBe(1);
    expect(policy!.losses!.windows).toBe(1);
    // Its cooldown is that of the run before, which is not counted.
    expect(policy!.waits).toMatchObject([{ reason: 'cooldown' }]);
  });
});
