import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOffer } from '../../../shared/admission/describe-offer.ts';
import type { Offer } from '../../../shared/admission/question.ts';
import { noteArrival, rowsAfter } from '../../../shared/admission/rows-after-change.ts';
import { takeRecovery } from '../../../shared/admission/take-recovery.ts';
import { ModelConfigSchema, type PinnedModel, type Policy } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
import { dataSignal, listensToData } from '../../../shared/signals/data-signal.ts';
import { modelWith } from '../backtest/histories.ts';
import { decide } from './decide.ts';

const policyOf = (over: object): Policy =>
  ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', longestRun: 'PT6H', longestWait: 'P5D', ...over });
const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
const cause = 'metric:low';

type Facts = Partial<Offer['signal']>;

function offer(state: ModelState, id: string, hours: number, policy: Policy, facts: Facts = {}) {
  const signal = { id, kind: 'metric' as const, observedAt: at(hours), ...facts };
  const isData = signal.kind === 'data';
  return decide(state, {
    ...{ signal, runId: `run-${id}`, now: at(hours), policy },
    ...(isData && { data: false }),
  });
}

const breach = (state: ModelState, hours: number, policy: Policy) =>
  offer(state, `b${hours}`, hours, policy, { cause });
const good = (state: ModelState, hours: number): ModelState =>
  takeRecovery(state, { cause, observedAt: at(hours), summary: 'It is good again.' }).state;
const upload = (state: ModelState, hours: number, rows: number, policy: Policy, observed = hours) =>
  offer(state, `d${hours}-${observed}`, hours, policy, {
    ...{ kind: 'data', observedAt: at(observed), newData: { rows, bytes: 1 } },
  });

