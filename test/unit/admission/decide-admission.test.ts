import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rememberAtMost } from '../../../shared/admission/remember.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { ModelConfigSchema, type Policy } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { SignalKind } from '../../../shared/domain/signal.ts';
import { decide } from './decide.ts';

const policy: Policy = ModelConfigSchema.shape.policy.parse({ cooldown: 'P2D', longestRun: 'PT6H' });
const monday = '2026-03-02T08:00:00.000Z';

function offer(
  state: ModelState,
  id: string,
  now: string,
  kind: SignalKind = 'metric',
  over: Partial<Policy> = {},
) {
  return decide(state, {
    signal: { id, kind },
    runId: `run-${id}`,
    now,
    policy: { ...policy, ...over },
  });
}

function afterRun(endedAt: string): ModelState {
  const { state } = offer(newModelState, 'first', monday);
  return settleRun(state, { runId: 'run-first', outcome: 'gate-failed', champion: null, now: endedAt }).state;
}

describe('decideAdmission', () => {
  it('admits a signal when the model is idle, and the run it starts is live', () => {
    const { admission, state } = offer(newModelState, 'a', monday);
    expect(admission).toMatchObject({ outcome: 'admitted', reason: 'idle', runId: 'run-a', signals: ['a'] });
    expect(state.live).toEqual({
      runId: 'run-a',
      signals: ['a'],
      since: monday,
      deadline: '2026-03-02T20:00:00.000Z',
      kind: 'retrain',
      granted: true,
    });
  });

  it('lets a second signal join the live run and says so', () => {
    const { state } = offer(newModelState, 'a', monday);
    const second = offer(state, 'b', '2026-03-02T09:00:00.000Z');
    expect(second.admission).toMatchObject({ outcome: 'coalesced', reason: 'run-live', runId: 'run-a' });
    expect(second.admission.sentence).toBe(
      'Joined run run-a, under way since 2026-03-02T08:00:00.000Z: one run at a time for a model.',
    );
    expect(second.state.live?.signals).toEqual(['a', 'b']);
  });

  it('answers a redelivered signal as before and changes nothing', () => {
    const { state } = offer(newModelState, 'a', monday);
    const again = offer(state, 'a', '2026-03-02T10:00:00.000Z');
    expect(again.repeated).toBe(true);
    expect(again.admission).toMatchObject({ outcome: 'admitted', reason: 'idle', runId: 'run-a' });
    expect(again.state).toBe(state);
  });

  it('defers the first signal in a cooldown to its end, and lets later ones join it', () => {
    const idle = afterRun('2026-03-02T10:00:00.000Z');
    const first = offer(idle, 'b', '2026-03-03T08:00:00.000Z');
    expect(first.admission).toMatchObject({
      outcome: 'deferred',
      reason: 'cooldown',
      offerAgainAt: '2026-03-04T10:00:00.000Z',
      changedBy: 'Admissible from 2026-03-04T10:00:00.000Z.',
    });
    const second = offer(first.state, 'c', '2026-03-03T09:00:00.000Z');
    expect(second.admission).toMatchObject({ outcome: 'coalesced', reason: 'wait-pending' });
    const admitted = offer(second.state, 'b', '2026-03-04T10:00:00.000Z');
    expect(admitted.admission).toMatchObject({
      outcome: 'admitted',
      reason: 'hold-over',
      signals: ['b', 'c'],
    });
    expect(admitted.state.pending).toBeNull();
  });

  it('does not hold a person by the cooldown, and the run answers the waiting signals too', () => {
    const waiting = offer(afterRun('2026-03-02T10:00:00.000Z'), 'b', '2026-03-03T08:00:00.000Z').state;
    const manual = offer(waiting, 'm', '2026-03-04T09:00:00.000Z', 'manual');
    expect(manual.admission).toMatchObject({ outcome: 'admitted', signals: ['m', 'b'] });
    const back = offer(manual.state, 'b', '2026-03-04T10:00:00.000Z');
    expect(back.admission).toMatchObject({ outcome: 'coalesced', reason: 'run-live', runId: 'run-m' });
    expect(back.state.live?.signals).toEqual(['m', 'b']);
  });

  it('makes a version registered by hand wait for the live run instead of joining it', () => {
    const { state } = offer(newModelState, 'a', monday);
    const registered = offer(state, 'r', '2026-03-02T09:00:00.000Z', 'registry');
    expect(registered.admission).toMatchObject({
      outcome: 'deferred',
      reason: 'run-live',
      offerAgainAt: '2026-03-02T09:05:00.000Z',
    });
    expect(registered.state.live?.signals).toEqual(['a']);
  });

  it('leaves waiting signals waiting when a version registered by hand gets its own run', () => {
    const waiting = offer(afterRun('2026-03-02T10:00:00.000Z'), 'b', '2026-03-03T08:00:00.000Z').state;
    const registered = offer(waiting, 'r', '2026-03-03T09:00:00.000Z', 'registry');
    expect(registered.admission).toMatchObject({ outcome: 'admitted', signals: ['r'] });
    expect(registered.state.pending?.signals).toEqual(['b']);
  });

  it('gives up a run past its deadline and says which one it freed', () => {
    const { state } = offer(newModelState, 'a', monday);
    const late = offer(state, 'm', '2026-03-03T08:00:00.000Z', 'manual');
    expect(late.admission).toMatchObject({ outcome: 'admitted', runId: 'run-m', freedRunId: 'run-a' });
    expect(late.state.lastRun).toEqual({
      runId: 'run-a',
      outcome: 'lost',
      endedAt: '2026-03-02T20:00:00.000Z',
    });
  });
});

