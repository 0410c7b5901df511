import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adviceSignal } from '../../../shared/advice/advice-signal.ts';
import { advise } from '../../../shared/advice/advise.ts';
import type { Past } from '../../../shared/advice/known-past.ts';
import type { Advice } from '../../../shared/domain/advice.ts';
import { modelWith } from '../backtest/histories.ts';

const day = (days: number): string => new Date(Date.UTC(2026, 0, 1) + days * 86_400_000).toISOString();

const configOf = ({ rule = '', hours = 10, policy = '', triggers = '', lossPerDay = 0, price = 3 } = {}) =>
  modelWith({
    triggers: triggers || `{ metrics: [{ name: low, metric: accuracy, below: 0.9${rule} }] }`,
    policy:
      policy ||
      `{ ${lossPerDay === 0 ? '' : `lossPerDay: ${lossPerDay}, `}budget: { window: P30D, computeHours: ${hours}, pricePerHour: ${price} } }`,
  }).config;
const config = configOf();

const report = (at: number, value: number, more: object = {}) => ({
  ...{ at: day(at), value, sample: 400, standardError: null, version: null },
  ...more,
});
const run = (at: number, hours = 1, outcome = 'released') => ({
  ...{ startedAt: day(at), endedAt: day(at + 0.1), outcome, hours },
});
/** A champion of day 0 that was good for 20 days and has been at 0.86 since. */
const fallen: Past = {
  reports: Array.from({ length: 30 }, (_, at) => report(at + 0.5, at < 20 ? 0.95 : 0.86)),
  champions: [{ from: day(0), version: '1' }],
  runs: [],
  data: [],
};
const termsOf = ({ terms }: Advice) => Object.fromEntries(terms.map(({ term, value }) => [term, value]));

