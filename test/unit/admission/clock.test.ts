import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { operateFleet, requestPlace } from '../../../shared/admission/fleet.ts';
import { asOfArrival, mendTimes } from '../../../shared/admission/mend-times.ts';
import { operateModel } from '../../../shared/admission/operate.ts';
import { describeFleet } from '../../../shared/admission/place-request.ts';
import type { Offer } from '../../../shared/admission/question.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { takeRecovery } from '../../../shared/admission/take-recovery.ts';
import { addMs, isoOf } from '../../../shared/admission/time.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { ModelConfigSchema, type Policy } from '../../../shared/config/schema.ts';
import { clockToleranceMs } from '../../../shared/domain/clock.ts';
import { newFleetState } from '../../../shared/domain/fleet-state.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { findOldChampion } from '../../../shared/signals/due-schedules.ts';
import { decide } from './decide.ts';

const policyOf = (over: object): Policy =>
  ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', longestRun: 'PT6H', ...over });
const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
const in2099 = '2099-01-01T00:00:00.000Z';
const cause = 'metric:low';
const good = (state: ModelState, observedAt: string, now: string): ModelState =>
  takeRecovery(state, { cause, observedAt: asOfArrival(observedAt, now), summary: 'Good.' }).state;

function offer(
  state: ModelState,
  id: string,
  now: string,
  policy: Policy,
  facts: Partial<Offer['signal']> = {},
) {
  return decide(state, { signal: { id, kind: 'metric', ...facts }, runId: `run-${id}`, now, policy });
}

describe('a fact from the future', () => {
  it.each([
    ['in the past', at(-3), at(-3)],
    ['ahead by less than clocks differ', isoOf(Date.parse(monday) + clockToleranceMs), at(5 / 60)],
    ['later', isoOf(Date.parse(monday) + clockToleranceMs + 1), monday],
    ['dated 2099', in2099, monday],
    ['after the year 9999', '+010239-01-01T00:00:00.000Z', monday],
    ['that is no time', 'tomorrow', monday],
    ['without a time', null, monday],
    ['written in another zone', '2026-03-02T08:00:00+02:00', at(-2)],
  ])('%s is taken as of its arrival, others as they say', (_name, observedAt, taken) => {
    expect(asOfArrival(observedAt, monday)).toBe(taken);
  });

  it('that is good does not mute later breaches', () => {
    const policy = policyOf({});
    const state = good(newModelState, in2099, monday);
    const breach = offer(state, 'a', at(1), policy, { cause, observedAt: at(0.9) });
    expect(breach.admission.outcome).toBe('admitted');
  });

  it('that is bad does not outlast the recovery after it', () => {
    const policy = policyOf({ quietPeriod: 'P1D' });
    const { state } = offer(newModelState, 'a', monday, policy, { cause, observedAt: in2099 });
    expect(takeRecovery(state, { cause, observedAt: at(1), summary: 'Good.' }).withdrawn).toEqual(['a']);
  });
});

describe('a state from a clock that was ahead', () => {
  const poisoned: ModelState = {
    ...newModelState,
    watched: {
      [cause]: [
        { at: at(-5), bad: true },
        { at: in2099, bad: false },
      ],
    },
    lastRun: { runId: 'r', outcome: 'released', endedAt: in2099 },
    starts: [at(-200), in2099],
    spent: [{ runId: 'r', at: in2099, computeHours: 1, settled: true }],
    champion: { name: 'm', version: '1', modelUri: 'x' },
    championSince: in2099,
    answered: [{ id: 'z', outcome: 'rejected', reason: 'off', runId: null, at: in2099 }],
    glass: { by: 'jane', reason: 'x', at: in2099, runId: 'r' },
  };

  it('lets the next breach ask', () => {
    const watched = { watched: poisoned.watched! };
    const { admission } = offer({ ...newModelState, ...watched }, 'a', monday, policyOf({}), {
      cause,
      observedAt: at(-1),
    });
    expect(admission.outcome).toBe('admitted');
  });

  it('counts its runs, hours and pauses from now, and no longer than they last', () => {
    const policy = policyOf({
      cooldown: 'PT6H',
      mostRuns: { count: 1, window: 'P1D' },
      budget: { window: 'P2D', computeHours: 1 },
    });
    const first = offer(poisoned, 'a', monday, policy);
    expect(first.admission).toMatchObject({ outcome: 'deferred', reason: 'rate', offerAgainAt: at(24) });
    expect(first.state).toMatchObject({ championSince: monday, glass: { at: monday } });
    expect(offer(first.state, 'a', at(24), policy).admission.outcome).toBe('admitted');
  });

  it('has whoever sleeps by that clock offered again', () => {
    const policy = policyOf({ cooldown: 'P1D' });
    const ended = settleRun(offer(newModelState, 'a', at(24 * 365), policyOf({})).state, {
      runId: 'run-a',
      outcome: 'failed',
      champion: null,
      now: at(24 * 365 + 1),
    }).state;
    const asleep = offer(ended, 'b', at(24 * 365 + 2), policy).state;
    const back = offer(asleep, 'c', monday, policy, { kind: 'registry' });
    expect(back.wake).toContain('b');
    expect(offer(back.state, 'b', monday, policy).admission.offerAgainAt! <= at(24)).toBe(true);
  });

  it('is left alone, the same object, where nothing is ahead', () => {
    const { state } = offer(newModelState, 'a', monday, policyOf({}));
    expect(mendTimes(state, monday)).toBe(state);
    expect(mendTimes(state, addMs(monday, -clockToleranceMs))).toBe(state);
  });

  it('does not give a live run up sooner, nor a signal a second run', () => {
    const live = offer(newModelState, 'a', at(48), policyOf({})).state;
    const back = offer(live, 'b', monday, policyOf({}));
    expect(back.admission).toMatchObject({ outcome: 'coalesced', reason: 'run-live' });
    expect(back.state.live).toMatchObject({ since: monday, deadline: at(12) });
  });

  it('frees no run whose deadline lies past the year 9999', () => {
    const live = {
      ...offer(newModelState, 'a', monday, policyOf({})).state.live!,
      deadline: '+010239-01-01T00:00:00.000Z',
    };
    expect(offer({ ...newModelState, live }, 'b', at(1), policyOf({})).admission.reason).toBe('run-live');
  });

  it('mutes no rule on the age of a champion for longer than that age', () => {
    const config = ModelConfigSchema.shape.triggers.parse({ championAge: 'P30D' });
    const asks = (now: string) =>
      findOldChampion(
        { model: 'm', triggers: config } as Parameters<typeof findOldChampion>[0],
        poisoned,
        { lookedAt: at(0), known: ['m champion-age P30D'] },
        now,
      );
    expect([1, 10, 20, 31].some((days) => asks(at(24 * days)) !== null)).toBe(true);
  });
});