describe('rows after a change', () => {
  const policy = policyOf({ rowsAfterChange: 100 });

  it('are waited for, and what waits is woken and starts once there are enough', () => {
    const known = good(newModelState, 0);
    const before = upload(known, 0, 500, policy).state;
    const some = upload(before, 1, 60, policy).state;
    const first = breach(some, 2, policy);
    expect(first.admission).toMatchObject({
      ...{ outcome: 'deferred', reason: 'too-little-data', offerAgainAt: at(2 + 5 * 24) },
      sentence: `Waits until ${at(122)}: 60 rows have come since the change, which began after ${monday}, and policy.rowsAfterChange requires 100: a run now would train mostly on what was before.`,
      changedBy: `Admissible with 40 more rows, and at ${at(122)} with those that have come by then.`,
    });
    const more = upload(first.state, 3, 39, policy);
    expect(more.wake).toEqual([]);
    const enough = upload(more.state, 4, 1, policy);
    expect(enough.wake).toEqual(['b2']);
    const again = offer(enough.state, 'b2', 4, policy, { cause });
    expect(again.admission).toMatchObject({ outcome: 'admitted', reason: 'hold-over' });
    expect(again.state.pending).toBeNull();
  });

  it('are waited for no longer than the longest wait: then the run starts with those that have come', () => {
    const { state } = breach(newModelState, 0, policy);
    expect(offer(state, 'b0', 119, policy, { cause }).admission.outcome).toBe('deferred');
    expect(offer(state, 'b0', 120, policy, { cause }).admission.outcome).toBe('admitted');
  });

  it('hold nobody who tells of no change: schedules, people, what is asked without a cause', () => {
    const bad = breach(newModelState, 0, policy).state;
    const others: readonly Facts[] = [{ kind: 'schedule' }, {}, { cause: 'absence:data' }];
    for (const facts of others)
      expect(offer(newModelState, 'x', 1, policy, facts).admission.outcome).toBe('admitted');
    expect(offer(bad, 'm', 1, policy, { kind: 'manual' }).admission).toMatchObject({
      ...{ outcome: 'admitted', signals: ['m', 'b0'] },
    });
  });

  it('are counted from the last good window, or the first bad one, however many bad ones have come since', () => {
    let state = good(newModelState, 0);
    state = upload(state, 1, 70, policy).state;
    for (let hour = 2; hour < 40; hour++) state = breach(state, hour, policy).state;
    expect(offer(state, 'b2', 40, policy, { cause }).admission.sentence).toContain(
      `70 rows have come since the change, which began after ${monday}`,
    );
    let unknown = breach(newModelState, 2, policy).state;
    unknown = upload(unknown, 2, 70, policy, 1).state;
    for (let hour = 3; hour < 40; hour++) unknown = breach(unknown, hour, policy).state;
    expect(offer(unknown, 'b2', 40, policy, { cause }).admission.sentence).toContain(
      `0 rows have come since the change, which began after ${at(2)}`,
    );
    const anew = breach(upload(good(state, 41), 42, 5, policy).state, 43, policy);
    expect(anew.admission.sentence).toContain(
      `5 rows have come since the change, which began after ${at(41)}`,
    );
  });

  it('count by when their file was observed, and never by a time that is to come', () => {
    const state = good(newModelState, 10);
    const late = upload(state, 11, 100, policy, 9).state;
    expect(breach(late, 12, policy).admission.outcome).toBe('deferred');
    const ahead = upload(late, 12, 100, policy, 1_000).state;
    expect(rowsAfter(ahead, at(11))).toBe(100);
    expect(rowsAfter(ahead, at(12))).toBe(0);
  });

  it('are counted after the change that advice tells of', () => {
    const state = upload(upload(newModelState, 1, 60, policy).state, 3, 60, policy).state;
    const told = (hours: number) => offer(state, 'advice', 4, policy, { changedAt: at(hours) });
    expect(told(0).admission.outcome).toBe('admitted');
    expect(told(2).admission.outcome).toBe('deferred');
  });

  it('are counted from before the alarm, where a rule with a confidence took several windows to be sure', () => {
    const test = (p: number) => ({ p, alpha: 0.05, evidence: [0.2, 0.5, 1, 2] });
    const told = (state: ModelState, hours: number, p: number) =>
      offer(state, `b${hours}`, hours, policy, { cause, test: test(p) });
    let state = upload(good(newModelState, 0), 1, 60, policy).state;
    for (let hour = 2; hour < 9; hour++) {
      const unsure = told(state, hour, 0.2);
      expect(unsure.admission).toMatchObject({ outcome: 'rejected', reason: 'inconclusive' });
      state = unsure.state;
    }
    const alarm = told(state, 9, 0.001);
    expect(alarm.admission).toMatchObject({ outcome: 'deferred', reason: 'too-little-data' });
    expect(alarm.admission.sentence).toContain(
      `60 rows have come since the change, which began after ${monday}`,
    );
  });

  it('have no run cancelled for a new one that would have to wait', () => {
    const restarting = policyOf({ rowsAfterChange: 100, whileRunning: 'restart' });
    const live = offer(newModelState, 'm', 0, restarting, { kind: 'manual' }).state;
    expect(breach(live, 1, restarting)).toMatchObject({
      ...{ cancelRunId: null, admission: { outcome: 'coalesced', reason: 'run-live' } },
    });
  });
});

describe('an offer to a model', () => {
  const configOf = (policy: string) =>
    modelWith({ triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }] }', policy });
  const [without, pinned] = [configOf('{}'), configOf('{ rowsAfterChange: 60 }')];

  it('says when a file was observed, and a change began, where its policy counts rows after a change', () => {
    const by = { source: 'test', observedAt: at(0) };
    const file = { ...dataSignal('tiny', { path: 'tiny/a.csv', etag: '1', bytes: 9 }, by) };
    const advice = { ...file, kind: 'metric' as const, changedAt: at(0) };
    const told = (signal: Signal, model: PinnedModel) =>
      describeOffer({ signal, pinned: model }, 'run-a', at(1)).signal;
    expect(told(file, pinned)).toMatchObject({ observedAt: at(0) });
    expect(told(file, without)).not.toHaveProperty('observedAt');
    expect(told(advice, pinned)).toMatchObject({ changedAt: at(0) });
    expect(told(advice, without)).not.toHaveProperty('changedAt');
    expect([pinned, without].map(({ config }) => listensToData(config))).toEqual([true, false]);
  });
});