describe('advice', () => {
  it('is to retrain where loss comes together and the spending rate has hours to spare, and shows every term', () => {
    const advice = advise(config, fallen, day(30));
    expect(advice).toMatchObject({ answer: 'retrain', at: day(30) });
    expect(advice.sentence).toBe(
      'Retrain: 0.517 accuracy days of loss are expected to be left out, and the spending rate has hours to spare.',
    );
    expect(advice.terms.map(({ term, sentence }) => `${term}: ${sentence}`)).toEqual([
      'cost: A run is expected to take 2 hours of jobs, 6 in money: what the timeouts of its jobs allow; no past run has known hours.',
      'queue: The spending rate is 0.333 hours a day, by policy.budget. Runs are not ahead of it: 8 hours have been saved and may be spent.',
      'promotion: A run is promoted with a chance of 50 %: 0 of 0 runs were, and one of each kind is counted beside them.',
      'excess: accuracy below 0.9 has come together to 0.4 accuracy days in 10 days (10 windows, standard error 0.0552), of which 0.345 are sure (less one standard error), 0.0345 a day.',
      'age: How a version ages is not known yet (30 windows of 1 version), and counts as nothing.',
      'gain: Over the next 30 days a new version would leave out 1.03 accuracy days of loss, if it starts as 1 version did, at the threshold at worst: 0.05 on the good side.',
      'exchange: What an hour of a promoted run brings is not known yet: 0 changes of the champion, 0 hours of such runs.',
    ]);
  });

  it('is to wait where nothing is surely lost', () => {
    const good = { ...fallen, reports: fallen.reports.filter(({ value }) => value > 0.9) };
    expect(advise(config, good, day(30))).toMatchObject({
      answer: 'wait',
      sentence: 'Wait: there is no sure loss that a new version would leave out.',
    });
    // One small window adds little to what is sure.
    const small = { ...good, reports: [...good.reports, report(20.5, 0.88, { sample: 40 })] };
    expect(advise(config, small, day(30)).answer).toBe('wait');
    const large = { ...good, reports: [...good.reports, report(20.5, 0.88, { sample: 40_000 })] };
    expect(advise(config, large, day(30)).answer).toBe('retrain');
  });

  it('is to wait while a run is under way, and until the rate has made up for what was spent', () => {
    const live = { ...run(29), endedAt: null, outcome: null, hours: null };
    expect(advise(config, { ...fallen, runs: [live] }, day(30)).sentence).toBe('Wait: a run is under way.');
    // Of the ten hours of a month all but the two of one run had been saved, and all ten were spent.
    const spent = advise(config, { ...fallen, runs: [run(28, 10, 'gate-failed')] }, day(30));
    expect(spent).toMatchObject({ answer: 'wait' });
    const queue = expect.closeTo(10 - (10 - 2) - 2 / 3, 6);
    expect(termsOf(spent)).toMatchObject({ queue, promotion: 1 / 3, cost: 2 });
    expect(spent.sentence).toMatch(
      /^Wait 4 days: 0\.\d+ accuracy days of loss are expected .* not known yet\.$/,
    );
    expect(advise(config, { ...fallen, runs: [run(20, 9, 'gate-failed')] }, day(30)).answer).toBe('retrain');
  });

  it('spends ahead of the rate for what is worth more than hours have brought so far', () => {
    const before = {
      ...fallen,
      reports: [
        ...[-6, -5, -4, -3, -2, -1].map((at) => report(at + 0.5, at < -3 ? 0.93 : 0.88)),
        ...fallen.reports,
      ],
      champions: [{ from: day(-7), version: '0' }, ...fallen.champions],
    };
    const spentOn = (hours: number) =>
      advise(config, { ...before, runs: [run(-0.5, 1), run(29.5, hours, 'gate-failed')] }, day(30));
    // The change from 0 to 1 took two points of loss away, of every day, for the hour of the run that was promoted.
    expect(termsOf(spentOn(1))).toMatchObject({ exchange: expect.closeTo(0.02 * 30, 6) });
    expect(spentOn(8.5)).toMatchObject({
      answer: 'retrain',
      sentence: expect.stringMatching(/^Retrain: .* ahead of the rate bring as a rule\.$/),
    });
    expect(spentOn(40)).toMatchObject({
      answer: 'wait',
      sentence: expect.stringMatching(/^Wait: .* it pays in [\d.]+ days\.$/),
    });
  });

  it('waits, where the file says what a loss costs, until a run pays', () => {
    const priced = (lossPerDay: number) => advise(configOf({ lossPerDay }), fallen, day(30));
    expect(priced(5)).toMatchObject({
      answer: 'wait',
      sentence:
        'Wait: 0.517 accuracy days of loss are expected to be left out, and a run costs as much as 1.2.',
    });
    expect(priced(20)).toMatchObject({
      answer: 'wait',
      sentence:
        'Wait: a run costs as much as 0.3 accuracy days of loss, and pays once so much has come together that one would have left out; by now 0.172 surely have.',
    });
    const pays = priced(40);
    expect(pays.answer).toBe('retrain');
    expect(pays.terms.at(-1)).toEqual({
      ...{ term: 'price', value: 0.15, unit: 'accuracy days' },
      sentence: 'A run costs 6 in money, as much as 0.15 accuracy days of loss at 40 each.',
    });
    // With ten more such days it pays at the dearer price, too.
    const later = [30, 31, 32, 33, 34, 35, 36, 37, 38, 39].map((at) => report(at + 0.5, 0.86));
    const longer = { ...fallen, reports: [...fallen.reports, ...later] };
    expect(advise(configOf({ lossPerDay: 20 }), longer, day(40)).answer).toBe('retrain');
  });

  it.each([
    ['{ lossPerDay: 20 }', undefined, /is weighed against what a run costs; add policy\.budget/],
    ['{ lossPerDay: 20, budget: { computeHours: 10 } }', undefined, /add policy\.budget with pricePerHour/],
    [
      '{ lossPerDay: 20, budget: { computeHours: 10, pricePerHour: 3 } }',
      '{}',
      /add a rule to triggers\.metrics/,
    ],
    [
      '{ lossPerDay: 0, budget: { computeHours: 10, pricePerHour: 3 } }',
      undefined,
      /expected number to be >0/,
    ],
  ])('takes no price of a loss that nothing can be weighed against: %s', (policy, triggers, problem) => {
    expect(() => configOf({ policy, ...(triggers && { triggers }) })).toThrow(problem);
  });

  it('does not take a version that was trained across a change for all that can be had', () => {
    const champions = [...fallen.champions, { from: day(21), version: '2' }];
    const reports = fallen.reports
      .slice(0, 24)
      .map((each, at) => (at < 20 ? each : report(at + 0.5, at === 20 ? 0.6 : 0.7)));
    const advice = advise(config, { ...fallen, reports, champions, runs: [run(20.8)] }, day(24));
    expect(advice.answer).toBe('retrain');
    expect(termsOf(advice)['queue']).toBeLessThan(0);
    expect(termsOf(advice)['gain']).toBeGreaterThan(0.1 * 30);
  });

  it('saves no more hours than the window of the budget holds besides a run', () => {
    const queueAfter = (days: number) => termsOf(advise(config, fallen, day(days)))['queue'];
    expect(queueAfter(3)).toBeCloseTo(-1, 9);
    expect([queueAfter(30), queueAfter(300)]).toEqual([-8, -8]);
    expect(termsOf(advise(configOf({ hours: 2 }), fallen, day(30)))['queue']).toBeCloseTo(0, 9);
  });

  it('learns from several versions how they age, and adds what that will bring', () => {
    // Each of three versions loses a tenth of a point a day, and starts half a point on the good side.
    const aged: Past = {
      ...fallen,
      champions: [0, 10, 20].map((from, index) => ({ from: day(from), version: String(index) })),
      reports: Array.from({ length: 24 }, (_, at) => report(at + 0.5, 0.905 - 0.001 * ((at % 10) + 0.5))),
    };
    const advice = advise(config, aged, day(24));
    const age = advice.terms.find(({ term }) => term === 'age')!;
    expect(age.sentence).toMatch(
      /^A version moves 0\.001 a day towards the bad side as it ages .* of 3 versions\)/,
    );
    // A version of four days moves through the threshold sooner than a new one does: the rest of that way is what is gained.
    expect(advice.terms.find(({ term }) => term === 'gain')!.value).toBeGreaterThan(0);
    expect(advise(config, { ...aged, reports: aged.reports.slice(0, 21) }, day(24)).answer).toBe('wait');
  });

  it('predicts the hours of a run from the rows it will have', () => {
    const data = [0, 1, 2, 3].map((at) => ({ at: day(at), rows: 1_000 }));
    const runs = [0.5, 1.5, 2.5].map((at, index) => run(at, 0.4 + 0.2 * index));
    const { cost } = termsOf(advise(config, { ...fallen, data, runs }, day(30)));
    // Two tenths of an hour for a thousand rows, shrunk by a quarter: three runs and one beside them.
    expect(cost).toBeCloseTo(0.6 + 2 * 0.2 * 0.75, 9);
  });

  it.each([
    ['no reports', { ...fallen, reports: [] }, config, /no report of accuracy has come since version 1/],
    ['no champion', { ...fallen, champions: [] }, config, /there is no champion yet/],
    ['no allowance', fallen, configOf({ policy: '{}' }), /neither policy.budget nor policy.mostRuns/],
    ['no rule', fallen, modelWith({ triggers: '{}', policy: '{}' }).config, /no rule of triggers.metrics/],
    [
      'no spread',
      { ...fallen, reports: [report(29, 0.8, { sample: null }), report(30, 0.8, { sample: null })] },
      config,
      /nothing says how sure accuracy is/,
    ],
  ])('cannot say where there is %s, and says so', (_, past, of, why) => {
    const advice = advise(of, past, day(31));
    expect(advice).toMatchObject({ answer: 'cannot-say', sentence: expect.stringMatching(why) });
    expect(adviceSignal('tiny', day(31), advice)).toBeNull();
  });

  it('is a signal where it is to retrain, with its terms as evidence', () => {
    expect(adviceSignal('tiny', day(30), advise(config, fallen, day(30)))).toMatchObject({
      ...{ id: `advice:tiny:${day(30)}`, kind: 'metric', source: 'advice' },
      evidence: { tick: day(30), cost: 2, queue: -8, promotion: 0.5, exchange: null },
      changedAt: day(19.5),
    });
  });
});

