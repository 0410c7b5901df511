import { describe, expect, it } from 'vitest';
import { operateModel } from '../../../shared/admission/operate.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { versionsAtMost } from '../../../shared/admission/wait.ts';
import { ModelConfigSchema, type Policy } from '../../../shared/config/schema.ts';
import type { Admission } from '../../../shared/domain/decision.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { SignalKind } from '../../../shared/domain/signal.ts';
import { decide } from './decide.ts';

const policy: Policy = ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', longestRun: 'PT6H' });
const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
const word = { by: 'jane', reason: 'x', now: at(1) };
const frozen = operateModel(newModelState, { action: 'freeze', until: null }, word).state;

function offer(state: ModelState, id: string, hours: number, kind: SignalKind = 'manual') {
  return decide(state, { signal: { id, kind }, runId: `run-${id}`, now: at(hours), policy });
}

describe('requests of people during a freeze', () => {
  it.each([1_000, 10_000])(
    '%i of them: the first waits, the others join it at once, all are answered',
    (count) => {
      let state = frozen;
      const answers: Admission[] = [];
      for (let index = 0; index < count; index++) {
        const decided = offer(state, `m${index}`, 2 + index / count);
        answers.push(decided.admission);
        state = decided.state;
      }
      expect(answers[0]).toMatchObject({ outcome: 'deferred', reason: 'freeze' });
      for (const answer of answers.slice(1)) {
        expect(answer).toMatchObject({
          ...{ outcome: 'coalesced', reason: 'wait-pending', joinedSignalId: 'm0' },
          sentence: 'Joined request m0, which waits already: one run will serve both.',
        });
      }
      expect(JSON.stringify(state).length).toBeLessThan(64 * 1024);
      const thawed = operateModel(state, { action: 'thaw' }, { ...word, now: at(4) });
      expect(thawed.wake).toEqual(['m0']);
      const admitted = offer(thawed.state, 'm0', 4);
      expect(admitted.admission).toMatchObject({ outcome: 'admitted', reason: 'hold-over' });
      expect(admitted.admission.signals.slice(0, 3)).toEqual(['m0', 'm1', 'm2']);
      expect(admitted.state.waiting).toEqual([]);
      expect(admitted.state.requested).toBeUndefined();
    },
  );

  it('wait beside signals of automation, which wait for each other', () => {
    const manual = offer(frozen, 'm', 2).state;
    const metric = offer(manual, 'a', 2, 'metric');
    expect(metric.admission).toMatchObject({ outcome: 'deferred', reason: 'freeze' });
    const thawed = operateModel(metric.state, { action: 'thaw' }, { ...word, now: at(4) });
    expect([...thawed.wake].sort()).toEqual(['a', 'm']);
  });

  it('join the run that another request has started meanwhile, with those that joined them', () => {
    const waiting = offer(offer(frozen, 'm', 2).state, 'n', 2).state;
    const { state } = operateModel(waiting, { action: 'thaw' }, { ...word, now: at(4) });
    const other = offer(state, 'o', 4);
    expect(other.admission.outcome).toBe('admitted');
    const back = offer(other.state, 'm', 4);
    expect(back.admission).toMatchObject({ outcome: 'coalesced', runId: 'run-o' });
    expect(back.state.live?.signals).toEqual(['o', 'm', 'n']);
  });

  it('are withdrawn by name: the first with those that joined it, another alone', () => {
    const waiting = ['m', 'n', 'o'].reduce((state, id) => offer(state, id, 2).state, frozen);
    const one = operateModel(waiting, { action: 'withdraw', signal: 'n' }, word);
    expect(one).toMatchObject({
      done: true,
      sentence: 'Withdrawn: signal n. Signal m, which it joined, still waits.',
    });
    expect(one.state.requested).toEqual(['m', 'o']);
    const all = operateModel(one.state, { action: 'withdraw', signal: 'm' }, word);
    expect(all).toMatchObject({ wake: ['m'], sentence: 'Withdrawn: signal m, and the 1 that joined it.' });
    expect(offer(all.state, 'm', 3).admission).toMatchObject({ outcome: 'rejected', reason: 'withdrawn' });
    expect(offer(all.state, 'p', 3).admission.reason).toBe('freeze');
  });

  it('that are too many to be kept by name are found by the one they joined', () => {
    let state = frozen;
    for (let index = 0; index < 200; index++) state = offer(state, `m${index}`, 2).state;
    expect(operateModel(state, { action: 'withdraw', signal: 'm150' }, word).sentence).toBe(
      'Nothing to withdraw: signal m150 does not wait by itself. It may be one of the many that joined m0: withdraw that one. Requests of people wait by themselves: m0.',
    );
  });
});

describe('a signal of automation that has joined another', () => {
  it('is withdrawn alone', () => {
    const first = offer(frozen, 'a', 2, 'metric').state;
    const both = offer(first, 'b', 2, 'metric').state;
    const { state, sentence } = operateModel(both, { action: 'withdraw', signal: 'b' }, word);
    expect(sentence).toBe('Withdrawn: signal b. Signal a, which it joined, still waits.');
    expect(state.pending?.signals).toEqual(['a']);
  });
});

