import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { askPerson, endAsking } from '../../../shared/admission/answer-run.ts';
import { findObstacle, type SettledRun } from '../../../shared/admission/break-glass.ts';
import { operateModel } from '../../../shared/admission/operate.ts';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { run as ledgerRun } from '../../fixtures/ledger.ts';

const monday = Date.parse('2026-03-02T08:00:00.000Z');
const at = (hours: number) => new Date(monday + hours * 3_600_000).toISOString();
const person = (name: string) => ({ kind: 'person', name, id: `id-of-${name.toLowerCase()}` }) as const;
const word = (by: string, hours: number) => ({
  by,
  actor: person(by),
  reason: `${by} says so`,
  now: at(hours),
});
const version = { name: 'm', version: '1', modelUri: 'azureml://1' };

const live = (runId: string): ModelState => ({
  ...newModelState,
  live: { runId, signals: ['a'], since: at(0), deadline: at(48) },
});
const asking = askPerson(live('run-1'), { runId: 'run-1', until: at(24) }).state;
const accept = { action: 'accept-run', runId: 'run-1' } as const;
const refuse = { action: 'refuse-run', runId: 'run-1' } as const;

describe('a run that asks', () => {
  it('has the first answer, which it reads once', () => {
    const accepted = operateModel(asking, accept, word('jane', 1));
    expect(accepted).toMatchObject({ done: true, answeredRunId: 'run-1', wake: [] });
    const second = operateModel(accepted.state, refuse, word('bob', 2));
    expect(second).toMatchObject({ done: false, sentence: `Accepted before, by jane at ${at(1)}.` });
    const ended = endAsking(second.state, { runId: 'run-1' });
    expect(ended.answer).toEqual({
      ...{ by: 'jane', actor: person('jane'), reason: 'jane says so' },
      ...{ at: at(1), accepted: true },
    });
    expect(endAsking(ended.state, { runId: 'run-1' }).answer).toBeNull();
    expect(ended.state).toEqual(live('run-1'));
  });

  it('is refused by the same rules', () => {
    const refused = operateModel(asking, refuse, word('jane', 1));
    expect(refused.sentence).toBe('Refused: run run-1 ends inconclusive, and the champion stays.');
    expect(endAsking(refused.state, { runId: 'run-1' }).answer).toMatchObject({ accepted: false });
  });

  it('asks again without losing its answer', () => {
    const { state } = operateModel(asking, accept, word('jane', 1));
    expect(askPerson(state, { runId: 'run-1', until: at(24) })).toEqual({ state, asks: true });
  });

  it('does not ask once it was given up for dead', () => {
    const state = live('run-2');
    expect(askPerson(state, { runId: 'run-1', until: at(24) })).toEqual({ state, asks: false });
    expect(endAsking(state, { runId: 'run-1' })).toEqual({ state, answer: null });
  });

  const cancelled = operateModel(asking, { action: 'cancel-run', runId: 'run-1' }, word('bob', 1)).state;
  it.each([
    [newModelState, 1, 'Nothing to decide: run run-1 is not under way; no run is under way.'],
    [live('run-2'), 1, 'Nothing to decide: run run-1 is not under way; run run-2 is under way.'],
    [live('run-1'), 1, 'Nothing to decide: run run-1 does not wait for a person.'],
    [asking, 24, `Too late: run run-1 waited for a decision until ${at(24)}.`],
    [cancelled, 2, `Being cancelled since ${at(1)}, by bob.`],
  ])('is the only one that can be answered, and in time (%#)', (state, hours, sentence) => {
    for (const action of [accept, refuse]) {
      expect(operateModel(state, action, word('jane', hours))).toMatchObject({
        done: false,
        sentence,
        state,
      });
    }
  });
});

describe('a run that is being cancelled', () => {
  it('is told again by whoever cancels it again', () => {
    const cancel = { action: 'cancel-run', runId: 'run-1' } as const;
    const first = operateModel(live('run-1'), cancel, word('bob', 1));
    expect(first).toMatchObject({ done: true, cancelRunId: 'run-1' });
    expect(operateModel(first.state, cancel, word('jane', 2))).toMatchObject({
      done: false,
      sentence: `Being cancelled since ${at(1)}, by bob.`,
      cancelRunId: 'run-1',
    });
  });
});

const glassOf = (runId: string) => ({ action: 'break-glass', runId }) as const;
const speak = (state: ModelState, by: string, hours: number, runId = 'run-1') =>
  operateModel(state, glassOf(runId), word(by, hours));

