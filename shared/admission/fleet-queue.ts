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
import { divideHours, limitHours, sumWeights, weightOf } from '../config/estimate.ts';
import type { FleetPolicy } from '../config/fleet-schema.ts';
import type { AmongModels, FleetLimits, FleetState, FleetWaiting } from '../domain/fleet-state.ts';
import { counted } from '../domain/plural.ts';
import { allowHours, findOverrun } from './budget.ts';
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
  const { now } = request;
  const waiting = state.waiting.filter((other) => other.model !== request.model);
  // Where nobody else waits, whose turn it is is no question.
  const rank = waiting.length === 0 ? alone : ranker(state, { among: request, policy: state.policy, now });
  const me = rank(waitingOf(state, request));
  const others = waiting.map(rank);
  return (
    findBudgetHold(state, request, policy, { me, others }) ??
    findPlaceHold(state, request, policy, { me, others })
  );
}

interface Line {
  readonly me: Ranked;
  readonly others: readonly Ranked[];
}

function findBudgetHold(
  state: FleetState,
  { now }: PlaceRequest,
  { budget }: FleetPolicy,
  { me, others }: Line,
): FleetHold | null {
  if (!budget) return null;
  const soon = addMs(now, askAgainMs);
  const overrun = findOverrun(state.spent, budget, me.estimateHours, now);
  if (overrun) {
    const changedBy =
      overrun.until === null ? 'A greater budget of the fleet.' : `Admissible from ${overrun.until}.`;
    return { because: `of the fleet, ${overrun.because()}`, changedBy, until: overrun.until ?? soon };
  }
  const most = limitHours(budget);
  const able = others.filter(({ estimateHours }) => estimateHours <= most);
  const poorer = me.isOver ? able.find((other) => !other.isOver) : undefined;
  if (poorer) {
    const because = `the model has used its share of the fleet's budget, and ${poorer.model}, which has not, waits`;
    return { because, changedBy: `Admissible once ${poorer.model} has started.`, until: soon };
  }
  const allows = allowHours(state.spent, budget, now);
  const patient = able.find(
    (other) => other.steps > 0 && compare(other, me) < 0 && !allows(me.estimateHours + other.estimateHours),
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
  const allows = budget ? allowHours(state.spent, budget, request.now) : () => true;
  const ahead = others.filter((other) => compare(other, me) < 0 && allows(other.estimateHours));
  if (ahead.length < most - state.places.length) return null;
  const taken = `${state.places.length} of ${counted(most, 'slot')} of the fleet ${most === 1 ? 'is' : 'are'} taken`;
  const until = addMs(request.now, askAgainMs);
  return { because: `${taken}${describeQueue(ahead)}`, changedBy: 'Admissible when its turn comes.', until };
}

/** Of those that go first so many are named. */
const namesAtMost = 10;

function describeQueue(ahead: readonly Ranked[]): string {
  if (ahead.length === 0) return '';
  const names = ahead.slice(0, namesAtMost).map(({ model }) => model);
  const more = ahead.length - names.length;
  const all = more > 0 ? `${names.join(', ')} and ${counted(more, 'other model')}` : names.join(', ');
  return `, and ${all} ${ahead.length === 1 ? 'goes' : 'go'} first`;
}

/** Among whom, and by which file, the budget is divided. */
interface Division {
  readonly among: AmongModels;
  readonly policy: FleetState['policy'];
  readonly now: string;
}

/** Who waits, with all that its place in the line hangs on. */
interface Ranked extends FleetWaiting {
  /** Whether a model that has used the budget would have used more than its part of it. */
  readonly isOver: boolean;
  /** Days of waiting: a step of priority each. */
  readonly steps: number;
  /** Hours used, for its weight. */
  readonly load: number;
}

const alone = (entry: FleetWaiting): Ranked => ({ ...entry, isOver: false, steps: 0, load: 0 });

/** What is spent is added up once, and the weights are: there may be ten thousand models, and all of them may wait. */
function ranker({ spent }: FleetState, { among, policy, now }: Division): (entry: FleetWaiting) => Ranked {
  let share: ((model: string) => number) | undefined;
  const shareOf = (model: string): number => {
    share ??= policy
      ? divideHours({ weights: weightsOf(among, policy), policy })
      : () => Number.POSITIVE_INFINITY;
    return share(model);
  };
  const used = new Map<string, number>();
  for (const { model = '', computeHours } of spent) used.set(model, (used.get(model) ?? 0) + computeHours);
  const nowMs = Date.parse(now);
  return (entry) => {
    const { model, estimateHours, since } = entry;
    const own = used.get(model) ?? 0;
    return {
      ...entry,
      isOver: own > 0 && own + estimateHours > shareOf(model),
      steps: Math.max(0, Math.floor((nowMs - Date.parse(since)) / stepMs)),
      load: policy?.budget ? own / weightOf(policy.shares, model) : 0,
    };
  };
}

function weightsOf({ weights, models = [] }: AmongModels, { shares }: FleetLimits): number {
  return weights ?? sumWeights(models, shares);
}

/**
 * Below 0 where `a` goes before `b`: who is below its share, then priority with a step more for each day of waiting, then
 * who has used least for its weight, then who has waited longest.
 */
function compare(a: Ranked, b: Ranked): number {
  if (a.isOver !== b.isOver) return Number(a.isOver) - Number(b.isOver);
  const rank = ({ priority, steps }: Ranked): number => priority + steps;
  if (rank(a) !== rank(b)) return rank(b) - rank(a);
  const difference = a.load - b.load;
  if (Math.abs(difference) > 1e-9) return difference;
  if (a.since !== b.since) return a.since < b.since ? -1 : 1;
  return a.model < b.model ? -1 : a.model > b.model ? 1 : 0;
}

/** The signals whose turn it is now, as far as places go. */
export function nextInLine(state: FleetState, now: string): readonly string[] {
  const { policy, waiting } = state;
  const free = (policy?.maximumConcurrentRuns ?? Number.POSITIVE_INFINITY) - state.places.length;
  if (free <= 0 || waiting.length === 0) return [];
  const inOrder = waiting.map(ranker(state, { among: state, policy, now })).sort(compare);
  return inOrder.slice(0, Math.min(free, inOrder.length)).map(({ signal }) => signal);
}

/** The request as one that waits: since it first did, where it is known already. */
export function waitingOf(state: FleetState, request: PlaceRequest): FleetWaiting {
  const { model, runId, signal, priority, estimateHours, now } = request;
  const since = state.waiting.find((entry) => entry.model === model)?.since ?? now;
  return { model, runId, signal, priority, estimateHours, since, expiresAt: addMs(now, patienceMs) };
}

function hours(value: number): string {
  return `${Number(value.toFixed(2))} h`;
}