describe('durations of model files from before there were bounds', () => {
  it.each([
    [{ cooldown: 'P999999999999D' }],
    [{ longestRun: 'P3000000D' }],
    [{ longestRun: 'PT0S' }],
    [{ mode: 'suggest', suggestionExpires: 'P3000000D' }],
    [{ quietPeriod: 'P99999999999W', longestWait: 'P99999999999W' }],
    [
      {
        mostRuns: { count: 1, window: 'P999999999D' },
        budget: { window: 'P999999999999D', computeHours: 9 },
      },
    ],
  ])('give an answer, and never a second run beside the first: %o', (over) => {
    const policy = { ...policyOf({}), ...over } as Policy;
    const first = offer(newModelState, 'a', monday, policy);
    const live = offer(first.state, 'm', at(0.01), policy, { kind: 'manual' });
    const beside = offer(live.state, 'n', at(0.05), policy, { kind: 'manual' });
    expect(beside.admission.freedRunId).toBeNull();
    const runId = live.state.live?.runId ?? 'none';
    const ended = settleRun(live.state, { runId, outcome: 'failed', champion: null, now: at(1) }).state;
    const after = offer(ended, 'b', at(1), policy).admission;
    for (const { sentence } of [first.admission, live.admission, beside.admission, after]) {
      expect(sentence).not.toMatch(/NaN|undefined|Infinity|Invalid/);
    }
  });
});

describe('the fleet under a clock that was ahead', () => {
  const policy = FleetSchema.parse({ maximumConcurrentRuns: 1, budget: { window: 'P7D', computeHours: 4 } });
  const ask = (state: typeof newFleetState, model: string, now: string, offeredAt = now) =>
    requestPlace(state, {
      ...{ model, runId: `run-${model}`, signal: `s-${model}`, priority: 5, estimateHours: 1 },
      ...{ offeredAt, now, ...describeFleet(policy, ['a', 'b']) },
    });

  it('turns nobody away for a stop that ended by that clock, but for what came by it', () => {
    const word = { by: 'jane', reason: 'x' };
    const stopped = operateFleet(newFleetState, { action: 'stop' }, { ...word, now: monday }).state;
    const resumed = operateFleet(stopped, { action: 'resume' }, { ...word, now: in2099 }).state;
    expect(ask(resumed, 'a', at(1)).grant.granted).toBe(true);
    expect(ask(resumed, 'a', at(1), '2098-01-01T00:00:00.000Z').grant.granted).toBe(false);
  });

  it('keeps no place in the line for who waited by it', () => {
    const taken = ask(newFleetState, 'a', in2099).state;
    const waits = ask(taken, 'b', in2099, in2099).state;
    const free = { ...waits, places: [], spent: [] };
    expect(ask(free, 'a', monday).state.waiting.map(({ expiresAt }) => expiresAt)).toEqual([at(2)]);
    expect(ask(free, 'a', at(0.5)).state.waiting.every(({ expiresAt }) => expiresAt <= at(2.5))).toBe(true);
  });
});