describe('the glass', () => {
  const champion = { ...newModelState, champion: version };
  const first = speak(champion, 'jane', 0);

  it('is broken by the second of two people, and takes the place of a run', () => {
    expect(first).toMatchObject({ done: true });
    expect(first.glass).toBeUndefined();
    expect(first.sentence).toBe(
      `Noted: nothing is released yet. Another person has to approve it by ${at(24)}.`,
    );
    const second = speak(first.state, 'bob', 24);
    expect(second.glass).toEqual({
      id: `run-1-glass-${Date.parse(at(24))}`,
      first: 'jane',
      second: 'bob',
      actors: [person('jane'), person('bob')],
      reasons: ['jane says so', 'bob says so'],
      at: at(24),
      champion: version,
      until: at(47),
      sentence: 'Overridden by jane and bob: the challenger of run run-1 is promoted.',
    });
    expect(second.state).not.toHaveProperty('glass');
    expect(second.state.live).toMatchObject({ kind: 'promote', breaksGlass: true, signals: [] });
  });

  it('takes a third call for one too many', () => {
    const { state, glass } = speak(first.state, 'bob', 1);
    expect(speak(state, 'eve', 2)).toMatchObject({
      done: false,
      sentence: `Being promoted since ${at(1)}: the challenger of run run-1.`,
      state,
    });
    for (const runId of [glass!.id, 'run-1']) {
      expect(operateModel(state, { action: 'cancel-run', runId }, word('eve', 2)).sentence).toBe(
        'Nothing to cancel: an override that has begun takes its course.',
      );
    }
  });

  it('leaves behind the run that it was broken for, which the ledger knows', () => {
    const { state, glass } = speak(first.state, 'bob', 1);
    const settlement = { runId: glass!.id, outcome: 'released', champion: version, now: at(2) } as const;
    expect(settleRun(state, settlement).state.lastRun).toMatchObject({ runId: 'run-1', outcome: 'released' });
  });

  it('is not broken by the same person under another name', () => {
    for (const by of ['jane', 'JANE', 'jane@example.com', 'bob']) {
      const again = { ...word(by, 1), actor: { ...person('jane'), name: by } };
      expect(operateModel(first.state, glassOf('run-1'), again)).toMatchObject({
        done: false,
        sentence: `Not overridden: jane approved at ${at(0)}; the second approval must be another person's, by ${at(24)}.`,
        state: first.state,
      });
    }
  });

  it('is broken by two people of one name', () => {
    const other = { ...word('jane', 1), actor: { ...person('jane'), id: 'another-jane' } };
    expect(operateModel(first.state, glassOf('run-1'), other).glass).toMatchObject({
      actors: [{ id: 'id-of-jane' }, { id: 'another-jane' }],
    });
  });

  it('is not broken by a machine, nor by somebody who has not been proven, first or second', () => {
    const { actor: _actor, ...claimed } = word('bob', 1);
    const key = {
      ...word('bob', 1),
      actor: { kind: 'machine', name: 'function key', id: 'function-key' } as const,
    };
    for (const said of [claimed, key]) {
      for (const state of [champion, first.state]) {
        expect(operateModel(state, glassOf('run-1'), said)).toMatchObject({
          done: false,
          sentence: 'Not overridden: nobody has proven to be bob; sign in, and approve again.',
          state,
        });
      }
    }
  });

  it('takes a word from before people were proven for none', () => {
    const before = { ...champion, glass: { by: 'jane', reason: 'x', at: at(0), runId: 'run-1' } };
    const second = speak(before, 'bob', 1);
    expect(second.glass).toBeUndefined();
    expect(second.sentence).toMatch(
      /^Noted: nothing is released yet\..* The approval of jane .* is dropped\.$/,
    );
    expect(speak(second.state, 'eve', 2).glass).toMatchObject({ first: 'bob', second: 'eve' });
  });

  it('is not broken by a word that has expired, and two speak anew', () => {
    const late = speak(first.state, 'bob', 24.01);
    expect(late).toMatchObject({ done: false, state: champion });
    expect(late.sentence).toBe(
      `Expired: the approval of jane of ${at(0)} was valid until ${at(24)}; two people have to approve again.`,
    );
    const anew = speak(late.state, 'bob', 25);
    expect(anew.sentence).toContain('Noted');
    expect(speak(anew.state, 'jane', 26).glass).toMatchObject({ first: 'bob', second: 'jane' });
  });

  it('is about one run: a word on another takes the place of the first', () => {
    const other = speak(first.state, 'bob', 1, 'run-2');
    expect(other.sentence).toContain('The approval of jane for run run-1 is dropped.');
    expect(speak(other.state, 'bob', 2, 'run-1').glass).toBeUndefined();
  });

  it('stays whole while a run is under way', () => {
    const state = live('run-9');
    const sentence = 'Not overridden: run run-9 is under way; wait for its end, or cancel it.';
    expect(speak(state, 'jane', 1)).toMatchObject({ done: false, sentence, state });
    const both = { ...state, glass: first.state.glass! };
    expect(speak(both, 'bob', 1)).toMatchObject({ done: false, sentence, state: both });
  });

  it('makes the challenger the champion when it settles, and frees the model', () => {
    const { state, glass } = speak(first.state, 'bob', 1);
    const promoted = { ...version, version: '2' };
    const settled = settleRun(state, {
      runId: glass!.id,
      outcome: 'released',
      champion: promoted,
      now: at(2),
    });
    expect(settled).toMatchObject({ wasLive: true, granted: false, signals: [] });
    expect(settled.state).toMatchObject({ live: null, champion: promoted, championSince: at(2) });
  });

  it('is broken only by two different people about one run within a day, whatever is said before', () => {
    const said = fc.record({
      by: fc.constantFrom('jane', 'Jane', 'bob', 'BOB', 'eve'),
      runId: fc.constantFrom('run-1', 'run-2'),
      hours: fc.integer({ min: 0, max: 30 }),
    });
    fc.assert(
      fc.property(fc.array(said, { maxLength: 12 }), (words) => {
        let state: ModelState = newModelState;
        let hours = 0;
        const spoken: { by: string; runId: string; hours: number }[] = [];
        for (const next of words) {
          hours += next.hours;
          const answer = speak(state, next.by, hours, next.runId);
          if (answer.glass) {
            const same = (a: string, b: string) => a.trim().toLowerCase() === b.trim().toLowerCase();
            expect(answer.done).toBe(true);
            expect(same(answer.glass.first, answer.glass.second)).toBe(false);
            const witness = spoken.find(
              ({ by, runId, hours: then }) =>
                same(by, answer.glass!.first) && runId === next.runId && hours - then <= 24,
            );
            expect(witness).toBeDefined();
            state = settleRun(answer.state, {
              runId: answer.glass.id,
              outcome: 'released',
              champion: version,
              now: at(hours),
            }).state;
            spoken.length = 0;
          } else {
            state = answer.state;
            spoken.push({ by: next.by, runId: next.runId, hours });
          }
        }
      }),
    );
  });
});

