import { describe, expect, it } from 'vitest';
import { operateModel } from '../../../shared/admission/operate.ts';
import type { Offer } from '../../../shared/admission/question.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { takeRecovery } from '../../../shared/admission/take-recovery.ts';
import { ModelConfigSchema, type Policy } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { decide } from './decide.ts';

const policyOf = (over: object): Policy =>
  ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', longestRun: 'PT6H', ...over });
const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
const word = { by: 'jane', reason: 'it is time', now: at(1) };

type Facts = Partial<Offer['signal']>;

function offer(
  state: ModelState,
  id: string,
  hours: number,
  policy: Policy,
  facts: Facts = {},
  more: Partial<Offer> = {},
) {
  const signal = { id, kind: 'metric' as const, ...facts };
  return decide(state, { signal, runId: `run-${id}`, now: at(hours), policy, ...more });
}

function settle(
  state: ModelState,
  hours: number,
  outcome: 'released' | 'gate-failed' | 'cancelled' | 'unchanged' = 'gate-failed',
) {
  return settleRun(state, { runId: state.live!.runId, outcome, champion: null, now: at(hours) });
}

describe('the quiet period', () => {
  const policy = policyOf({ quietPeriod: 'PT2H', longestWait: 'PT5H' });

  it('begins anew with each signal, and one run answers all', () => {
    const first = offer(newModelState, 'a', 0, policy);
    expect(first.admission).toMatchObject({ outcome: 'deferred', reason: 'quiet', offerAgainAt: at(2) });
    expect(first.admission.sentence).toBe(
      `Waits until ${at(2)}: a signal came at ${monday}, and runs wait until none has come for 2 hours.`,
    );
    const second = offer(first.state, 'b', 1.5, policy);
    expect(second.admission).toMatchObject({ outcome: 'coalesced', joinedSignalId: 'a' });
    const again = offer(second.state, 'a', 2, policy);
    expect(again.admission).toMatchObject({ outcome: 'deferred', offerAgainAt: at(3.5) });
    expect(offer(again.state, 'a', 3.5, policy).admission).toMatchObject({
      outcome: 'admitted',
      signals: ['a', 'b'],
    });
  });

  it('ends at the latest after the longest wait, however many signals come', () => {
    let { state } = offer(newModelState, 'a', 0, policy);
    for (let hour = 1; hour < 5; hour++) state = offer(state, `s${hour}`, hour, policy).state;
    expect(offer(state, 'a', 4.9, policy).admission).toMatchObject({
      outcome: 'deferred',
      offerAgainAt: at(5),
    });
    expect(offer(state, 'a', 5, policy).admission.outcome).toBe('admitted');
  });

  it('does not hold a person', () => {
    expect(offer(newModelState, 'm', 0, policy, { kind: 'manual' }).admission.outcome).toBe('admitted');
  });
});

describe('persistence', () => {
  const policy = policyOf({ mode: 'observe' });
  const breach = (hours: number): Facts => ({
    cause: 'metric:low',
    observedAt: at(hours),
    persistence: { breaches: 2, of: 3 },
  });

  it('asks once enough of the last windows are bad, and says how many are', () => {
    const first = offer(newModelState, 'a', 0, policy, breach(0));
    expect(first.admission).toMatchObject({ outcome: 'rejected', reason: 'not-persistent' });
    expect(first.admission.sentence).toBe(
      'Rejected: 1 of the last 3 windows is bad, and the rule requires 2.',
    );
    expect(first.admission.changedBy).toBe('Admissible at 2 bad windows of 3: 1 more.');
    const good = takeRecovery(first.state, {
      cause: 'metric:low',
      observedAt: at(1),
      summary: 'Good.',
    }).state;
    expect(offer(good, 'b', 2, policy, breach(2)).admission.reason).toBe('observed');
  });

  it('forgets windows that lie too far back', () => {
    let { state } = offer(newModelState, 'a', 0, policy, breach(0));
    for (const hour of [1, 2]) {
      state = takeRecovery(state, { cause: 'metric:low', observedAt: at(hour), summary: 'Good.' }).state;
    }
    expect(offer(state, 'b', 3, policy, breach(3)).admission.reason).toBe('not-persistent');
  });

  it('goes by when windows were observed: a breach told late, after the recovery, asks for nothing', () => {
    const good = takeRecovery(newModelState, {
      cause: 'metric:low',
      observedAt: at(5),
      summary: 'Good.',
    }).state;
    const late = offer(good, 'a', 6, policy, { cause: 'metric:low', observedAt: at(4) });
    expect(late.admission).toMatchObject({ reason: 'not-persistent' });
    expect(late.admission.sentence).toBe(`Rejected: a later window, of ${at(5)}, is good again.`);
  });
});