/** What has come, by the hour it came. */
const anyPast = fc.array(
  fc.record({
    what: fc.constantFrom('bad', 'good', 'data', 'data', 'data'),
    rows: fc.integer({ min: 1, max: 80 }),
    lateBy: fc.integer({ min: 0, max: 6 }),
  }),
  { maxLength: 200, size: 'max' },
);
const anyAsked = fc.constantFrom(1, 60, 300, 2_000);

function playPast(
  past: readonly (typeof anyPast extends fc.Arbitrary<(infer One)[]> ? One : never)[],
  policy: Policy,
) {
  let state: ModelState = newModelState;
  const arrived: { at: string; rows: number }[] = [];
  for (const [hours, { what, rows, lateBy }] of past.entries()) {
    if (what === 'bad') state = { ...breach(state, hours, policy).state, live: null, pending: null };
    if (what === 'good') state = good(state, hours);
    if (what !== 'data') continue;
    state = upload(state, hours, rows, policy, hours - lateBy).state;
    arrived.push({ at: at(hours - lateBy), rows });
  }
  return { state, arrived };
}

/** A past so long takes minutes to make shorter: one that fails is told as it is. */
const long = { numRuns: 50, endOnFailure: true };

describe('rows after a change, whatever has come,', () => {
  it('never turn a start into a wait by being more', () => {
    fc.assert(
      fc.property(
        anyPast,
        anyAsked,
        fc.array(
          fc.record({ rows: fc.integer({ min: 1, max: 50 }), lateBy: fc.integer({ min: 0, max: 9 }) }),
          {
            minLength: 1,
            maxLength: 120,
            size: 'max',
          },
        ),
        (past, rowsAfterChange, more) => {
          const policy = policyOf({ rowsAfterChange });
          const bad = breach(playPast(past, policy).state, 500, policy);
          let state: ModelState = { ...bad.state, live: null, pending: null };
          for (const [index, { rows, lateBy }] of more.entries())
            state = upload(state, 501 + index, rows, policy, 501 + index - lateBy).state;
          if (bad.admission.outcome === 'admitted')
            expect(breach(state, 700, policy).admission.outcome).toBe('admitted');
        },
      ),
      long,
    );
  });

  it('are never more than there were, and few are lost to keeping a hundred files', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 800, size: 'max' }),
        fc.array(fc.constantFrom(2, 5, 10, 20, 50, 100, 300), { minLength: 3, maxLength: 7 }),
        (files, lasts) => {
          const policy = policyOf({ rowsAfterChange: 10 });
          let state: ModelState = newModelState;
          for (const [hours, rows] of files.entries()) {
            const newData = { rows, bytes: 1 };
            const signal = { id: `d${hours}`, kind: 'data' as const, observedAt: at(hours), newData };
            state = noteArrival(state, { signal, runId: 'r', now: at(hours), policy });
          }
          expect(state.arrivals!.length).toBeLessThanOrEqual(100);
          for (const last of lasts) {
            const hours = Math.max(0, files.length - 1 - last);
            const came = files.slice(hours + 1).reduce((sum, rows) => sum + rows, 0);
            const told = rowsAfter(state, at(hours));
            expect(told).toBeLessThanOrEqual(came);
            expect(told).toBeGreaterThanOrEqual(0.7 * came - 200);
          }
        },
      ),
      long,
    );
  });

  it('are exact after a change that is known, and the same past gives the same answer', () => {
    fc.assert(
      fc.property(
        anyPast,
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 300, size: 'max' }),
        (past, later) => {
          const policy = policyOf({ rowsAfterChange: 1_000_000 });
          const bad = breach(good(playPast(past, policy).state, 400), 401, policy);
          let { state } = bad;
          for (const [index, rows] of later.entries()) state = upload(state, 402 + index, rows, policy).state;
          const sum = later.reduce((total, rows) => total + rows, 0);
          expect(rowsAfter(state, at(400))).toBe(sum);
          const asked = () => offer(state, 'b401', 403, policy, { cause });
          expect(asked()).toEqual(asked());
        },
      ),
      long,
    );
  });
});