describe('a run whose challenger may be promoted against the gates', () => {
  const held: SettledRun = ledgerRun({ outcome: 'gate-failed', challenger: version });
  const { model } = held;
  const obstacle = (run: SettledRun | null, of = model) => findObstacle(of, 'run-1', run);

  it('ended gate-failed or inconclusive', () => {
    expect(obstacle(held)).toBeNull();
    expect(obstacle({ ...held, outcome: 'inconclusive' })).toBeNull();
  });

  it.each([
    [null, 'the ledger has no run run-1 of model'],
    [{ ...held, model: 'another' }, 'the ledger has no run run-1 of model'],
    [{ ...held, outcome: null }, 'run run-1 is still under way'],
    [{ ...held, outcome: 'released' as const }, 'run run-1 ended released; only gate-failed'],
    [{ ...held, outcome: 'evidence-error' as const }, 'run run-1 ended evidence-error'],
    [{ ...held, challenger: null }, 'run run-1 has no challenger'],
  ])('is no other (%#)', (run, sentence) => {
    expect(obstacle(run)).toContain(`Nothing to override: ${sentence}`);
  });

  it('is promoted once; where nothing was released, two people may try again', () => {
    const brokenGlass = {
      first: 'jane',
      second: 'bob',
      reasons: ['a', 'b'] as const,
      at: at(1),
      sentence: 'x',
    };
    expect(obstacle({ ...held, released: true, brokenGlass })).toBe(
      `Overridden already: jane and bob promoted the challenger of run run-1 at ${at(1)}.`,
    );
    expect(obstacle({ ...held, released: false, brokenGlass })).toBeNull();
  });
});