describe('a recovery', () => {
  const policy = policyOf({ quietPeriod: 'P1D' });
  const note = { cause: 'metric:low', observedAt: at(2), summary: 'accuracy 0.97 is not below 0.95.' };

  it('withdraws what waits, wakes it, and is its answer', () => {
    const { state } = offer(newModelState, 'a', 0, policy, { cause: 'metric:low', observedAt: at(0) });
    const recovered = takeRecovery(state, note);
    expect(recovered).toMatchObject({ withdrawn: ['a'], wake: ['a'] });
    expect(recovered.state.pending).toBeNull();
    expect(offer(recovered.state, 'a', 2, policy).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'recovered',
      sentence:
        'Rejected: it waited, and everything that asked is good again. The last: accuracy 0.97 is not below 0.95.',
    });
  });

  it('leaves the run to those that still want it', () => {
    const { state } = offer(newModelState, 'a', 0, policy, { cause: 'metric:low', observedAt: at(0) });
    for (const facts of [{ cause: 'drift:m' }, { kind: 'schedule' as const }]) {
      const both = offer(state, 'b', 1, policy, { observedAt: at(1), ...facts }).state;
      const recovered = takeRecovery(both, note);
      expect(recovered.withdrawn).toEqual([]);
      expect(offer(recovered.state, 'a', 25, policy).admission).toMatchObject({ outcome: 'admitted' });
    }
  });

  it('of before the breach withdraws nothing', () => {
    const { state } = offer(newModelState, 'a', 3, policy, { cause: 'metric:low', observedAt: at(3) });
    expect(takeRecovery(state, note).withdrawn).toEqual([]);
  });

  it('does not withdraw what a person has approved', () => {
    const suggests = policyOf({ mode: 'suggest' });
    const { state } = offer(newModelState, 'a', 0, suggests, { cause: 'metric:low', observedAt: at(0) });
    const approved = operateModel(state, { action: 'approve' }, word).state;
    expect(takeRecovery(approved, note).withdrawn).toEqual([]);
  });
});

describe('mode suggest', () => {
  const policy = policyOf({ mode: 'suggest', suggestionExpires: 'P2D', cooldown: 'P1D' });

  it('rejects a suggestion nobody has answered in time', () => {
    const { state } = offer(newModelState, 'a', 0, policy);
    expect(offer(state, 'a', 47, policy).admission).toMatchObject({
      reason: 'suggested',
      offerAgainAt: at(48),
    });
    expect(offer(state, 'a', 48, policy).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'suggestion-expired',
      sentence: `Rejected: run run-a was suggested, and nobody had approved it by ${at(48)}.`,
    });
  });

  it('lets what is approved pass the cooldown, but no freeze', () => {
    const { state } = offer(newModelState, 'a', 0, policy);
    const manual = offer(state, 'm', 1, policy, { kind: 'registry' });
    const ended = settle(manual.state, 2).state;
    const approved = operateModel(ended, { action: 'approve' }, word).state;
    const frozen = operateModel(approved, { action: 'freeze', until: at(9) }, word).state;
    expect(offer(frozen, 'a', 3, policy).admission).toMatchObject({ reason: 'freeze', offerAgainAt: at(9) });
    expect(offer(approved, 'a', 3, policy).admission).toMatchObject({
      outcome: 'admitted',
      reason: 'approved',
    });
  });
});

