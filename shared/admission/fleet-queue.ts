/**
 * Whose turn it is when several models want a place of the fleet or a part of its budget. Pure.
 *
 * Owns: the order of those that wait, fair shares, and what holds one of them back. Does not own: the books (fleet.ts).
 *
 * Invariants
 * 1. Whoever may use the budget at all is not held for ever. A model that has used nothing in the window is not over its
 *    share, however small that is; each day of waiting counts as one step of priority; and for the first in line that has
 *    waited a day the budget is kept together until its run fits.
 * 2. A run that is greater than the whole budget holds nobody: it never starts.
 */
import { limitHours, shareHours } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { FleetState, FleetWaiting } from '../domain/fleet-state.ts';
import { counted } from '../domain/plural.ts';
import { findOverrun, sumHours } from './budget.ts';
import type { PlaceRequest } from './place-request.ts';
import { addMs } from './time.ts';

/** Who waits asks again after so long, even if nobody wakes it. */
export const askAgainMs = 3_600_000;
/** Who has not asked again for so long is forgotten. */
export const patienceMs = 2 * askAgainMs;
/** So much waiting counts as one step of priority, and has the budget kept together. */
const stepMs = 86_400_000;

interface FleetHold {
  readonly because: string;
  readonly changedBy: string;
  /** When it is looked at again at the latest (ISO 8601, UTC). */
  readonly until: string;
}

export function findFleetBlock(
  state: FleetState,
  request: PlaceRequest,
  policy: FleetPolicy,
): FleetHold | null {
  const me = waitingOf(state, request);
  const others = state.waiting.filter((other) => other.model !== request.model);
  return (
    findBudgetHold(state, request, policy, { me, others }) ??
    findPlaceHold(state, request, policy, { me, others })
  );
}

interface Line {
  readonly me: FleetWaiting;
  readonly others: readonly FleetWaiting[];
}

function findBudgetHold(
  state: FleetState,
  request: PlaceRequest,
  { budget }: FleetPolicy,
  { me, others }: Line,
): FleetHold | null {
  if (!budget) return null;
  const { now } = request;
  const soon = addMs(now, askAgainMs);
  const overrun = findOverrun(state.spent, budget, me.estimateHours, now);
  if (overrun) {
    const changedBy =
      overrun.until === null ? 'A greater budget of the fleet.' : `Admissible from ${overrun.until}.`;
    return { because: `of the fleet, ${overrun.because()}`, changedBy, until: overrun.until ?? soon };
  }
  const able = others.filter(({ estimateHours }) => estimateHours <= limitHours(budget));
  const poorer = able.find((other) => isOverShare(state, me, request) && !isOverShare(state, other, request));
  if (poorer) {
    const because = `the model has used its share of the fleet's budget, and ${poorer.model}, which has not, waits`;
    return { because, changedBy: `Admissible once ${poorer.model} has started.`, until: soon };
  }
  const patient = able.find(
    (other) =>
      stepsOf(other, now) > 0 &&
      compare(state, other, me, request) < 0 &&
      findOverrun(state.spent, budget, me.estimateHours + other.estimateHours, now) !== null,
  );
  if (!patient) return null;
  const { model, since, estimateHours } = patient;
  const because = `what is left of the fleet's budget is kept for ${model}, which has waited since ${since} for ${hours(estimateHours)}`;
  return { because, changedBy: `Admissible once ${model} has started.`, until: soon };
}

function findPlaceHold(
  state: FleetState,
  request: PlaceRequest,
  { maximumConcurrentRuns, budget }: FleetPolicy,
  { me, others }: Line,
): FleetHold | null {
  if (state.places.some((place) => place.model === request.model)) return null;
  const most = maximumConcurrentRuns ?? Number.POSITIVE_INFINITY;
  const fits = ({ estimateHours }: FleetWaiting): boolean =>
    !budget || findOverrun(state.spent, budget, estimateHours, request.now) === null;
  const ahead = others.filter((other) => compare(state, other, me, request) < 0 && fits(other));
  if (ahead.length < most - state.places.length) return null;
  const taken = `${state.places.length} of ${counted(most, 'slot')} of the fleet ${most === 1 ? 'is' : 'are'} taken`;
  const queue =
    ahead.length > 0
      ? `, and ${ahead.map((other) => other.model).join(', ')} ${ahead.length === 1 ? 'goes' : 'go'} first`
      : '';
  const until = addMs(request.now, askAgainMs);
  return { because: `${taken}${queue}`, changedBy: 'Admissible when its turn comes.', until };
}

/** Whether a model that has used the budget would have used more than its part of it. */
function isOverShare(state: FleetState, { model, estimateHours }: FleetWaiting, division: Division): boolean {
  const used = usedBy(state, model);
  return used > 0 && used + estimateHours > shareOf(model, division);
}

/** Among whom, and by which file, the budget is divided. */
type Division = Pick<PlaceRequest, 'models' | 'now'> & { readonly policy: FleetState['policy'] };

/** A model's part of the budget by its weight, in hours. */
export function shareOf(model: string, { models, policy }: Omit<Division, 'now'>): number {
  return policy ? shareHours(model, { models, policy }) : Number.POSITIVE_INFINITY;
}

/**
 * Below 0 where `a` goes before `b`: who is below its share, then priority with a step more for each day of waiting, then
 * who has used least for its weight, then who has waited longest.
 */
function compare(state: FleetState, a: FleetWaiting, b: FleetWaiting, division: Division): number {
  const { policy, now } = division;
  const over = (entry: FleetWaiting): number => Number(isOverShare(state, entry, division));
  if (over(a) !== over(b)) return over(a) - over(b);
  const rank = (entry: FleetWaiting): number => entry.priority + stepsOf(entry, now);
  if (rank(a) !== rank(b)) return rank(b) - rank(a);
  const load = ({ model }: FleetWaiting): number => usedBy(state, model) / (policy?.shares[model] ?? 1);
  const difference = policy?.budget ? load(a) - load(b) : 0;
  if (Math.abs(difference) > 1e-9) return difference;
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return a.model < b.model ? -1 : a.model > b.model ? 1 : 0;
}

function stepsOf({ since }: FleetWaiting, now: string): number {
  return Math.max(0, Math.floor((Date.parse(now) - Date.parse(since)) / stepMs));
}

/** The signals whose turn it is now, as far as places go. */
export function nextInLine(state: FleetState, now: string): readonly string[] {
  const { policy, models } = state;
  const free = (policy?.maximumConcurrentRuns ?? Number.POSITIVE_INFINITY) - state.places.length;
  const inOrder = state.waiting.toSorted((a, b) => compare(state, a, b, { policy, models, now }));
  return inOrder.slice(0, Math.max(0, Math.min(free, inOrder.length))).map(({ signal }) => signal);
}

/** The request as one that waits: since it first did, where it is known already. */
export function waitingOf(state: FleetState, request: PlaceRequest): FleetWaiting {
  const { model, runId, signal, priority, estimateHours, now } = request;
  const since = state.waiting.find((entry) => entry.model === model)?.since ?? now;
  return { model, runId, signal, priority, estimateHours, since, expiresAt: addMs(now, patienceMs) };
}

function usedBy({ spent }: FleetState, model: string): number {
  return sumHours(spent.filter((entry) => entry.model === model));
}

function hours(value: number): string {
  return `${Number(value.toFixed(2))} h`;
}