describe('versions registered by hand during a freeze', () => {
  it('wait each by itself, and beyond the most that may are turned away with a reason', () => {
    let state = frozen;
    const outcomes: string[] = [];
    for (let index = 0; index < versionsAtMost + 5; index++) {
      const decided = offer(state, `r${index}`, 2, 'registry');
      outcomes.push(`${decided.admission.outcome} ${decided.admission.reason}`);
      state = decided.state;
    }
    expect(outcomes.slice(0, versionsAtMost)).toEqual(
      Array.from({ length: versionsAtMost }, () => 'deferred freeze'),
    );
    expect(outcomes.slice(versionsAtMost)).toEqual(Array.from({ length: 5 }, () => 'rejected queue-full'));
    expect(offer(state, 'r0', 3, 'registry').admission).toMatchObject({ outcome: 'deferred' });
    let thawed = operateModel(state, { action: 'thaw' }, { ...word, now: at(4) }).state;
    for (let index = 0; index < versionsAtMost; index++) {
      const decided = offer(thawed, `r${index}`, 5 + index, 'registry');
      expect(decided.admission.outcome).toBe('admitted');
      const { runId } = decided.admission;
      thawed = settleRun(decided.state, {
        runId: runId!,
        outcome: 'gate-failed',
        champion: null,
        now: at(5.5 + index),
      }).state;
    }
    expect(thawed.waiting).toEqual([]);
  });

  it('are all withdrawn before they come back, and none is forgotten', () => {
    let state = frozen;
    for (let index = 0; index < versionsAtMost; index++)
      state = offer(state, `r${index}`, 2, 'registry').state;
    for (let index = 0; index < versionsAtMost; index++) {
      state = operateModel(state, { action: 'withdraw', signal: `r${index}` }, word).state;
    }
    state = operateModel(state, { action: 'thaw' }, word).state;
    for (let index = 0; index < versionsAtMost; index++) {
      const decided = offer(state, `r${index}`, 3, 'registry');
      expect(decided.admission).toMatchObject({ outcome: 'rejected', reason: 'withdrawn' });
      state = decided.state;
    }
  });
});

describe('a suggestion that expires during a freeze', () => {
  const suggests = ModelConfigSchema.shape.policy.parse({
    ...{ mode: 'suggest', suggestionExpires: 'P2D', cooldown: 'PT0S' },
    freezes: [{ name: 'f', from: at(24), until: at(240) }],
  });
  const ask = (state: ModelState, id: string, hours: number) =>
    decide(state, {
      signal: { id, kind: 'metric' },
      runId: `run-${id}`,
      now: at(hours),
      policy: suggests,
    });

  it('is over when it says, and what comes later is suggested in its turn', () => {
    const first = ask(newModelState, 'a', 0);
    expect(first.admission.reason).toBe('suggested');
    const woken = ask(first.state, 'a', 30);
    expect(woken.admission).toMatchObject({ reason: 'freeze', offerAgainAt: at(48) });
    const expired = ask(woken.state, 'a', 48);
    expect(expired.admission).toMatchObject({ outcome: 'rejected', reason: 'suggestion-expired' });
    const later = ask(expired.state, 'b', 60);
    expect(later.admission).toMatchObject({ outcome: 'deferred', reason: 'freeze' });
    expect(ask(later.state, 'b', 240).admission).toMatchObject({
      reason: 'suggested',
      offerAgainAt: at(288),
    });
  });

  it('takes nobody along who comes before its first signal is back', () => {
    const first = ask(newModelState, 'a', 0);
    const joined = ask(first.state, 'b', 12);
    expect(joined.admission).toMatchObject({ outcome: 'coalesced', joinedSignalId: 'a' });
    const late = ask(joined.state, 'c', 49);
    expect(late).toMatchObject({ wake: ['a'], admission: { outcome: 'deferred', reason: 'freeze' } });
    expect(late.state.pending?.signals).toEqual(['c']);
    const back = ask(late.state, 'a', 50);
    expect(back.admission).toMatchObject({ outcome: 'rejected', reason: 'suggestion-expired' });
    expect(ask(back.state, 'c', 240).admission.reason).toBe('suggested');
  });
});

describe('a request of a machine', () => {
  const byMachine = (state: ModelState, hours: number, over: Partial<Policy> = {}) =>
    decide(state, {
      signal: { id: `machine-${hours}`, kind: 'manual', byMachine: true },
      runId: `run-${hours}`,
      now: at(hours),
      policy: { ...policy, ...over },
    });
  const ended = settleRun(offer(newModelState, 'first', 0).state, {
    ...{ runId: 'run-first', outcome: 'gate-failed', champion: null, now: at(1) },
  }).state;

  it('is suggested in mode suggest, as automation is; a person’s starts', () => {
    expect(byMachine(newModelState, 2, { mode: 'suggest' }).admission).toMatchObject({
      outcome: 'deferred',
      reason: 'suggested',
    });
    const person = { signal: { id: 'p', kind: 'manual' as const }, runId: 'run-p', now: at(2) };
    expect(
      decide(newModelState, { ...person, policy: { ...policy, mode: 'suggest' } }).admission,
    ).toMatchObject({
      outcome: 'admitted',
    });
  });

  it('waits out the cooldown, which a person’s does not', () => {
    const cooling = { cooldown: 'P2D' };
    expect(byMachine(ended, 2, cooling).admission).toMatchObject({ outcome: 'deferred', reason: 'cooldown' });
    const person = { signal: { id: 'p', kind: 'manual' as const }, runId: 'run-p', now: at(2) };
    expect(decide(ended, { ...person, policy: { ...policy, ...cooling } }).admission.outcome).toBe(
      'admitted',
    );
  });
});
