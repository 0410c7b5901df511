import { describe, expect, it } from 'vitest';
import {
  findStalePlaces,
  operateFleet,
  type PlaceRequest,
  requestPlace,
  returnPlace,
} from '../../../shared/admission/fleet.ts';
import { type AskedFleet, describeFleet } from '../../../shared/admission/place-request.ts';
import { divideHours, sumWeights } from '../../../shared/config/estimate.ts';
import { type FleetPolicy, FleetSchema } from '../../../shared/config/fleet-schema.ts';
import { type FleetState, newFleetState } from '../../../shared/domain/fleet-state.ts';

const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();
const models = ['a', 'b', 'c'];
const word = { by: 'jane', reason: 'an incident', now: at(1) };

function ask(
  state: FleetState,
  model: string,
  hours: number,
  policy: FleetPolicy | null,
  more: Partial<PlaceRequest> = {},
) {
  return requestPlace(state, { ...requestOf(model, hours), ...describeFleet(policy, models), ...more });
}

function requestOf(model: string, hours: number) {
  return {
    model,
    runId: `run-${model}`,
    signal: `signal-${model}`,
    priority: 5,
    estimateHours: 1,
    offeredAt: at(hours),
    now: at(hours),
  };
}

describe('places', () => {
  const one = FleetSchema.parse({ maximumConcurrentRuns: 1 });

  it('are given as long as there are any, and the next in line is woken when one comes back', () => {
    const first = ask(newFleetState, 'a', 0, one);
    expect(first.grant).toEqual({ granted: true });
    const second = ask(first.state, 'b', 1, one);
    expect(second.grant).toEqual({
      granted: false,
      reason: 'fleet',
      because: '1 of 1 slot of the fleet is taken',
      changedBy: 'Admissible when its turn comes.',
      until: at(2),
    });
    const back = returnPlace(second.state, { runId: 'run-a', computeHours: 1 });
    expect(back.wake).toEqual(['signal-b']);
    expect(ask(back.state, 'b', 1.5, one).grant).toEqual({ granted: true });
  });

  it('go to the greatest priority first, then to who has waited longest', () => {
    let { state } = ask(newFleetState, 'a', 0, one);
    state = ask(state, 'b', 1, one, { priority: 3 }).state;
    state = ask(state, 'c', 2, one, { priority: 7 }).state;
    const free = returnPlace(state, { runId: 'run-a' });
    expect(free.wake).toEqual(['signal-c']);
    expect(ask(free.state, 'b', 2, one, { priority: 3 }).grant).toMatchObject({
      because: '0 of 1 slot of the fleet is taken, and c goes first',
    });
    expect(ask(free.state, 'c', 2, one, { priority: 7 }).grant).toEqual({ granted: true });
  });

  it('are not kept for who has not asked again in two hours', () => {
    let { state } = ask(newFleetState, 'a', 0, one);
    state = ask(state, 'c', 0, one, { priority: 9 }).state;
    state = returnPlace(state, { runId: 'run-a' }).state;
    expect(ask(state, 'b', 3, one).grant).toEqual({ granted: true });
  });

  it('are one for a model, whichever of its signals asked, until the last of them gives it back', () => {
    const first = ask(newFleetState, 'a', 0, one);
    const again = ask(first.state, 'a', 0, one, { runId: 'run-a2' });
    expect(again.grant).toEqual({ granted: true });
    const half = returnPlace(again.state, { runId: 'run-a2', computeHours: 0 }).state;
    expect(ask(half, 'b', 1, one).grant.granted).toBe(false);
    expect(returnPlace(half, { runId: 'run-a' }).state.places).toEqual([]);
  });

  it('whose run is not under way are found, once they are old enough', () => {
    const { state } = ask(newFleetState, 'a', 0, one);
    expect(findStalePlaces(state, new Map([['a', 'run-a']]), at(1))).toEqual([]);
    expect(findStalePlaces(state, new Map([['a', null]]), at(0))).toEqual([]);
    expect(findStalePlaces(state, new Map([['a', null]]), at(1))).toEqual([{ model: 'a', runId: 'run-a' }]);
  });
});

