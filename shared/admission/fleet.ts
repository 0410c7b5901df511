/**
 * Who may start when all models are looked at together: places, the shared budget, the kill switch. Pure.
 *
 * Owns: places, the fleet's books, the switch.
 * Does not own: whose turn it is (fleet-queue.ts), what a model's own policy says (decide-admission.ts), keeping the
 * state (the fleet entity).
 *
 * Invariants
 * 1. Never more models with a place than `maximumConcurrentRuns`, never more hours reserved and spent in the window than
 *    the budget, and no place is given while the switch is thrown.
 * 2. A signal that came before the switch was released again starts nothing: no backlog is made up for.
 * 3. Asking, giving back and settling may be repeated.
 * 4. Who waits asks again by itself; who has not by `expiresAt` is forgotten.
 */
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { FleetState, FleetWaiting } from '../domain/fleet-state.ts';
import type { FleetAction } from '../domain/operation.ts';
import { dropOld, reserve, settleSpent } from './budget.ts';
import { askAgainMs, findFleetBlock, nextInLine, patienceMs, waitingOf } from './fleet-queue.ts';
import { healFleetTimes, isAhead, mendFleetTimes } from './mend-times.ts';
import type { OperatorWord } from './operate.ts';
import type { PlaceRequest } from './place-request.ts';
import type { Grant } from './question.ts';
import { addMs, earlier, later } from './time.ts';

export type { PlaceRequest } from './place-request.ts';

export function requestPlace(state: FleetState, request: PlaceRequest): Requested {
  try {
    return givePlace(state, request);
  } catch {
    // Times that are none: asked once more with every one of them mended, it fails for good otherwise.
    return givePlace(healFleetTimes(state, request.now, patienceMs), request);
  }
}

interface Requested {
  readonly state: FleetState;
  readonly grant: Grant;
}

function givePlace(before: FleetState, request: PlaceRequest): Requested {
  const { model, runId, now, policy } = request;
  const state = mendFleetTimes(before, now, patienceMs);
  const stop = findStop(state, request);
  if (stop) return { state: { ...state, waiting: without(state.waiting, request) }, grant: stop };
  const current = { ...divided(forget(state, policy, now), request), policy };
  const held = current.places.find((place) => place.model === model);
  if (held?.runs.includes(runId)) return { state: current, grant: { granted: true } };
  const block = policy && findFleetBlock(current, request, policy);
  if (!block) return { state: take(current, request), grant: { granted: true } };
  const until = earlier(block.until, addMs(now, askAgainMs));
  return {
    state: { ...current, waiting: [...without(current.waiting, request), waitingOf(current, request)] },
    grant: { granted: false, reason: 'fleet', because: block.because, changedBy: block.changedBy, until },
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
  return { state: next, wake: nextInLine(next, lastAsked(next)) };
}

/** Whoever waits asks every hour: the latest of them tells the time near enough to order them. */
function lastAsked({ waiting }: FleetState): string {
  const latest = waiting.reduce((last, { expiresAt }) => later(last, expiresAt), '');
  return latest === '' ? '' : addMs(latest, -patienceMs);
}

export function operateFleet(
  state: FleetState,
  { action }: FleetAction,
  { now, ...word }: OperatorWord,
): { readonly state: FleetState; readonly done: boolean; readonly sentence: string } {
  const { stopped } = state;
  if (action === 'stop') {
    if (stopped)
      return { state, done: false, sentence: `Stopped before, by ${stopped.by} at ${stopped.at}.` };
    const sentence = 'Stopped: no run starts. Runs under way go on; cancel them one by one.';
    return { state: { ...state, stopped: { ...word, at: now } }, done: true, sentence };
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
  { offeredAt, now }: Pick<PlaceRequest, 'offeredAt' | 'now'>,
): Extract<Grant, { granted: false }> | null {
  const changedBy = 'A signal that comes once the fleet is resumed: ratchet fleet resume.';
  const refusal = { granted: false, reason: 'stopped', until: '' } as const;
  if (stopped) {
    const because = `${stopped.by} stopped the fleet at ${stopped.at} (${stopped.reason})`;
    return { ...refusal, because, changedBy };
  }
  if (!lastStop || offeredAt >= lastStop.until) return null;
  // The clock has been set back since: what comes by the new one came afterwards.
  if (isAhead(lastStop.until, now) && !isAhead(offeredAt, now)) return null;
  const because = `it came before ${lastStop.until}, when the stop by ${lastStop.by} of ${lastStop.at} (${lastStop.reason}) ended`;
  return { ...refusal, because: `${because}, and what came by then is not made up for`, changedBy };
}

/** The budget is divided as the last one that asked had it. */
function divided(
  { weights: _, models: __, ...state }: FleetState,
  { weights, models }: PlaceRequest,
): FleetState {
  return { ...state, ...(weights !== undefined && { weights }), ...(models && { models }) };
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

/** A model waits once, whichever of its signals asked last. */
function without(waiting: readonly FleetWaiting[], { model }: PlaceRequest): readonly FleetWaiting[] {
  return waiting.filter((entry) => entry.model !== model);
}

function forget(state: FleetState, policy: FleetPolicy | null, now: string): FleetState {
  const waiting = state.waiting.filter(({ expiresAt }) => expiresAt > now);
  const spent = policy?.budget ? dropOld(state.spent, policy.budget.window, now) : state.spent;
  return { ...state, waiting, spent };
}