const times = fc.integer({ min: 0, max: 120 }).map((half) => half / 2);
const anyPast: fc.Arbitrary<Past> = fc
  .record({
    reports: fc.array(
      fc.record({
        at: times.map(day),
        value: fc.double({ min: 0.6, max: 1, noNaN: true }),
        sample: fc.constantFrom(20, 300, 5_000),
        standardError: fc.constantFrom(0.005, 0.03),
        version: fc.constant(null),
      }),
      { maxLength: 40 },
    ),
    changes: fc.uniqueArray(times, { minLength: 1, maxLength: 4 }),
    runs: fc.array(
      fc.record({
        at: times,
        hours: fc.constantFrom(null, 0.5, 3),
        outcome: fc.constantFrom('released', 'gate-failed', 'cancelled'),
      }),
      { maxLength: 6 },
    ),
    data: fc.array(fc.record({ at: times.map(day), rows: fc.nat({ max: 5_000 }) }), { maxLength: 8 }),
  })
  .map(({ changes, runs, ...rest }) => ({
    ...rest,
    champions: changes
      .toSorted((a, b) => a - b)
      .map((at, index) => ({ from: day(at), version: String(index) })),
    runs: runs.map(({ at, hours, outcome }) => ({ ...run(at, 1, outcome), hours })),
  }));