describe('while a run is under way', () => {
  const live = (policy: Policy) => offer(newModelState, 'a', 0, policy).state;

  it('queue has later signals wait together for a run of their own', () => {
    const policy = policyOf({ whileRunning: 'queue' });
    const second = offer(live(policy), 'b', 1, policy);
    expect(second.admission).toMatchObject({ outcome: 'deferred', reason: 'run-live' });
    const third = offer(second.state, 'c', 2, policy);
    expect(third.admission).toMatchObject({ outcome: 'coalesced', joinedSignalId: 'b' });
    const ended = settle(third.state, 3);
    expect(ended.wake).toEqual(['b']);
    expect(offer(ended.state, 'b', 3, policy).admission).toMatchObject({
      outcome: 'admitted',
      signals: ['b', 'c'],
    });
  });

  it('reject turns them away', () => {
    const policy = policyOf({ whileRunning: 'reject' });
    expect(offer(live(policy), 'b', 1, policy).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'run-live',
      changedBy: 'A signal that comes once run run-a has ended.',
    });
  });

  it('restart cancels the run for a new one, without cooldown, and once', () => {
    const policy = policyOf({ whileRunning: 'restart', cooldown: 'P1D' });
    const second = offer(live(policy), 'b', 1, policy);
    expect(second).toMatchObject({
      cancelRunId: 'run-a',
      admission: { outcome: 'deferred', reason: 'restart' },
    });
    const ended = settle(second.state, 2, 'cancelled');
    expect(ended.wake).toEqual(['b']);
    const restarted = offer(ended.state, 'b', 2, policy);
    expect(restarted.admission.outcome).toBe('admitted');
    expect(offer(restarted.state, 'c', 3, policy)).toMatchObject({
      cancelRunId: null,
      admission: { outcome: 'coalesced', runId: 'run-b' },
    });
  });

  it('restart cancels nothing where the new run could not start', () => {
    const policy = policyOf({ whileRunning: 'restart', mostRuns: { count: 1, window: 'P1D' } });
    expect(offer(live(policy), 'b', 1, policy)).toMatchObject({
      cancelRunId: null,
      admission: { outcome: 'coalesced', reason: 'run-live' },
    });
  });

  it('restart cancels nothing where the fleet has no place', () => {
    const policy = policyOf({ whileRunning: 'restart' });
    const grant = { granted: false, reason: 'stopped', because: 'x', changedBy: 'y', until: at(2) } as const;
    expect(offer(live(policy), 'b', 1, policy, {}, { grant })).toMatchObject({ cancelRunId: null });
  });

  it('nothing joins the run of a version registered by hand: it waits for its end', () => {
    const policy = policyOf({});
    const promote = offer(newModelState, 'r', 0, policy, { kind: 'registry' }).state;
    const waiting = offer(promote, 'b', 1, policy);
    expect(waiting.admission).toMatchObject({ outcome: 'deferred', reason: 'run-live' });
    expect(settle(waiting.state, 2).wake).toEqual(['b']);
  });

  it('a request to train anew joins nothing: what is under way may have taken an earlier training', () => {
    for (const whileRunning of [undefined, 'restart', 'queue'] as const) {
      const policy = policyOf({
        ...(whileRunning && { whileRunning }),
        mostRuns: { count: 1, window: 'P1D' },
      });
      const fresh = offer(live(policy), 'm', 1, policy, { kind: 'manual', fresh: true });
      expect(fresh.admission).toMatchObject({ outcome: 'deferred', reason: 'run-live' });
      expect(settle(fresh.state, 2).wake).toEqual(['m']);
    }
  });

  it('counts a cancelled run neither for the breaker nor for the doubling cooldown', () => {
    const policy = policyOf({});
    expect(settle(live(policy), 1, 'unchanged').state.unsuccessful).toBe(0);
    expect(settle(live(policy), 1, 'cancelled').state.unsuccessful).toBe(0);
    expect(settle(live(policy), 1, 'gate-failed').state.unsuccessful).toBe(1);
  });
});

