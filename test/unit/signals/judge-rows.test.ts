import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { QueryTrigger } from '../../../shared/config/schema.ts';
import { QueryTriggerSchema } from '../../../shared/config/trigger-schema.ts';
import type { LogsTable } from '../../../shared/domain/logs-table.ts';
import { judgeRows, windowsAtMost } from '../../../shared/signals/judge-rows.ts';
import { partJudgements } from '../../../shared/signals/judge-value.ts';

const tick = '2026-03-10T06:00:00.000Z';
const rule = (more: object = {}): QueryTrigger =>
  QueryTriggerSchema.parse({ name: 'low', query: 'Scores', cron: '0 6 * * *', below: 0.9, ...more });

const columns = [
  { name: 'value', type: 'real' },
  { name: 'day', type: 'datetime' },
  { name: 'n', type: 'long' },
];
const table = (...rows: unknown[][]): LogsTable => ({ columns, rows });
const windowed = { window: 'day', sample: 'n', minimumSample: 10 };

const judge = (given: QueryTrigger, rows: LogsTable) => judgeRows(given, rows, { model: 'tiny', tick });
function judged(given: QueryTrigger, rows: LogsTable) {
  const outcome = judge(given, rows);
  if ('problem' in outcome) throw new Error(outcome.problem);
  return { ...outcome, ...partJudgements(outcome.judgements) };
}
const problemOf = (given: QueryTrigger, rows: LogsTable) => {
  const outcome = judge(given, rows);
  return 'problem' in outcome ? outcome.problem : null;
};

