import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cooldownMs } from '../../../shared/admission/blocks.ts';
import { freezeEnd } from '../../../shared/admission/freezes.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { type Freeze, ModelConfigSchema, type Policy } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { SignalKind } from '../../../shared/domain/signal.ts';
import { decide } from './decide.ts';

const policyOf = (over: object): Policy =>
  ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', longestRun: 'PT6H', ...over });
const version = { name: 'm', version: '1', modelUri: 'azureml://x' };
const monday = '2026-03-02T08:00:00.000Z';
const hoursLater = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();

function offer(state: ModelState, id: string, now: string, policy: Policy, kind: SignalKind = 'metric') {
  return decide(state, { signal: { id, kind }, runId: `run-${id}`, now, policy });
}

function settle(state: ModelState, now: string, released: boolean): ModelState {
  const outcome = released ? 'released' : 'gate-failed';
  return settleRun(state, { runId: state.live!.runId, outcome, champion: released ? version : null, now })
    .state;
}

/** So many runs one after another, an hour each, none of which released anything. */
function afterFailures(count: number, policy: Policy): ModelState {
  let state = newModelState;
  for (let run = 0; run < count; run++) {
    const { state: started } = offer(state, `f${run}`, hoursLater(run * 2), policy, 'manual');
    state = settle(started, hoursLater(run * 2 + 1), false);
  }
  return state;
}

describe('mode', () => {
  it('observe says what it would have done and starts nothing, but lets a person through', () => {
    const policy = policyOf({ mode: 'observe' });
    const observed = offer(newModelState, 'a', monday, policy);
    expect(observed.admission).toMatchObject({ outcome: 'rejected', reason: 'observed', runId: null });
    expect(observed.admission.sentence).toBe(
      'Would have been admitted as run run-a, but the mode is observe.',
    );
    expect(observed.state.live).toBeNull();
    expect(offer(observed.state, 'm', monday, policy, 'manual').admission.outcome).toBe('admitted');
  });

  it('off rejects everybody', () => {
    const policy = policyOf({ mode: 'off' });
    for (const kind of ['metric', 'manual', 'registry'] as const) {
      expect(offer(newModelState, kind, monday, policy, kind).admission).toMatchObject({
        outcome: 'rejected',
        reason: 'off',
      });
    }
  });
});

describe('the cooldown after failures', () => {
  const policy = policyOf({ cooldown: 'PT1H', cooldownAfterFailure: 'PT6H', longestCooldown: 'P1D' });
  const hours = (unsuccessful: number) => cooldownMs(policy, unsuccessful) / 3_600_000;

  it('doubles with every run in a row that released nothing, up to the longest', () => {
    expect([0, 1, 2, 3, 4, 50].map(hours)).toEqual([1, 6, 12, 24, 24, 24]);
  });

  it('is explained with its numbers', () => {
    const { admission } = offer(afterFailures(2, policy), 'a', hoursLater(4), policy);
    expect(admission).toMatchObject({
      outcome: 'deferred',
      reason: 'cooldown',
      offerAgainAt: hoursLater(15),
    });
    expect(admission.sentence).toContain('the cooldown is 12 hours, doubled after 2 runs without a release');
  });

  it('begins anew after a release', () => {
    const failed = afterFailures(3, policy);
    const started = offer(failed, 'm', hoursLater(10), policy, 'manual').state;
    expect(settle(started, hoursLater(11), true).unsuccessful).toBe(0);
  });
});

describe('the rate', () => {
  const policy = policyOf({ mostRuns: { count: 2, window: 'P1D' } });

  it('makes the third signal of the window wait until the first run leaves it, a person too', () => {
    let state = newModelState;
    for (const hour of [0, 3])
      state = settle(offer(state, `h${hour}`, hoursLater(hour), policy).state, hoursLater(hour + 1), true);
    for (const kind of ['metric', 'manual', 'registry'] as const) {
      const { admission } = offer(state, kind, hoursLater(5), policy, kind);
      expect(admission).toMatchObject({ outcome: 'deferred', reason: 'rate', offerAgainAt: hoursLater(24) });
    }
    expect(offer(state, 'later', hoursLater(24), policy).admission.outcome).toBe('admitted');
  });
});