describe('advice, whatever happened,', () => {
  const shuffled = (past: Past): Past => ({
    reports: past.reports.toReversed(),
    champions: past.champions.toReversed(),
    runs: past.runs.toReversed(),
    data: past.data.toReversed(),
  });
  const distinct = (past: Past): boolean =>
    [past.reports.map(({ at }) => at), past.runs.map(({ startedAt }) => startedAt)].every(
      (of) => new Set(of).size === of.length,
    );

  it('is the same of the same past, in whatever order it is told', () => {
    fc.assert(
      fc.property(anyPast.filter(distinct), times, (past, at) => {
        expect(JSON.stringify(advise(config, shuffled(past), day(at)))).toBe(
          JSON.stringify(advise(config, structuredClone(past), day(at))),
        );
      }),
    );
  });

  it('does not read the future', () => {
    fc.assert(
      fc.property(anyPast, anyPast, times, (past, other, at) => {
        const now = day(at);
        const later = <T>(of: readonly T[], timeOf: (each: T) => string) =>
          of.filter((each) => timeOf(each) > now);
        const sooner = <T>(of: readonly T[], timeOf: (each: T) => string) =>
          of.filter((each) => timeOf(each) <= now);
        const mixed: Past = {
          reports: [...later(other.reports, (each) => each.at), ...sooner(past.reports, (each) => each.at)],
          champions: [
            ...sooner(past.champions, ({ from }) => from),
            ...later(other.champions, ({ from }) => from),
          ],
          runs: [
            ...sooner(past.runs, ({ startedAt }) => startedAt).map((each) =>
              each.endedAt !== null && each.endedAt > now
                ? { ...each, endedAt: day(999), outcome: 'lost', hours: 99 }
                : each,
            ),
            ...later(other.runs, ({ startedAt }) => startedAt),
          ],
          data: [...later(other.data, (each) => each.at), ...sooner(past.data, (each) => each.at)],
        };
        expect(advise(config, mixed, now)).toEqual(advise(config, past, now));
      }),
    );
  });

  const rank = { 'cannot-say': 0, wait: 0, retrain: 1 } as const;
  it.each<[string, (past: Past) => { past: Past; hours?: number }]>([
    ['a smaller budget', (past) => ({ past, hours: 4 })],
    [
      'fewer promotions',
      (past) => ({ past: { ...past, runs: past.runs.map((each) => ({ ...each, outcome: 'gate-failed' })) } }),
    ],
    [
      'less sure reports',
      (past) => ({
        past: {
          ...past,
          reports: past.reports.map((each) => ({ ...each, standardError: 2 * each.standardError! })),
        },
      }),
    ],
    [
      'a dearer last run',
      (past) => {
        const [last, ...rest] = past.runs.toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1));
        return {
          past: last ? { ...past, runs: [{ ...last, hours: (last.hours ?? 0) + 5 }, ...rest] } : past,
        };
      },
    ],
  ])('never becomes to retrain by %s', (_, worsen) => {
    fc.assert(
      fc.property(anyPast, times, (past, at) => {
        // What a run is expected to take is not what is looked at here.
        const known = { ...past, runs: past.runs.map((each) => ({ ...each, hours: each.hours ?? 1 })) };
        const { past: worse, hours = 10 } = worsen(known);
        const [before, after] = [advise(config, known, day(at)), advise(configOf({ hours }), worse, day(at))];
        expect(rank[after.answer]).toBeLessThanOrEqual(rank[before.answer]);
      }),
      { numRuns: 300 },
    );
  });

  it('never becomes to retrain by a price of a loss, a dearer hour or a cheaper loss', () => {
    fc.assert(
      fc.property(anyPast, times, fc.constantFrom(1, 10, 100, 1_000), (past, at, lossPerDay) => {
        const files = [
          {},
          { lossPerDay },
          { lossPerDay, price: 9 },
          { lossPerDay: lossPerDay / 5, price: 9 },
        ];
        const ranks = files.map((file) => rank[advise(configOf(file), past, day(at)).answer]);
        expect(ranks).toEqual(ranks.toSorted((a, b) => b - a));
      }),
      { numRuns: 300 },
    );
  });
});
