/**
 * Who may start when all models are looked at together: places, the shared budget, the kill switch. Pure.
 *
 * Owns: places and their queue, the fleet's budget and its fair shares, the switch.
 * Does not own: what a model's own policy says (decide-admission.ts), keeping the state (the fleet entity).
 *
 * Invariants
 * 1. Never more models with a place than `maximumConcurrentRuns`, never more hours reserved and spent in the window than
 *    the budget, and no place is given while the switch is thrown.
 * 2. A signal that came before the switch was released again starts nothing: no backlog is made up for.
 * 3. Asking, giving back and settling may be repeated.
 * 4. Who waits asks again by itself; who has not by `expiresAt` is forgotten.
 */
import { limitHours } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { FleetState, FleetWaiting } from '../domain/fleet-state.ts';
import type { FleetAction } from '../domain/operation.ts';
import { dropOld, findOverrun, reserve, settleSpent, sumHours } from './budget.ts';
import type { OperatorWord } from './operate.ts';
import type { Grant } from './question.ts';
import { addMs, earlier } from './time.ts';

export interface PlaceRequest {
  readonly model: string;
  readonly runId: string;
  readonly signal: string;
  readonly priority: number;
  /** What the run may take at most, in hours of jobs. */
  readonly estimateHours: number;
  /** When the signal was first offered (ISO 8601, UTC). */
  readonly offeredAt: string;
  readonly now: string;
  /** Null: there is no fleet file; only the switch holds. */
  readonly policy: FleetPolicy | null;
  /** Every model there is: the budget is divided among them. */
  readonly models: readonly string[];
}

/** Who waits asks again after so long, even if nobody wakes it. */
export const askAgainMs = 3_600_000;
const patienceMs = 2 * askAgainMs;

export function requestPlace(
  state: FleetState,
  request: PlaceRequest,
): { readonly state: FleetState; readonly grant: Grant } {
  const { model, runId, now, policy } = request;
  const stop = findStop(state, request);
  if (stop) return { state: { ...state, waiting: without(state.waiting, request) }, grant: stop };
  const current = { ...forget(state, policy, now), policy, models: request.models };
  const held = current.places.find((place) => place.model === model);
  if (held?.runs.includes(runId)) return { state: current, grant: { granted: true } };
  const hold = policy && findFleetHold(current, request, policy);
  if (!hold) return { state: take(current, request), grant: { granted: true } };
  const until = earlier(hold.until, addMs(now, askAgainMs));
  return {
    state: { ...current, waiting: [...without(current.waiting, request), waitingOf(current, request)] },
    grant: { granted: false, reason: 'fleet', because: hold.because, changedBy: hold.changedBy, until },
  };
}

/** Gives a run's place back, with the hours its jobs took: 0 for one that never started, absent where nobody knows. */
export function returnPlace(
  state: FleetState,
  { runId, computeHours }: { readonly runId: string; readonly computeHours?: number },
): { readonly state: FleetState; readonly wake: readonly string[] } {
  const places = state.places.flatMap((place) => {
    const runs = place.runs.filter((id) => id !== runId);
    return runs.length === 0 ? [] : [{ ...place, runs }];
  });
  const spent = settleSpent(state.spent, runId, computeHours);
  const next = { ...state, places, spent, waiting: state.waiting.filter((entry) => entry.runId !== runId) };
  return { state: next, wake: nextInLine(next) };
}

export function operateFleet(
  state: FleetState,
  { action }: FleetAction,
  { by, reason, now }: OperatorWord,
): { readonly state: FleetState; readonly done: boolean; readonly sentence: string } {
  const { stopped } = state;
  if (action === 'stop') {
    if (stopped)
      return { state, done: false, sentence: `Stopped before, by ${stopped.by} at ${stopped.at}.` };
    const sentence = 'Stopped: no run starts. Runs under way go on; cancel them one by one.';
    return { state: { ...state, stopped: { by, reason, at: now } }, done: true, sentence };
  }
  if (!stopped) return { state, done: false, sentence: 'Nothing to resume: the fleet is not stopped.' };
  const sentence = `Resumed. Signals that came before now start nothing: the stop by ${stopped.by} of ${stopped.at} is not made up for.`;
  return { state: { ...state, stopped: null, lastStop: { ...stopped, until: now } }, done: true, sentence };
}

/** Places whose runs are not under way any more, by the models' own word. */
export function findStalePlaces(
  state: FleetState,
  liveRuns: ReadonlyMap<string, string | null>,
  takenBefore: string,
): readonly { readonly model: string; readonly runId: string }[] {
  return state.places
    .filter(({ since }) => since < takenBefore)
    .flatMap(({ model, runs }) =>
      runs.filter((runId) => runId !== liveRuns.get(model)).map((runId) => ({ model, runId })),
    );
}

/** What the kill switch says to something that came at `offeredAt`; null: it is not in the way. */
export function findStop(
  { stopped, lastStop }: FleetState,
  { offeredAt }: Pick<PlaceRequest, 'offeredAt'>,
): Extract<Grant, { granted: false }> | null {
  const changedBy = 'A signal that comes once the fleet is resumed: ratchet fleet resume.';
  const refusal = { granted: false, reason: 'stopped', until: '' } as const;
  if (stopped) {
    const because = `${stopped.by} stopped the fleet at ${stopped.at} (${stopped.reason})`;
    return { ...refusal, because, changedBy };
  }
  if (!lastStop || offeredAt >= lastStop.until) return null;
  const because = `it came before ${lastStop.until}, when the stop by ${lastStop.by} of ${lastStop.at} (${lastStop.reason}) ended`;
  return { ...refusal, because: `${because}, and what came by then is not made up for`, changedBy };
}

