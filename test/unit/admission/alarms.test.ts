import { describe, expect, it } from 'vitest';
import { gammaOf, judgeAlarm, noteTest } from '../../../shared/admission/alarms.ts';
import { modelOperations } from '../../../shared/admission/model-operations.ts';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';
import { type BreachTest, seriesAtMost, shifts } from '../../../shared/domain/breach-test.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { normalCdf, normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { decide } from './decide.ts';

const policy = ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', mode: 'observe' });
const at = (day: number) => new Date(Date.parse('2026-03-02T08:00:00.000Z') + day * 86_400_000).toISOString();
const cause = 'metric:low';

/** A breach in the window of a day, of a rule with confidence 0.95 unless it says otherwise. */
function breach(state: ModelState, day: number, test: BreachTest, more: object = {}) {
  const signal = { id: `s${day}`, kind: 'metric' as const, cause, observedAt: at(day), test, ...more };
  return decide(state, { signal, runId: `run-${day}`, now: at(day), policy });
}
const recover = (state: ModelState, day: number, by = 0.5) =>
  modelOperations.recover(state, { cause, observedAt: at(day), summary: 'good', evidence: says(-by) }).state;
/** A value so many standard errors beyond the threshold. */
const says = (z: number) => shifts.map((shift) => shift * z - (shift * shift) / 2);
const beyond = (z: number) => ({ p: 1 - normalCdf(z), alpha: 0.05, evidence: says(z) });
const seriesOf = (state: ModelState) => state.alarms?.[cause];