describe('the breaker', () => {
  const policy = policyOf({ breakAfter: 3 });

  it('opens after so many runs without a release and closes when a person’s run releases one', () => {
    const open = afterFailures(3, policy);
    const rejected = offer(open, 'a', hoursLater(9), policy);
    expect(rejected.admission).toMatchObject({ outcome: 'rejected', reason: 'breaker' });
    expect(rejected.admission.sentence).toBe(
      'Rejected: the last 3 runs released nothing, and the breaker is open.',
    );
    const manual = offer(rejected.state, 'm', hoursLater(10), policy, 'manual');
    expect(manual.admission.outcome).toBe('admitted');
    const closed = settle(manual.state, hoursLater(11), true);
    expect(offer(closed, 'b', hoursLater(12), policy).admission.outcome).toBe('admitted');
  });
});

describe('freezes', () => {
  const fridays = {
    name: 'weekend',
    cron: '0 17 * * 5',
    timeZone: 'Europe/Berlin',
    lasts: 'P2DT15H',
    answer: 'defer',
  } as Freeze;

  it('begin and end by the clock of their time zone, summer and winter', () => {
    expect(freezeEnd(fridays, '2026-03-06T15:59:59.999Z')).toBeNull();
    expect(freezeEnd(fridays, '2026-03-06T16:00:00.000Z')).toBe('2026-03-09T07:00:00.000Z');
    expect(freezeEnd(fridays, '2026-03-09T06:59:59.999Z')).toBe('2026-03-09T07:00:00.000Z');
    expect(freezeEnd(fridays, '2026-03-09T07:00:00.000Z')).toBeNull();
    expect(freezeEnd(fridays, '2026-07-03T15:00:00.000Z')).toBe('2026-07-06T06:00:00.000Z');
  });

  it('that follow one another without a gap are one', () => {
    const nights = { ...fridays, cron: '0 0 * * *', timeZone: 'UTC', lasts: 'P1DT1H' } as Freeze;
    const end = freezeEnd(nights, monday)!;
    expect(Date.parse(end) - Date.parse(monday)).toBeGreaterThan(25 * 86_400_000);
  });

  it('hold everybody, and name themselves', () => {
    const policy = policyOf({
      freezes: [{ name: 'year-end', from: '2026-03-01T00:00:00+01:00', until: '2026-03-05T00:00:00Z' }],
    });
    for (const kind of ['metric', 'manual', 'registry'] as const) {
      const { admission } = offer(newModelState, kind, monday, policy, kind);
      expect(admission).toMatchObject({
        outcome: 'deferred',
        reason: 'freeze',
        offerAgainAt: '2026-03-05T00:00:00.000Z',
      });
      expect(admission.sentence).toContain('freeze year-end is in force until 2026-03-05T00:00:00.000Z');
    }
  });

  it('may turn signals away instead', () => {
    const policy = policyOf({
      freezes: [
        { name: 'audit', from: '2026-03-01T00:00:00Z', until: '2026-03-05T00:00:00Z', answer: 'reject' },
      ],
    });
    expect(offer(newModelState, 'a', monday, policy).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'freeze',
    });
  });

  it.each([
    [{ name: 'a', from: '2026-03-01T00:00:00Z' }, 'give either from and until, or cron and lasts'],
    [
      { name: 'a', from: '2026-03-02T00:00:00Z', until: '2026-03-01T00:00:00Z' },
      'until must come after from',
    ],
    [{ name: 'a', from: '2026-03-01', until: '2026-03-02T00:00:00Z' }, 'an ISO 8601 time with a zone'],
    [{ name: 'a', cron: '0 17 * *', lasts: 'P1D' }, 'a cron pattern of five fields'],
    [{ name: 'a', cron: '0 0 30 2 *', lasts: 'P1D' }, 'a cron pattern of five fields that comes round'],
    [{ name: 'a', cron: '0 17 * * 5', lasts: 'P60D' }, '31 days at most'],
    [{ name: 'a', cron: '0 17 * * 5', lasts: 'P1D', timeZone: 'Mars/Base' }, 'an IANA time zone'],
  ])('are checked before anything runs: %o', (freeze, message) => {
    const result = ModelConfigSchema.shape.policy.safeParse({ freezes: [freeze] });
    expect(result.error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});

describe('the policy over any sequence of signals, ends of runs and waits', () => {
  const step = fc.record({
    minutes: fc.integer({ min: 0, max: 2 * 24 * 60 }),
    action: fc.constantFrom('offer', 'offer', 'again', 'fail', 'release'),
    kind: fc.constantFrom<SignalKind>('metric', 'drift', 'data', 'schedule', 'manual', 'registry'),
    pick: fc.nat(),
  });
  const anyPolicy = fc.record({
    mode: fc.constantFrom('auto', 'auto', 'observe', 'off'),
    cooldown: fc.constantFrom('PT0S', 'PT6H', 'P2D'),
    cooldownAfterFailure: fc.constantFrom(undefined, 'PT3H', 'P1D'),
    mostRuns: fc.constantFrom(undefined, { count: 1, window: 'P1D' }, { count: 3, window: 'P7D' }),
    breakAfter: fc.constantFrom(undefined, 2, 4),
    freezes: fc.constantFrom(
      [],
      [{ name: 'weekend', cron: '0 17 * * 5', lasts: 'P2D' }],
      [{ name: 'nights', cron: '0 20 * * *', lasts: 'PT10H', timeZone: 'Asia/Tokyo', answer: 'reject' }],
    ),
  });

  it('never starts in a freeze, over the rate, in a cooldown, behind an open breaker, or beside another run', {
    timeout: 60_000,
  }, () => {
    fc.assert(
      fc.property(anyPolicy, fc.array(step, { maxLength: 60 }), (raw, steps) => {
        const policy = policyOf(raw);
        let state = newModelState;
        let nowMs = Date.parse(monday);
        const offered: { id: string; kind: SignalKind }[] = [];
        const starts: number[] = [];
        for (const [index, { minutes, action, kind, pick }] of steps.entries()) {
          nowMs += minutes * 60_000;
          const now = new Date(nowMs).toISOString();
          if (action === 'fail' || action === 'release') {
            if (state.live) state = settle(state, now, action === 'release');
            continue;
          }
          const known = action === 'again' ? offered[pick % Math.max(1, offered.length)] : undefined;
          const signal = known ?? { id: `s${index}`, kind };
          if (!known) offered.push(signal);
          const before = state;
          const answer = offer(before, signal.id, now, policy, signal.kind);
          expect(offer(before, signal.id, now, policy, signal.kind)).toEqual(answer);
          state = answer.state;
          const { outcome, offerAgainAt, sentence } = answer.admission;
          expect(sentence).not.toMatch(/undefined|NaN|null/);
          if (outcome === 'deferred') expect(offerAgainAt! > now).toBe(true);
          if (outcome !== 'admitted' || answer.repeated) continue;

          starts.push(nowMs);
          const byPerson = signal.kind === 'manual' || signal.kind === 'registry';
          expect(before.live === null || before.live.deadline < now).toBe(true);
          expect(policy.freezes.every((freeze) => freezeEnd(freeze, now) === null)).toBe(true);
          expect(policy.mode === 'off' || (policy.mode === 'observe' && !byPerson)).toBe(false);
          if (policy.mostRuns) {
            const windowMs = policy.mostRuns.window === 'P1D' ? 86_400_000 : 7 * 86_400_000;
            expect(starts.filter((start) => start > nowMs - windowMs).length).toBeLessThanOrEqual(
              policy.mostRuns.count,
            );
          }
          if (byPerson || before.live) continue;
          if (policy.breakAfter) expect(before.unsuccessful ?? 0).toBeLessThan(policy.breakAfter);
          if (before.lastRun) {
            const endedMs = Date.parse(before.lastRun.endedAt);
            expect(nowMs).toBeGreaterThanOrEqual(endedMs + cooldownMs(policy, before.unsuccessful ?? 0));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps its state under 64 KB through a year of daily signals', () => {
    const policy = policyOf({ mostRuns: { count: 100, window: 'P30D' } });
    let state = newModelState;
    for (let day = 0; day < 365; day++) {
      state = offer(
        state,
        `metric:some-model:accuracy-low:2026-window-${day}`,
        hoursLater(day * 24),
        policy,
      ).state;
      if (state.live) state = settle(state, hoursLater(day * 24 + 5), day % 3 === 0);
    }
    expect(JSON.stringify(state).length).toBeLessThan(64 * 1024);
  });
});
