import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestPlace, returnPlace } from '../../../shared/admission/fleet.ts';
import { describeFleet } from '../../../shared/admission/place-request.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { newFleetState } from '../../../shared/domain/fleet-state.ts';

const startMs = Date.parse('2026-03-02T08:00:00.000Z');
const hourMs = 3_600_000;
const days = 120;

interface Model {
  readonly name: string;
  /** What a run reserves, and what it then takes. */
  readonly estimateHours: number;
  readonly priority: number;
  /** Hours between the end of a run and the next signal. */
  readonly everyHours: number;
}

interface Played {
  readonly starts: ReadonlyMap<string, readonly number[]>;
  /** The most that was reserved and spent in any window, by the test's own books. */
  readonly mostHours: number;
  readonly mostPlaces: number;
}

/** Each model asks, waits as it is told to, runs, and asks again. Runs take what they reserved: the hardest case. */
function play(models: readonly Model[], file: object): Played {
  const policy = FleetSchema.parse(file);
  const windowMs = 7 * 24 * hourMs;
  const names = models.map(({ name }) => name);
  const starts = new Map(names.map((name): [string, number[]] => [name, []]));
  const books: { atMs: number; hours: number }[] = [];
  const asksAt = new Map(names.map((name) => [name, 0]));
  const running = new Map<string, { endsAt: number; runId: string; hours: number }>();
  let state = newFleetState;
  let [mostHours, mostPlaces] = [0, 0];
  for (let hour = 0; hour < days * 24; hour++) {
    const nowMs = startMs + hour * hourMs;
    const now = new Date(nowMs).toISOString();
    for (const [name, { endsAt, runId, hours }] of running) {
      if (endsAt > hour) continue;
      const back = returnPlace(state, { runId, computeHours: hours });
      state = back.state;
      for (const signal of back.wake) asksAt.set(signal, hour);
      running.delete(name);
      asksAt.set(name, hour + models.find((model) => model.name === name)!.everyHours);
    }
    for (const { name, estimateHours, priority } of models) {
      if (running.has(name) || asksAt.get(name)! > hour) continue;
      const runId = `${name}-${hour}`;
      const asked = { model: name, runId, signal: name, priority, estimateHours, offeredAt: now, now };
      const { state: next, grant } = requestPlace(state, { ...asked, ...describeFleet(policy, names) });
      state = next;
      if (!grant.granted) {
        asksAt.set(name, Math.ceil((Date.parse(grant.until) - startMs) / hourMs));
        continue;
      }
      starts.get(name)!.push(hour);
      books.push({ atMs: nowMs, hours: estimateHours });
      running.set(name, { endsAt: hour + Math.ceil(estimateHours), runId, hours: estimateHours });
      const inWindow = books.filter(({ atMs }) => atMs > nowMs - windowMs);
      mostHours = Math.max(
        mostHours,
        inWindow.reduce((sum, { hours }) => sum + hours, 0),
      );
      mostPlaces = Math.max(mostPlaces, running.size);
    }
  }
  return { starts, mostHours, mostPlaces };
}

/** The longest stretch, in days, in which a model did not start. */
function longestPause(starts: readonly number[]): number {
  const times = [0, ...starts, days * 24];
  return Math.max(...times.slice(1).map((time, index) => time - times[index]!)) / 24;
}

const small = (count: number, more: Partial<Model> = {}): Model[] =>
  Array.from({ length: count }, (_, index) => ({
    ...{ name: `small-${index}`, estimateHours: 1, priority: 5, everyHours: 1 },
    ...more,
  }));

describe('a fleet over 120 days', () => {
  it('starts models whose share is smaller than one of their runs', () => {
    const models = [
      ...small(5, { estimateHours: 6 }),
      ...Array.from({ length: 5 }, (_, index) => ({
        ...{ name: `big-${index}`, estimateHours: 2, priority: 5, everyHours: 4 },
      })),
    ];
    const shares = Object.fromEntries(models.map(({ name }) => [name, name.startsWith('big') ? 10 : 1]));
    const { starts, mostHours } = play(models, { budget: { window: 'P7D', computeHours: 60 }, shares });
    for (const [name, at] of starts) expect(longestPause(at), name).toBeLessThan(16);
    expect(mostHours).toBeLessThanOrEqual(60);
  });

  it('starts an expensive model among cheap ones that would use up the budget', () => {
    const models = [...small(8), { name: 'dear', estimateHours: 30, priority: 5, everyHours: 24 }];
    const { starts } = play(models, { budget: { window: 'P7D', computeHours: 40 } });
    expect(longestPause(starts.get('dear')!)).toBeLessThan(20);
    for (const { name } of models.slice(0, 8)) expect(longestPause(starts.get(name)!), name).toBeLessThan(20);
  });

  it('starts low priorities under overload, and greater ones more often', () => {
    const models = Array.from({ length: 6 }, (_, index) => ({
      ...{ name: `p${index}`, estimateHours: 6, priority: index < 3 ? 9 : 0, everyHours: 1 },
    }));
    const { starts, mostPlaces } = play(models, { maximumConcurrentRuns: 1 });
    expect(mostPlaces).toBe(1);
    for (const [name, at] of starts) expect(longestPause(at), name).toBeLessThan(16);
    expect(starts.get('p0')!.length).toBeGreaterThan(starts.get('p5')!.length);
  });

  it('is held by no run that is greater than the whole budget', () => {
    const models = [...small(3), { name: 'never', estimateHours: 100, priority: 9, everyHours: 1 }];
    const { starts } = play(models, { budget: { window: 'P7D', computeHours: 40 } });
    expect(starts.get('never')).toEqual([]);
    for (const { name } of models.slice(0, 3)) expect(longestPause(starts.get(name)!), name).toBeLessThan(8);
  });

  it('whatever its models, starts each again and again and breaks neither budget nor places', {
    timeout: 120_000,
  }, () => {
    const model = fc.record({
      estimateHours: fc.constantFrom(0.5, 1, 3, 8, 15),
      priority: fc.integer({ min: 0, max: 9 }),
      everyHours: fc.constantFrom(0, 1, 12, 48),
      weight: fc.constantFrom(1, 1, 5),
    });
    const file = fc.record({
      maximumConcurrentRuns: fc.constantFrom(undefined, 1, 2),
      computeHours: fc.constantFrom(15, 40, 100),
    });
    fc.assert(
      fc.property(
        fc.array(model, { minLength: 1, maxLength: 8 }),
        file,
        (drawn, { computeHours, ...rest }) => {
          const models = drawn.map((facts, index) => ({ name: `m${index}`, ...facts }));
          const shares = Object.fromEntries(models.map(({ name, weight }) => [name, weight]));
          const budget = { window: 'P7D', computeHours };
          const { starts, mostHours, mostPlaces } = play(models, { ...rest, budget, shares });
          for (const [name, at] of starts) expect(longestPause(at), name).toBeLessThan(60);
          expect(mostHours).toBeLessThanOrEqual(computeHours + 0.01);
          expect(mostPlaces).toBeLessThanOrEqual(rest.maximumConcurrentRuns ?? 8);
        },
      ),
      { numRuns: 20 },
    );
  });
});