describe('alarms of rules with a confidence', () => {
  it('spend no more than the whole error, however many tests there are', () => {
    const spent = Array.from({ length: 20_000 }, (_, at) => gammaOf(at + 1)).reduce(
      (sum, part) => sum + part,
      0,
    );
    // What is left is the integral of the weights: with s the root of ln n, scale * 2 (s^3 + 3 s^2 + 6 s + 6) / e^s.
    const s = Math.sqrt(Math.log(20_000.5));
    expect(spent + (0.07720838 * 2 * (s ** 3 + 3 * s ** 2 + 6 * s + 6)) / Math.exp(s)).toBeCloseTo(0.9763, 4);
  });

  it('are not raised by a value whose own interval reaches the good side', () => {
    const { admission, state } = breach(newModelState, 0, beyond(1));
    expect(admission).toMatchObject({ outcome: 'rejected', reason: 'inconclusive' });
    expect(admission.sentence).toBe(
      'Rejected: a value so far beyond the threshold comes up by chance in 16 % of windows, and the rule takes 5 % at most (confidence 0.95).',
    );
    expect(seriesOf(state)).toMatchObject({ champion: null, tests: 1, alarms: 0 });
    expect(state.watched?.[cause]).toEqual([{ at: at(0), bad: false }]);
  });

  it('are not raised by one window that chance brings once in so many, and by several are', () => {
    const first = breach(newModelState, 0, beyond(2));
    expect(first.admission).toMatchObject({ outcome: 'rejected', reason: 'inconclusive' });
    expect(first.admission.sentence).toBe(
      'Rejected: over the 1 window of the rule it is 0.204 times as likely that the value lies beyond the threshold as that this is chance, and an alarm takes 20 times (confidence 0.95).',
    );
    let { state } = first;
    let day = 1;
    for (; breach(state, day, beyond(2)).admission.reason === 'inconclusive'; day++)
      state = breach(state, day, beyond(2)).state;
    expect(day).toBe(3);
  });

  it('are raised at once by what is sure, and count', () => {
    const { admission, state } = breach(newModelState, 0, beyond(6));
    expect(admission.reason).toBe('observed');
    expect(seriesOf(state)).toMatchObject({ champion: null, tests: 1, alarms: 1 });
  });

  it('take more the longer a rule has been judged in vain', () => {
    let state: ModelState = newModelState;
    for (let day = 0; day < 300; day++) state = recover(state, day);
    expect(seriesOf(state)).toMatchObject({ tests: 300, alarms: 0 });
    expect(breach(newModelState, 300, beyond(4.5)).admission.reason).toBe('observed');
    expect(breach(state, 300, beyond(4.5)).admission.reason).toBe('inconclusive');
  });

  it('are over with the next good window, however long the model was bad', () => {
    let state: ModelState = newModelState;
    for (let day = 0; day < 100; day++) state = breach(state, day, beyond(8)).state;
    expect(seriesOf(state)).toMatchObject({ tests: 100, alarms: 100 });
    const good = recover(state, 100, 1);
    expect(breach(good, 101, beyond(1.7)).admission.reason).toBe('inconclusive');
  });

  it('are none where nobody can say, and nothing is counted', () => {
    const { admission, state } = breach(newModelState, 0, { cannotSay: 'no standard error was reported' });
    expect(admission).toMatchObject({
      ...{ outcome: 'rejected', reason: 'inconclusive' },
      sentence:
        'Rejected: it cannot be said whether the true value lies beyond the threshold: no standard error was reported.',
    });
    expect(state.alarms).toBeUndefined();
  });

  it('begin anew with a new champion', () => {
    let state: ModelState = newModelState;
    for (let day = 0; day < 300; day++) state = recover(state, day);
    const champion = { name: 'm', version: '7', modelUri: '' };
    const fresh = breach({ ...state, champion }, 300, beyond(4.5));
    expect(fresh.admission.reason).toBe('observed');
    expect(seriesOf(fresh.state)).toMatchObject({ champion: '7', tests: 1, alarms: 1 });
  });

  it('are what persistence counts', () => {
    const twice = { persistence: { breaches: 2, of: 3 } };
    const first = breach(newModelState, 0, beyond(6), twice);
    expect(first.admission.reason).toBe('not-persistent');
    const unsure = breach(first.state, 1, beyond(1), twice);
    expect(unsure.admission.reason).toBe('inconclusive');
    expect(breach(unsure.state, 2, beyond(6), twice).admission.reason).toBe('observed');
  });

  it('count a signal that comes again once', () => {
    const waiting = ModelConfigSchema.shape.policy.parse({ cooldown: 'PT0S', quietPeriod: 'PT2H' });
    const signal = { id: 's', kind: 'metric' as const, cause, observedAt: at(0), test: beyond(6) };
    const offer = { signal, runId: 'run', now: at(0), policy: waiting };
    const first = decide(newModelState, offer);
    expect(first.admission.outcome).toBe('deferred');
    const again = decide(first.state, { ...offer, now: at(1) });
    expect(again.admission.outcome).toBe('admitted');
    expect(seriesOf(again.state)).toMatchObject({ tests: 1, alarms: 1 });
  });

  it('come to at most 1 in 20 worlds of a model that stays at its threshold for a year', () => {
    const random = seedRandom('alarms');
    const worlds = 200;
    let alarmed = 0;
    for (let world = 0; world < worlds; world++) {
      let state: ModelState = newModelState;
      for (let day = 0; day < 365; day++) {
        const z = normalQuantile(random.unit());
        if (z > 0) state = judgeAlarm(state, cause, beyond(z)).state;
        else state = noteTest(state, cause, says(z));
      }
      alarmed += Number(seriesOf(state)!.alarms > 0);
    }
    // Four standard deviations of the simulation beside what is promised.
    expect(alarmed / worlds).toBeLessThan(0.05 + 4 * Math.sqrt((0.05 * 0.95) / worlds));
  });

  it('take more where the fleet file lets fewer of all rules err, and say so', () => {
    const together = { falseAlarms: 0.05, rules: 3_000 };
    const test = { ...beyond(5), together };
    const { admission, state } = breach(newModelState, 0, test);
    expect(breach(newModelState, 0, beyond(5)).admission.reason).toBe('observed');
    expect(admission).toMatchObject({ outcome: 'rejected', reason: 'inconclusive' });
    expect(admission.sentence).toMatch(
      /^Rejected: over the 1 window of the rule it is \d+ times as likely that the value lies beyond the threshold as that this is chance, and an alarm takes 60000 times \(falseAlarms of the fleet file: 0\.05 in expectation of the 3000 rules with a confidence in all model files\)\.$/,
    );
    expect(breach(state, 1, test).admission.reason).toBe('observed');
  });

  it('take no less than their own confidence, however many may err', () => {
    const test = { ...beyond(2), together: { falseAlarms: 10, rules: 20 } };
    const { admission, state } = breach(newModelState, 0, test);
    expect(admission).toEqual(breach(newModelState, 0, beyond(2)).admission);
    expect(admission.sentence).toContain('an alarm takes 20 times (confidence 0.95).');
    expect(state).toEqual(breach(newModelState, 0, beyond(2)).state);
  });

  it('come with so many rules and false alarms to no more in expectation, and in few worlds to any', () => {
    const random = seedRandom('together');
    const [worlds, rules, falseAlarms] = [30, 40, 0.2];
    const together = { falseAlarms, rules };
    let alarmed = 0;
    for (let world = 0; world < worlds * rules; world++) {
      let state: ModelState = newModelState;
      for (let day = 0; day < 60; day++) {
        const z = normalQuantile(random.unit());
        if (z > 0) state = judgeAlarm(state, cause, { ...beyond(z), together }).state;
        else state = noteTest(state, cause, says(z));
      }
      alarmed += Number(seriesOf(state)!.alarms > 0);
    }
    // Four standard deviations of a count beside what is promised.
    expect(alarmed).toBeLessThan(worlds * falseAlarms + 4 * Math.sqrt(worlds * falseAlarms));
  });

  it('keep no more than sixty causes, the latest', () => {
    let state: ModelState = newModelState;
    for (let rule = 0; rule < 90; rule++) {
      const note = { cause: `metric:${rule}`, observedAt: at(0), summary: '', evidence: says(-1) };
      state = modelOperations.recover(state, note).state;
    }
    expect(Object.keys(state.alarms ?? {})).toEqual(
      Array.from({ length: seriesAtMost }, (_, at) => `metric:${30 + at}`),
    );
  });
});