describe('the budget', () => {
  const policy = policyOf({ budget: { window: 'P7D', money: 12, pricePerHour: 2 } });
  const estimate = { estimateHours: 4 };

  it('reserves what a run may take, settles what it took, and says when the next one fits', () => {
    const first = offer(newModelState, 'a', 0, policy, {}, estimate);
    expect(first.state.spent).toEqual([{ runId: 'run-a', at: monday, computeHours: 4, settled: false }]);
    const ended = settleRun(first.state, {
      runId: 'run-a',
      outcome: 'released',
      champion: null,
      now: at(2),
      computeHours: 2.5,
    }).state;
    const held = offer(ended, 'b', 3, policy, { kind: 'manual' }, estimate);
    expect(held.admission).toMatchObject({ outcome: 'deferred', reason: 'budget', offerAgainAt: at(7 * 24) });
    expect(held.admission.sentence).toBe(
      `Waits until ${at(168)}: 2.5 h of jobs are spent or reserved since ${at(3 - 168)}, the run may take 4 h, and the budget of P7D is 6 h.`,
    );
    expect(offer(ended, 'c', 3, policy, {}, { estimateHours: 3.5 }).admission.outcome).toBe('admitted');
    expect(offer(ended, 'd', 168, policy, {}, estimate).admission.outcome).toBe('admitted');
  });

  it('keeps the reservation of a run nobody knows the hours of', () => {
    const first = offer(newModelState, 'a', 0, policy, {}, estimate);
    const ended = settle(first.state, 2).state;
    expect(offer(ended, 'b', 3, policy, {}, estimate).admission.reason).toBe('budget');
  });
});

describe('new data', () => {
  const policy = policyOf({ minimumNewRows: 100, longestWait: 'P1D' });
  const upload = (rows: number | null): Facts => ({ kind: 'data', newData: { rows, bytes: 10 } });

  it('is waited for, and what waits is woken once there is enough', () => {
    const first = offer(newModelState, 'a', 0, policy);
    expect(first.admission).toMatchObject({
      outcome: 'deferred',
      reason: 'too-little-data',
      offerAgainAt: at(24),
    });
    expect(first.admission.changedBy).toBe('Admissible with 100 more new rows.');
    const some = offer(first.state, 'd1', 1, policy, upload(60), { data: false });
    expect(some).toMatchObject({ wake: [], admission: { outcome: 'rejected', reason: 'data-counted' } });
    const enough = offer(some.state, 'd2', 2, policy, upload(40), { data: false });
    expect(enough.wake).toEqual(['a']);
    const started = offer(enough.state, 'a', 2, policy);
    expect(started.admission.outcome).toBe('admitted');
    expect(started.state.newData).toBeUndefined();
  });

  it('is waited for no longer than the longest wait', () => {
    const { state } = offer(newModelState, 'a', 0, policy);
    expect(offer(state, 'a', 24, policy).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'too-little-data',
    });
  });

  it('asks for a run itself only from the amount on that the model file gives', () => {
    const asks = policyOf({});
    const data = { minimumRows: 100, minimumBytes: 25 };
    const first = offer(newModelState, 'd1', 0, asks, upload(null), { data });
    expect(first.admission.sentence).toBe(
      'Rejected: 0 rows and 10 bytes are new since the last run started, 1 file whose rows were not counted among them, and triggers.data requires 100 rows and 25 bytes.',
    );
    const second = offer(first.state, 'd2', 1, asks, upload(120), { data });
    expect(second.admission.changedBy).toBe('Admissible with 5 bytes more.');
    expect(offer(second.state, 'd3', 2, asks, upload(1), { data }).admission.outcome).toBe('admitted');
  });
});

describe('a kept challenger', () => {
  const policy = policyOf({});
  const version = { name: 'm', version: '20260302-a', modelUri: 'azureml://a' };
  const keep = { version, times: 1 };
  const keeping = (): ModelState => {
    const { state } = offer(newModelState, 'a', 0, policy);
    const settlement = { runId: 'run-a', outcome: 'inconclusive', champion: null, now: at(1), keep } as const;
    return settleRun(state, settlement).state;
  };

  it('is judged again by the next signal of automation, and its data still counts as new', () => {
    const upload = { kind: 'data' as const, newData: { rows: 5, bytes: 10 } };
    const { state } = offer(keeping(), 'b', 2, policy, upload);
    expect(state).toMatchObject({ live: { reevaluates: true }, kept: keep, newData: { rows: 5 } });
    expect(settle(state, 3, 'gate-failed').state.kept).toBeUndefined();
  });

  it('is dropped with a run that judged it again and died, however that is noticed', () => {
    const { state } = offer(keeping(), 'b', 2, policy);
    const late = offer(state, 'c', 15, policyOf({ cooldown: 'P1D' }));
    expect(late.state).toMatchObject({ live: null, lastRun: { runId: 'run-b', outcome: 'lost' } });
    expect(late.state.kept).toBeUndefined();
  });

  it('makes room for the one that a person has trained', () => {
    const { state } = offer(keeping(), 'm', 2, policy, { kind: 'manual' });
    expect(state.live).not.toHaveProperty('reevaluates');
    expect(settle(state, 3).state.kept).toBeUndefined();
  });

  it('waits while a version registered by hand is judged, unless that is released', () => {
    const promoting = offer(keeping(), 'r', 2, policy, { kind: 'registry' }).state;
    expect(settle(promoting, 3).state.kept).toEqual(keep);
    const { live } = promoting;
    const released = { runId: live!.runId, outcome: 'released', champion: version, now: at(3) } as const;
    expect(settleRun(promoting, released).state.kept).toBeUndefined();
  });
});