describe('any reports, with any times, and a clock that jumps', () => {
  const step = fc.record({
    minutes: fc.integer({ min: 1, max: 600 }),
    back: fc.constantFrom(0, 0, 0, 0, 600, 1440, 500_000),
    aheadMinutes: fc.constantFrom(-120, -10, 0, 4, 60, 60 * 24, 60 * 24 * 365 * 70),
    bad: fc.boolean(),
  });

  it('never mute a rule: honest breaches after them ask', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const policy = policyOf({ mode: 'observe' });
        let state = newModelState;
        let nowMs = Date.parse(monday);
        let count = 0;
        const breach = (observedMs: number) => {
          const facts = { cause, observedAt: isoOf(observedMs), persistence: { breaches: 2, of: 2 } };
          const decided = offer(state, `s${count++}`, isoOf(nowMs), policy, facts);
          state = decided.state;
          return decided.admission.reason;
        };
        for (const { minutes, back, aheadMinutes, bad } of steps) {
          nowMs += (minutes - back) * 60_000;
          const observedMs = nowMs + aheadMinutes * 60_000;
          if (bad) breach(observedMs);
          else state = good(state, isoOf(observedMs), isoOf(nowMs));
        }
        // The first may still be told as before what clocks may differ by; those after it are later than everything.
        const asked = [1, 2, 3].map(() => {
          nowMs += 11 * 60_000;
          return breach(nowMs - 60_000);
        });
        expect(asked[2]).toBe('observed');
      }),
      { numRuns: 2000 },
    );
  });
});

describe('moments of a state that are none', () => {
  const none = fc.constantFrom(
    '',
    'soon',
    '0000-00-00',
    '2026-13-45T99:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    in2099,
  );
  /** Every moment of a state, by its path. */
  const momentsOf = (value: unknown, path: string): string[] => {
    if (typeof value === 'string') return /^\d{4}-\d\d-\d\dT/.test(value) ? [path] : [];
    if (typeof value !== 'object' || value === null) return [];
    return Object.entries(value).flatMap(([key, inner]) =>
      momentsOf(inner, path === '' ? key : `${path} ${key}`),
    );
  };
  const put = (value: unknown, [key, ...rest]: readonly string[], moment: string): unknown => {
    if (key === undefined) return moment;
    const inner = put((value as Record<string, unknown>)[key], rest, moment);
    return Array.isArray(value)
      ? value.map((each: unknown, index) => (String(index) === key ? inner : each))
      : { ...(value as object), [key]: inner };
  };
  const policy = policyOf({
    ...{ quietPeriod: 'PT30M', cooldown: 'PT6H', mostRuns: { count: 2, window: 'P1D' } },
    budget: { window: 'P2D', computeHours: 50 },
  });
  const facts = (observedAt: string) => ({ cause, observedAt, persistence: { breaches: 1, of: 2 } });
  const ended = settleRun(offer(newModelState, 'a', at(-30), policyOf({ budget: policy.budget })).state, {
    ...({ runId: 'run-a', outcome: 'released', now: at(-29), computeHours: 1 } as const),
    champion: { name: 'm', version: '1', modelUri: 'x' },
  }).state;
  const waiting = offer(ended, 'b', at(-1), policy, facts(at(-1))).state;
  const live = offer(ended, 'm', at(-1), policy, { kind: 'manual' }).state;

  it.each([
    ['that waits', waiting],
    ['with a run', live],
  ])('end in an answer, and never in a second run: a state %s', (_name, state) => {
    const paths = momentsOf(state, '');
    expect(paths.length).toBeGreaterThan(6);
    const changes = fc.array(fc.tuple(fc.constantFrom(...paths), none), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(changes, (changed) => {
        const poisoned = changed.reduce<unknown>(
          (value, [path, moment]) => put(value, path.split(' '), moment),
          state,
        );
        const first = offer(poisoned as ModelState, 'c', monday, policy, facts(at(-0.1)));
        expect(first.admission.sentence).not.toMatch(/NaN|undefined|Invalid/);
        if (live === state) {
          expect(first.admission).toMatchObject({ outcome: 'coalesced', reason: 'run-live' });
        }
        // What is held is held for no longer than the policy says, and starts then.
        const waits = first.state.pending?.signals[0];
        if (waits === undefined) return;
        const back = offer(first.state, waits, at(72), policy);
        expect(back.admission.outcome).toBe('admitted');
      }),
      { numRuns: 500 },
    );
  });
});

describe('an operator', () => {
  it('may freeze for as long as there are years, and no freeze is forgotten for those that come after it', () => {
    const word = { by: 'jane', reason: 'x', now: monday };
    let { state } = operateModel(newModelState, { action: 'freeze', until: null }, word);
    for (let hour = 1; hour < 40; hour++) {
      state = operateModel(state, { action: 'freeze', until: at(hour) }, word).state;
    }
    expect(offer(state, 'a', at(100), policyOf({})).admission.reason).toBe('freeze');
    const far = operateModel(newModelState, { action: 'freeze', until: '+275760-09-13T00:00:00.000Z' }, word);
    expect(far.done).toBe(true);
    expect(offer(far.state, 'a', at(100), policyOf({})).admission.reason).toBe('freeze');
  });
});