describe('decideAdmission over any sequence of signals, delays, repetitions and ends of runs', () => {
  const step = fc.record({
    minutes: fc.integer({ min: 0, max: 3 * 24 * 60 }),
    action: fc.constantFrom('offer', 'offer-again', 'settle', 'settle-again') as fc.Arbitrary<string>,
    kind: fc.constantFrom<SignalKind>('metric', 'drift', 'data', 'manual', 'registry'),
    pick: fc.nat(),
  });

  it('never has two live runs, never starts in a cooldown, answers each signal once and stays bounded', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        let state = newModelState;
        let nowMs = Date.parse(monday);
        const offered: { id: string; kind: SignalKind }[] = [];
        const ended: string[] = [];
        for (const [index, { minutes, action, kind, pick }] of steps.entries()) {
          nowMs += minutes * 60_000;
          const now = new Date(nowMs).toISOString();
          if (action.startsWith('settle')) {
            const runId = action === 'settle' ? state.live?.runId : ended[pick % Math.max(1, ended.length)];
            if (runId === undefined) continue;
            const before = state;
            const settled = settleRun(state, { runId, outcome: 'gate-failed', champion: null, now });
            state = settled.state;
            if (settled.wasLive) ended.push(runId);
            else expect(state.live).toEqual(before.live);
            continue;
          }
          const earlier = action === 'offer-again' ? offered[pick % Math.max(1, offered.length)] : undefined;
          const signal = earlier ?? { id: `s${index}`, kind };
          if (!earlier) offered.push(signal);
          const before = state;
          const runId = `run-${signal.id}`;
          const answer = decide(state, { signal, runId, now, policy });
          expect(decide(before, { signal, runId, now, policy })).toEqual(answer);
          state = answer.state;
          const { outcome } = answer.admission;
          const known = before.answered.find(({ id }) => id === signal.id);
          expect(answer.repeated).toBe(known !== undefined && known.outcome !== 'deferred');
          if (answer.repeated) {
            expect(outcome).toBe(known?.outcome);
            continue;
          }
          if (outcome === 'admitted') {
            if (before.live) expect(answer.admission.freedRunId).toBe(before.live.runId);
            const byPerson = signal.kind === 'manual' || signal.kind === 'registry';
            if (before.lastRun && !before.live && !byPerson) {
              expect(nowMs).toBeGreaterThanOrEqual(Date.parse(before.lastRun.endedAt) + 2 * 86_400_000);
            }
          }
          expect(state.answered.length).toBeLessThanOrEqual(rememberAtMost + 71);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