describe('the shared budget', () => {
  const policy = FleetSchema.parse({ budget: { window: 'P7D', computeHours: 8 }, shares: { a: 2 } });

  it('is divided by weight', () => {
    const weights = sumWeights(models, policy.shares);
    expect(models.map(divideHours({ weights, policy }))).toEqual([4, 2, 2]);
  });

  it('holds a run that does not fit until enough has left the window', () => {
    const { state } = ask(newFleetState, 'a', 0, policy, { estimateHours: 6 });
    expect(ask(state, 'b', 1, policy, { estimateHours: 3 }).grant).toMatchObject({
      granted: false,
      because: `of the fleet, 6 h of jobs are spent or reserved since ${at(1 - 168)}, the run may take 3 h, and the budget of P7D is 8 h`,
      changedBy: `Admissible from ${at(168)}.`,
    });
    const settled = returnPlace(state, { runId: 'run-a', computeHours: 5 }).state;
    expect(ask(settled, 'b', 1, policy, { estimateHours: 3 }).grant).toEqual({ granted: true });
  });

  it('counts the settled runs of a model and of a tenth of the window as one', () => {
    let state = newFleetState;
    for (let hour = 0; hour < 24 * 28; hour++) {
      const model = models[hour % 3]!;
      const runId = `run-${hour}`;
      const asked = ask(state, model, hour, policy, { runId, estimateHours: 0.04 });
      expect(asked.grant).toEqual({ granted: true });
      state = returnPlace(asked.state, { runId, computeHours: 0.04 }).state;
      // Eleven tenths at most lie in a window that began within one, and of each model the latest is still by itself.
      expect(state.spent.length).toBeLessThanOrEqual(3 * 12);
    }
    const hours = state.spent.reduce((sum, { computeHours }) => sum + computeHours, 0);
    // A week of them, and what leaves the window too late: a tenth at most.
    expect(hours).toBeGreaterThanOrEqual(168 * 0.04 - 1e-9);
    expect(hours).toBeLessThanOrEqual(168 * 0.04 * 1.1 + 1e-9);
    expect(state.spent.map(({ at }) => at)).toEqual(state.spent.map(({ at }) => at).sort());
  });

  it.each<[string, (file: FleetPolicy) => AskedFleet]>([
    ['weights', (file) => describeFleet(file, models)],
    ['names, as by requests of before', (file) => ({ policy: file, models })],
  ])(
    'may be used over one’s share only while nobody below theirs waits, told of models by their %s',
    (_, tell) => {
      const ask = (state: FleetState, model: string, hours: number, file: FleetPolicy, more: object = {}) =>
        requestPlace(state, { ...requestOf(model, hours), ...tell(file), ...more });
      const spent = returnPlace(ask(newFleetState, 'b', 0, policy, { estimateHours: 2 }).state, {
        runId: 'run-b',
        computeHours: 2,
      }).state;
      expect(ask(spent, 'b', 1, policy, { runId: 'run-b2' }).grant).toEqual({ granted: true });
      const waits = { ...policy, maximumConcurrentRuns: 1 };
      const busy = ask(spent, 'a', 1, waits).state;
      const poorer = ask(busy, 'c', 2, waits).state;
      const free = returnPlace(poorer, { runId: 'run-a', computeHours: 1 }).state;
      expect(ask(free, 'b', 3, waits, { runId: 'run-b2', priority: 9 }).grant).toMatchObject({
        because: "the model has used its share of the fleet's budget, and c, which has not, waits",
      });
    },
  );
});

describe('a long line', () => {
  it('is named by its first ten', () => {
    const line = Array.from({ length: 12 }, (_, index) => `model-${String(index).padStart(2, '0')}`);
    const one = FleetSchema.parse({ maximumConcurrentRuns: 1 });
    const busy = ask(newFleetState, 'a', 0, one).state;
    const waiting = line.reduce((state, model) => ask(state, model, 1, one).state, busy);
    const { grant } = ask(waiting, 'z', 2, one);
    expect(grant).toMatchObject({
      because: `1 of 1 slot of the fleet is taken, and ${line.slice(0, 10).join(', ')} and 2 other models go first`,
    });
  });
});

describe('the kill switch', () => {
  const stopped = operateFleet(newFleetState, { action: 'stop' }, word).state;

  it('has nobody start, with or without a fleet file', () => {
    expect(ask(stopped, 'a', 2, null).grant).toMatchObject({
      granted: false,
      reason: 'stopped',
      because: `jane stopped the fleet at ${at(1)} (an incident)`,
    });
  });

  it('is not made up for once it is released', () => {
    const { state } = operateFleet(stopped, { action: 'resume' }, { ...word, now: at(5) });
    expect(ask(state, 'a', 6, null, { offeredAt: at(4) }).grant).toMatchObject({ reason: 'stopped' });
    expect(ask(state, 'a', 6, null, { offeredAt: at(0) }).grant).toMatchObject({ reason: 'stopped' });
    expect(ask(state, 'a', 6, null, { offeredAt: at(5) }).grant).toEqual({ granted: true });
  });

  it('says so when there is nothing to do', () => {
    expect(operateFleet(stopped, { action: 'stop' }, word)).toMatchObject({ done: false });
    expect(operateFleet(newFleetState, { action: 'resume' }, word)).toMatchObject({
      done: false,
      sentence: 'Nothing to resume: the fleet is not stopped.',
    });
  });
});