interface FleetHold {
  readonly because: string;
  readonly changedBy: string;
  readonly until: string;
}

function findFleetHold(state: FleetState, request: PlaceRequest, policy: FleetPolicy): FleetHold | null {
  const { now, model } = request;
  const soon = addMs(now, askAgainMs);
  const overrun = policy.budget && findOverrun(state.spent, policy.budget, request.estimateHours, now);
  if (overrun) {
    const changedBy =
      overrun.until === null ? 'A greater budget of the fleet.' : `Admissible from ${overrun.until}.`;
    return { because: `of the fleet, ${overrun.because()}`, changedBy, until: overrun.until ?? soon };
  }
  const me = waitingOf(state, request);
  const others = state.waiting.filter((other) => other.model !== model);
  const poorer = others.find(
    (other) => isOverShare(state, me, request) && !isOverShare(state, other, request),
  );
  if (poorer) {
    const because = `the model has used its share of the fleet's budget, and ${poorer.model}, which has not, waits`;
    return { because, changedBy: `Admissible once ${poorer.model} has started.`, until: soon };
  }
  const most = policy.maximumConcurrentRuns ?? Number.POSITIVE_INFINITY;
  const hasPlace = state.places.some((place) => place.model === model);
  const free = hasPlace ? 1 : most - state.places.length;
  const fits = ({ estimateHours }: FleetWaiting): boolean =>
    !policy.budget || findOverrun(state.spent, policy.budget, estimateHours, now) === null;
  const ahead = hasPlace
    ? []
    : others.filter((other) => fits(other) && compare(state, other, me, request) < 0);
  if (ahead.length < free) return null;
  const taken = `${state.places.length} of ${most} places of the fleet are taken`;
  const queue = ahead.length > 0 ? `, and ${ahead.map((other) => other.model).join(', ')} go first` : '';
  return { because: `${taken}${queue}`, changedBy: 'Admissible when its turn comes.', until: soon };
}

/** Whether a model would have used more than its part of the budget. */
function isOverShare(state: FleetState, { model, estimateHours }: FleetWaiting, division: Division): boolean {
  return usedBy(state, model) + estimateHours > shareOf(model, division);
}

/** Among whom, and by which file, the budget is divided. */
type Division = Pick<PlaceRequest, 'models'> & { readonly policy: FleetState['policy'] };

/** A model's part of the budget by its weight, in hours. */
export function shareOf(model: string, { models, policy }: Division): number {
  if (!policy?.budget) return Number.POSITIVE_INFINITY;
  const weightOf = (name: string): number => policy.shares[name] ?? 1;
  const all = new Set([...models, model]);
  const sum = [...all].reduce((total, name) => total + weightOf(name), 0);
  return (limitHours(policy.budget) * weightOf(model)) / sum;
}

/**
 * Below 0 where `a` goes before `b`: who is below its share, then priority, then who has used least for its weight, then
 * who has waited longest.
 */
function compare(state: FleetState, a: FleetWaiting, b: FleetWaiting, division: Division): number {
  const { policy } = division;
  const over = (entry: FleetWaiting): number => Number(isOverShare(state, entry, division));
  if (over(a) !== over(b)) return over(a) - over(b);
  if (a.priority !== b.priority) return b.priority - a.priority;
  const load = ({ model }: FleetWaiting): number => usedBy(state, model) / (policy?.shares[model] ?? 1);
  const difference = policy?.budget ? load(a) - load(b) : 0;
  if (Math.abs(difference) > 1e-9) return difference;
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return a.model < b.model ? -1 : a.model > b.model ? 1 : 0;
}

/** The signals whose turn it is now, as far as places go. */
function nextInLine(state: FleetState): readonly string[] {
  const { policy, models } = state;
  const free = (policy?.maximumConcurrentRuns ?? Number.POSITIVE_INFINITY) - state.places.length;
  const inOrder = state.waiting.toSorted((a, b) => compare(state, a, b, { policy, models }));
  return inOrder.slice(0, Math.max(0, Math.min(free, inOrder.length))).map(({ signal }) => signal);
}

function take(state: FleetState, request: PlaceRequest): FleetState {
  const { model, runId, estimateHours, now, policy } = request;
  const held = state.places.find((place) => place.model === model);
  const place = held ? { ...held, runs: [...held.runs, runId] } : { model, runs: [runId], since: now };
  const spent = policy?.budget
    ? reserve(state.spent, { model, runId, computeHours: estimateHours, at: now }, policy.budget.window)
    : state.spent;
  return {
    ...state,
    places: [...state.places.filter((other) => other.model !== model), place],
    spent,
    waiting: without(state.waiting, request),
  };
}

function waitingOf(state: FleetState, request: PlaceRequest): FleetWaiting {
  const { model, runId, signal, priority, estimateHours, now } = request;
  const known = state.waiting.find((entry) => entry.model === model);
  return {
    model,
    runId,
    signal,
    priority,
    estimateHours,
    since: known?.since ?? now,
    expiresAt: addMs(now, patienceMs),
  };
}

/** A model waits once, whichever of its signals asked last. */
function without(waiting: readonly FleetWaiting[], { model }: PlaceRequest): readonly FleetWaiting[] {
  return waiting.filter((entry) => entry.model !== model);
}

function forget(state: FleetState, policy: FleetPolicy | null, now: string): FleetState {
  const waiting = state.waiting.filter(({ expiresAt }) => expiresAt > now);
  const spent = policy?.budget ? dropOld(state.spent, policy.budget.window, now) : state.spent;
  return { ...state, waiting, spent };
}

function usedBy({ spent }: FleetState, model: string): number {
  return sumHours(spent.filter((entry) => entry.model === model));
}