describe('what a person asks for first', () => {
  it('answers those that wait, who are told so and never start a run of their own', () => {
    const policy = policyOf({ quietPeriod: 'P1D' });
    const { state } = offer(newModelState, 'a', 0, policy);
    const manual = offer(state, 'm', 1, policy, { kind: 'manual' });
    expect(manual).toMatchObject({ wake: ['a'], admission: { outcome: 'admitted', signals: ['m', 'a'] } });
    const ended = settle(manual.state, 2).state;
    expect(offer(ended, 'a', 2, policy).admission).toMatchObject({
      outcome: 'coalesced',
      reason: 'run-live',
      runId: 'run-m',
    });
  });
});

describe('operators', () => {
  const policy = policyOf({});

  it('freeze, thaw and set the mode with their names in what follows', () => {
    const frozen = operateModel(newModelState, { action: 'freeze', until: null }, word);
    expect(frozen).toMatchObject({
      done: true,
      sentence: 'Frozen until somebody thaws it: no run starts, whoever requests it.',
    });
    const held = offer(frozen.state, 'a', 2, policy).admission;
    expect(held.sentence).toContain(`jane froze the model at ${at(1)} until somebody thaws it (it is time)`);
    expect(held.changedBy).toBe('Admissible once somebody thaws the model.');
    const off = operateModel(newModelState, { action: 'set-mode', mode: 'off' }, word).state;
    expect(offer(off, 'a', 2, policy).admission.sentence).toBe('Rejected: the mode is off (set by jane).');
  });

  it.each([
    [
      { action: 'thaw' },
      'Nothing to thaw: no operator has frozen the model. Freezes of the model file end in the file.',
    ],
    [
      { action: 'freeze', until: at(0) },
      `Nothing is frozen: until is ${at(0)}, and it is ${at(1)}; give a later time.`,
    ],
    [{ action: 'set-mode', mode: 'file' }, 'Nothing to give back: the mode is that of the model file.'],
    [{ action: 'approve' }, 'Nothing to approve: no suggested run waits for approval.'],
    [{ action: 'withdraw', signal: null }, 'Nothing to withdraw: no signal waits.'],
    [{ action: 'withdraw', signal: 'x' }, 'Nothing to withdraw: signal x does not wait by itself.'],
    [{ action: 'cancel-run', runId: 'x' }, 'Nothing to cancel: run x is not under way; no run is under way.'],
  ] as const)('are told that there is nothing to do for %o', (action, sentence) => {
    expect(operateModel(newModelState, action, word)).toMatchObject({
      done: false,
      sentence,
      state: newModelState,
    });
  });

  it('withdraw one request of a person that waits by itself', () => {
    const frozen = operateModel(newModelState, { action: 'freeze', until: null }, word).state;
    const waiting = offer(frozen, 'm', 2, policy, { kind: 'manual' });
    expect(waiting.state.waiting).toEqual(['m']);
    const withdrawn = operateModel(waiting.state, { action: 'withdraw', signal: 'm' }, word);
    expect(withdrawn).toMatchObject({ done: true, wake: ['m'] });
    expect(offer(withdrawn.state, 'm', 3, policy, { kind: 'manual' }).admission).toMatchObject({
      outcome: 'rejected',
      reason: 'withdrawn',
    });
  });
});
