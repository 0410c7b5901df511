/** Rules that request a run only together. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOffer } from '../../../shared/admission/describe-offer.ts';
import { takeRecovery } from '../../../shared/admission/take-recovery.ts';
import { type ModelConfig, ModelConfigSchema } from '../../../shared/config/schema.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
import { decide } from './decide.ts';

const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();

const job = { command: 'node train.js', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };
const gate = { gate: 'good', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 };
const rules = {
  metrics: [
    { name: 'low', metric: 'accuracy', below: 0.9 },
    { name: 'odd', metric: 'psi', above: 0.2, breaches: 2, windows: 3 },
  ],
  alerts: [{ name: 'slow', rule: 'p95' }],
  drift: true,
};
const of = (...composites: object[]): ModelConfig =>
  ModelConfigSchema.parse({
    ...{ model: 'm', data: { path: 'm/' }, training: job, evaluation: job, gates: [gate] },
    release: { stages: [{ stage: 'tell', channel: 'event-grid' }] },
    policy: { cooldown: 'PT0S', mode: 'observe' },
    triggers: { ...rules, composites },
  });

function signalOf(cause: string, hours: number, persistence?: Signal['persistence']): Signal {
  return {
    ...{ id: `${cause}@${hours}`, model: 'm', kind: cause.startsWith('drift') ? 'drift' : 'metric' },
    ...{ observedAt: at(hours), source: 'test', summary: 'Bad.', evidence: {}, cause },
    ...(persistence && { persistence }),
  };
}

/** Offers a breach, told when it was observed or later. */
function breach(state: ModelState, config: ModelConfig, cause: string, hours: number, toldAt = hours) {
  const persistence = cause === 'metric:odd' ? { breaches: 2, of: 3 } : undefined;
  const pinned = { config, configHash: 'c'.repeat(64) };
  const signal = signalOf(cause, hours, persistence);
  return decide(state, describeOffer({ signal, pinned }, `run-${signal.id}`, at(toldAt)));
}

const good = (state: ModelState, cause: string, hours: number) =>
  takeRecovery(state, { cause, observedAt: at(hours), summary: 'Good.' });
/** In mode observe what would have been admitted is rejected as observed. */
const asks = ({ admission }: ReturnType<typeof breach>): boolean => admission.reason === 'observed';