describe('judgeRows', () => {
  it('says how sure a row is by its own standard error, or by its sample where it is a share of it', () => {
    const told = { columns: [...columns, { name: 'se', type: 'real' }], rows: [[0.86, null, 100, 0.01]] };
    const ofError = judged(rule({ confidence: 0.95, standardError: 'se', sample: 'n' }), told);
    expect(ofError.breaches[0]!.signal).toMatchObject({
      // Four standard errors beyond, by Student's t of 99 degrees of freedom: its density integrated by Simpson's rule.
      test: { p: expect.closeTo(6.1e-5, 5), alpha: 0.05 },
      evidence: { standardError: 0.01, confidence: 0.95 },
    });
    expect(ofError.checks[0]).toMatchObject({ verdict: 'breached', standardError: 0.01 });
    const ofShare = judged(rule({ confidence: 0.95, valueIs: 'proportion', sample: 'n' }), told);
    expect(ofShare.breaches[0]!.signal.summary).toMatch(
      /^value 0\.8600 is below 0\.9, but the true value may be 0\.91/,
    );
    expect(ofShare.checks[0]).toMatchObject({ verdict: 'inconclusive' });
  });

  it('cannot say how sure a row is whose standard error is none, and says so', () => {
    const cells = [null, 'NaN', -1, 0];
    for (const cell of cells) {
      const told = { columns: [...columns, { name: 'se', type: 'real' }], rows: [[0.5, null, 100, cell]] };
      const { breaches, checks } = judged(rule({ confidence: 0.95, standardError: 'se', sample: 'n' }), told);
      expect(breaches[0]!.signal.test).toEqual({ cannotSay: expect.stringMatching(/standard error/) });
      expect(checks[0]).toMatchObject({ verdict: 'inconclusive' });
    }
    const missing = rule({ confidence: 0.95, standardError: 'se' });
    expect(problemOf(missing, table([0.5, null, 100]))).toContain(
      'standardError column "se" is not in the result',
    );
  });

  it('judges a row without a window as one of the tick', () => {
    const { breaches, recoveries } = judged(rule({ breaches: 2, windows: 3 }), table([0.5, null, null]));
    expect(recoveries).toEqual([]);
    expect(breaches).toEqual([
      {
        rule: 'low',
        signal: {
          id: `metric:tiny:low:${tick}`,
          model: 'tiny',
          kind: 'metric',
          observedAt: tick,
          source: 'log-analytics',
          summary: `value 0.5000 is below 0.9 (window ${tick}).`,
          evidence: {
            rule: 'low',
            metric: 'value',
            value: 0.5,
            limit: 0.9,
            sample: null,
            window: tick,
            tick,
            lookBack: 'P1D',
          },
          cause: 'query:low',
          persistence: { breaches: 2, of: 3 },
        },
      },
    ]);
  });

  it('judges every window at its own time, good ones as recoveries, the latest last', () => {
    const { judgements, breaches, recoveries } = judged(
      rule(windowed),
      table(
        [0.8, '2026-03-09T00:00:00.000Z', 50],
        [0.95, '2026-03-08T00:00:00.000Z', 40],
        [0.7, '2026-03-07T00:00:00.000Z', 30],
      ),
    );
    const ids = judgements.map((one) => ('signal' in one ? one.signal.id : one.recovery.id));
    expect(ids).toEqual([
      'metric:tiny:low:2026-03-07T00:00:00.000Z',
      'recovery:tiny:query:low:2026-03-08T00:00:00.000Z',
      'metric:tiny:low:2026-03-09T00:00:00.000Z',
    ]);
    expect(breaches.map(({ signal }) => [signal.observedAt, signal.summary])).toEqual([
      ['2026-03-07T00:00:00.000Z', 'value 0.7000 is below 0.9 (n=30, window 2026-03-07T00:00:00.000Z).'],
      ['2026-03-09T00:00:00.000Z', 'value 0.8000 is below 0.9 (n=50, window 2026-03-09T00:00:00.000Z).'],
    ]);
    expect(recoveries.map(({ recovery }) => recovery)).toEqual([
      {
        id: 'recovery:tiny:query:low:2026-03-08T00:00:00.000Z',
        model: 'tiny',
        cause: 'query:low',
        observedAt: '2026-03-08T00:00:00.000Z',
        source: 'log-analytics',
        summary: 'value 0.9500 is not below 0.9 (n=40, window 2026-03-08T00:00:00.000Z).',
      },
    ]);
  });

  it('observes no window later than the tick', () => {
    const [breach] = judged(rule({ window: 'day' }), table([0.1, '2026-03-11T00:00:00.000Z', 1])).breaches;
    expect(breach?.signal).toMatchObject({
      observedAt: tick,
      evidence: { window: '2026-03-11T00:00:00.000Z' },
    });
  });

  it('takes the worst of several rows about one window', () => {
    const slices = table([0.95, null, 1], [0.5, null, 1], [0.7, null, 1]);
    expect(judged(rule(), slices).breaches.map(({ signal }) => signal.evidence['value'])).toEqual([0.5]);
    const high = rule({ below: undefined, above: 0.4 });
    expect(judged(high, slices).breaches.map(({ signal }) => signal.evidence['value'])).toEqual([0.95]);
  });

  it('passes over and counts what is no number, has no window, or is over too small a sample', () => {
    const day = '2026-03-09T00:00:00.000Z';
    expect(
      judged(
        rule(windowed),
        table(
          ...[
            [null, day, 50],
            ['NaN', day, 50],
            [Number.NaN, day, 50],
            ['Infinity', day, 50],
            ['', day, 50],
          ],
          ...[[0.1, null, 50], [0.1, '', 50], [0.1, {}, 50], [0.1, day, null], [], [0.1, day, 9]],
        ),
      ),
    ).toMatchObject({ judgements: [], rows: 11, skipped: 10, small: 1, cut: 0 });
  });

  it('reads a decimal, which comes as a text', () => {
    const decimal = { columns: [{ name: 'value', type: 'decimal' }], rows: [['0.25']] };
    expect(judged(rule(), decimal).breaches).toHaveLength(1);
  });

  it('finds nothing to judge in an empty result', () => {
    expect(judged(rule(windowed), table())).toMatchObject({ judgements: [], rows: 0 });
  });

  it('judges the latest windows of a result with too many', () => {
    const numbers = Array.from({ length: 150 }, (_, index) => [0.5, null, index]);
    const { breaches, cut } = judged(rule({ window: 'n' }), table(...numbers.toReversed()));
    expect(cut).toBe(50);
    expect(breaches.map(({ signal }) => signal.evidence['window'])).toEqual(
      Array.from({ length: windowsAtMost }, (_, index) => String(index + 50)),
    );
  });

  it.each([
    [
      { value: 'Value' },
      'value column "Value" is not in the result; did you mean "value"?; its columns are value (real), day (datetime), n (long); correct value or the query',
    ],
    [
      { value: 'day' },
      'value column "day" is datetime, not a number; its columns are value (real), day (datetime), n (long); correct value or the query',
    ],
    [{ sample: 'day' }, expect.stringMatching(/^sample column "day" is datetime, not a number; /)],
    [{ window: 'week' }, expect.stringMatching(/^window column "week" is not in the result; /)],
  ])('says which column does not fit %j', (more, said) => {
    expect(problemOf(rule(more), table([0.5, null, 1]))).toEqual(said);
    expect(problemOf(rule(more), table())).toEqual(said);
  });

  it('says so where there is no column at all, or a dynamic window', () => {
    expect(problemOf(rule(), { columns: [], rows: [] })).toBe(
      'value column "value" is not in the result; it has no columns; correct value or the query',
    );
    const dynamic = { columns: [...columns, { name: 'd', type: 'dynamic' }], rows: [] };
    expect(problemOf(rule({ window: 'd' }), dynamic)).toContain('is dynamic, which names no window');
  });

  it('wants a datetime where windows are counted: others have no order in time', () => {
    const persistent = rule({ window: 'n', breaches: 2, windows: 3 });
    expect(problemOf(persistent, table())).toMatch(
      /^window column "n" is long, and windows to be counted are told apart by a datetime; /,
    );
    expect(problemOf(rule({ window: 'day', breaches: 2, windows: 3 }), table())).toBeNull();
  });

  it('never throws, judges each window once and never too many, whatever the table holds', () => {
    const type = fc.constantFrom('real', 'long', 'decimal', 'datetime', 'string', 'dynamic', 'x');
    const column = fc.record({ name: fc.constantFrom('value', 'day', 'n', 'toString', ''), type });
    const cell = fc.oneof(
      fc.anything(),
      fc.double(),
      fc.constantFrom('2026-03-09T00:00:00.000Z', 'NaN', '1', '-8.64e15'),
    );
    const anyTable = fc.record({
      columns: fc.array(column, { maxLength: 5 }),
      rows: fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 150 }),
    });
    const anyRule = fc.constantFrom(
      rule(),
      rule(windowed),
      rule({ window: 'n', above: 1, below: undefined }),
    );
    fc.assert(
      fc.property(anyRule, anyTable, (given, hostile) => {
        const outcome = judge(given, hostile);
        if ('problem' in outcome) return;
        const ids = outcome.judgements.map((one) =>
          'signal' in one
            ? one.signal.id.replace('metric:tiny:low', '')
            : one.recovery.id.replace('recovery:tiny:query:low', ''),
        );
        expect(new Set(ids).size).toBe(ids.length);
        expect(ids.length).toBeLessThanOrEqual(windowsAtMost);
        expect(outcome.rows).toBe(hostile.rows.length);
        for (const { signal } of partJudgements(outcome.judgements).breaches) {
          expect(signal.evidence['value']).toSatisfy(Number.isFinite);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