describe('a rule of a composite', () => {
  const both = of({ name: 'both', rules: ['drift', 'low'], within: 'P2D' });

  it('asks for nothing by itself, and says what is missing', () => {
    const { admission } = breach(newModelState, both, 'metric:low', 0);
    expect(admission).toMatchObject({ outcome: 'rejected', reason: 'composite-unmet' });
    expect(admission.sentence).toBe(
      'Rejected: 1 of the 2 rules of composite both is bad within P2D (low), and it requires 2.',
    );
    expect(admission.changedBy).toBe('Admissible with 1 more of drift bad within P2D.');
  });

  it('asks once the others are bad as well, whichever came first', () => {
    for (const [first, second] of [
      ['metric:low', 'drift:m_features'],
      ['drift:m', 'metric:low'],
    ] as const) {
      const alone = breach(newModelState, both, first, 0);
      expect(asks(alone)).toBe(false);
      expect(asks(breach(alone.state, both, second, 47))).toBe(true);
    }
  });

  it('asks for nothing where the others were bad too long ago, or are good again', () => {
    const { state } = breach(newModelState, both, 'drift:m', 0);
    expect(asks(breach(state, both, 'metric:low', 49))).toBe(false);
    const recovered = good(state, 'drift:m', 10).state;
    expect(asks(breach(recovered, both, 'metric:low', 20))).toBe(false);
    const again = breach(recovered, both, 'drift:m', 30).state;
    expect(asks(breach(again, both, 'metric:low', 40))).toBe(true);
  });

  it('goes by when windows were observed, however late they are told', () => {
    const { state } = breach(newModelState, both, 'drift:m', 100);
    expect(asks(breach(state, both, 'metric:low', 70, 200))).toBe(true);
    expect(asks(breach(state, both, 'metric:low', 10, 200))).toBe(false);
  });

  it('is bad only once enough of its own windows are', () => {
    const odd = of({ name: 'pair', rules: ['odd', 'low'] });
    const once = breach(newModelState, odd, 'metric:odd', 0).state;
    expect(asks(breach(once, odd, 'metric:low', 1))).toBe(false);
    const twice = breach(once, odd, 'metric:odd', 2).state;
    expect(asks(breach(twice, odd, 'metric:low', 3))).toBe(true);
  });

  it('asks in order, where that is required', () => {
    const ordered = of({ name: 'chain', rules: ['drift', 'low', 'slow'], inOrder: true });
    const steps = (...causes: string[]) =>
      causes.reduce((seen, cause, hours) => breach(seen.state, ordered, cause, hours), {
        state: newModelState,
      } as ReturnType<typeof breach>);
    expect(asks(steps('drift:m', 'metric:low', 'alert:slow'))).toBe(true);
    const wrong = steps('metric:low', 'drift:m', 'alert:slow');
    expect(asks(wrong)).toBe(false);
    expect(wrong.admission.sentence).toContain('but not in the order drift, low, slow');
  });

  it('asks where one of several composites is met', () => {
    const several = of(
      { name: 'both', rules: ['drift', 'low'] },
      { name: 'some', rules: ['low', 'slow', 'odd'], need: 2 },
    );
    const { state } = breach(newModelState, several, 'alert:slow', 0);
    expect(asks(breach(state, several, 'metric:low', 1))).toBe(true);
    expect(asks(breach(state, several, 'drift:m', 1))).toBe(false);
  });

  it('leaves other rules, schedules and people as they are', () => {
    const pinned = { config: of({ name: 'c', rules: ['low', 'slow'] }), configHash: 'c'.repeat(64) };
    for (const kind of ['schedule', 'manual'] as const) {
      const signal: Signal = { ...signalOf('x', 0), kind };
      const { cause: _, ...without } = signal;
      expect(describeOffer({ signal: without, pinned }, 'r', monday)).not.toHaveProperty('composites');
    }
    const { state } = breach(newModelState, pinned.config, 'drift:m', 0);
    expect(asks(breach(state, pinned.config, 'drift:m', 1))).toBe(true);
  });

  it('says the same in whatever order windows are told, as long as nothing is good again', () => {
    const some = of({ name: 'some', rules: ['low', 'slow', 'drift'], need: 2, within: 'P1D' });
    const cause = fc.constantFrom('metric:low', 'alert:slow', 'drift:m');
    const windows = fc.uniqueArray(fc.tuple(cause, fc.integer({ min: 0, max: 80 })), {
      ...{ minLength: 1, maxLength: 8, selector: ([name, hour]) => `${name}${hour}` },
    });
    fc.assert(
      fc.property(windows, fc.infiniteStream(fc.nat()), (all, order) => {
        const last = breach(tellAll(some, all), some, 'metric:low', 90, 200);
        const shuffled = all.map((each) => ({ each, by: order.next().value! })).sort((a, b) => a.by - b.by);
        const told = tellAll(
          some,
          shuffled.map(({ each }) => each),
        );
        const other = breach(told, some, 'metric:low', 90, 200);
        expect(asks(other)).toBe(asks(last));
        const latest = (name: string) =>
          Math.max(...all.filter(([each]) => each === name).map(([, hour]) => hour));
        const isNear = [latest('alert:slow'), latest('drift:m')].some((hour) => hour >= 66);
        expect(asks(other)).toBe(isNear);
      }),
    );
  });
});

const tellAll = (config: ModelConfig, windows: readonly (readonly [string, number])[]): ModelState =>
  windows.reduce((state, [cause, hour]) => breach(state, config, cause, hour, 200).state, newModelState);

describe('a run that waits for several rules', () => {
  const waiting = of({ name: 'some', rules: ['low', 'slow', 'drift'], need: 2 });
  const config: ModelConfig = { ...waiting, policy: { ...waiting.policy, mode: 'suggest' } };
  const suggested = (): ModelState => {
    const { state } = breach(newModelState, config, 'alert:slow', 0);
    const second = breach(state, config, 'metric:low', 1);
    expect(second.admission).toMatchObject({ outcome: 'deferred', reason: 'suggested' });
    return second.state;
  };

  it('is withdrawn where too few are left, be it another that recovers', () => {
    const { withdrawn, state } = good(suggested(), 'alert:slow', 2);
    expect(withdrawn).toEqual(['metric:low@1']);
    expect(state.pending).toBeNull();
  });

  it('keeps what its rules ask with once, however many signals wait', () => {
    let state = suggested();
    for (let hour = 2; hour < 150; hour++) state = breach(state, config, 'metric:low', hour).state;
    expect(state.pending!.signals).toHaveLength(100);
    expect(state.pending!.composites).toHaveLength(1);
    expect(JSON.stringify(state).length).toBeLessThan(64 * 1024);
  });

  it('goes on waiting where enough are left', () => {
    const third = breach(suggested(), config, 'drift:m', 2).state;
    expect(good(third, 'alert:slow', 3).withdrawn).toEqual([]);
  });
});
