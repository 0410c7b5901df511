/**
 * What holds a start back at a moment: freezes, the cooldown, the rate, the budget, the quiet period. Pure.
 *
 * Each hold says until when; the one that lasts longest answers for all, because the signal cannot start before.
 */
import type { Freeze, Policy } from '../config/schema.ts';
import type { ReasonCode } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import { findOverrun } from './budget.ts';
import { freezeEnd } from './freezes.ts';
import { addMs, durationMs, earlier, formatMs } from './time.ts';

export interface Hold {
  readonly reason: Extract<ReasonCode, 'freeze' | 'cooldown' | 'rate' | 'budget' | 'quiet'>;
  /** First moment the hold is over, or is looked at again (ISO 8601, UTC). */
  readonly until: string;
  /** Why, with its numbers: `run x ended released at … and the cooldown is P1D`. */
  readonly because: string;
  /** A hold may turn a signal away instead of letting it wait. */
  readonly rejects: boolean;
  /** What ends it, where it is not `until`. */
  readonly endedBy?: string;
}

export interface HoldQuestion {
  readonly state: ModelState;
  readonly policy: Policy;
  /** ISO 8601, UTC. */
  readonly now: string;
  /** What a person asks for is not held by cooldown and quiet period, which brake automation. */
  readonly byPerson: boolean;
  /** What the run may take, in hours of jobs. */
  readonly estimateHours: number;
  /** Whether the signal comes for the first time: the quiet period begins anew. */
  readonly isNew: boolean;
}

/** Without an end in sight a hold is looked at again after so long; whoever ends it wakes those that wait. */
export const lookAgainMs = 7 * 86_400_000;

/** The hold in force that lasts longest, or null. */
export function findHold(question: HoldQuestion): Hold | null {
  const { state, policy, now, byPerson } = question;
  const holds = [
    ...(policy.freezes ?? []).map((freeze) => freezeHold(freeze, now)),
    ...(state.frozen ?? []).map((frozen) => operatorHold(frozen, now)),
    byPerson ? null : cooldownHold(state, policy),
    byPerson ? null : quietHold(question),
    rateHold(state, policy, now),
    budgetHold(question),
  ];
  const inForce = holds.filter((hold): hold is Hold => hold !== null && now < hold.until);
  return (
    inForce.find((hold) => hold.rejects) ?? inForce.sort((a, b) => (a.until < b.until ? 1 : -1))[0] ?? null
  );
}

function cooldownHold(state: ModelState, policy: Policy): Hold | null {
  const { lastRun, unsuccessful = 0 } = state;
  if (!lastRun || lastRun.restart) return null;
  const pauseMs = cooldownMs(policy, unsuccessful);
  const times =
    unsuccessful > 1 && policy.cooldownAfterFailure
      ? `, doubled after ${unsuccessful} runs without a release`
      : '';
  return {
    reason: 'cooldown',
    until: addMs(lastRun.endedAt, pauseMs),
    because: `run ${lastRun.runId} ended ${lastRun.outcome} at ${lastRun.endedAt} and the cooldown is ${formatMs(pauseMs)}${times}`,
    rejects: false,
  };
}

/** The pause after the last run: doubling with each run in a row that released nothing, where that is asked for. */
export function cooldownMs(policy: Policy, unsuccessful: number): number {
  if (unsuccessful === 0 || policy.cooldownAfterFailure === undefined) return durationMs(policy.cooldown);
  const doubled = durationMs(policy.cooldownAfterFailure) * 2 ** Math.min(unsuccessful - 1, 40);
  return Math.min(
    doubled,
    Math.max(durationMs(policy.longestCooldown), durationMs(policy.cooldownAfterFailure)),
  );
}

/** Signals still come in: the wait begins anew with each, but ends at the latest so long after the first. */
function quietHold({ state, policy, now, isNew }: HoldQuestion): Hold | null {
  const quietMs = durationMs(policy.quietPeriod ?? 'PT0S');
  if (quietMs === 0) return null;
  const latest = isNew ? now : (state.pending?.lastAt ?? now);
  const first = state.pending?.since ?? now;
  const until = earlier(addMs(latest, quietMs), addMs(first, durationMs(policy.longestWait)));
  return {
    reason: 'quiet',
    until,
    because: `a signal came at ${latest}, and runs wait until none has come for ${formatMs(quietMs)}`,
    rejects: false,
  };
}

/** Runs that started within the window count; the hold ends when the oldest of the last `count` leaves it. */
function rateHold(state: ModelState, policy: Policy, now: string): Hold | null {
  if (policy.mostRuns === undefined) return null;
  const { count, window } = policy.mostRuns;
  const since = addMs(now, -durationMs(window));
  const starts = (state.starts ?? []).filter((start) => start > since);
  const leaves = starts[starts.length - count];
  if (leaves === undefined) return null;
  return {
    reason: 'rate',
    until: addMs(leaves, durationMs(window)),
    because: `${starts.length} runs started since ${since} and the most in ${window} is ${count}`,
    rejects: false,
  };
}

function budgetHold({ state, policy, now, estimateHours }: HoldQuestion): Hold | null {
  if (policy.budget === undefined) return null;
  const overrun = findOverrun(state.spent ?? [], policy.budget, estimateHours, now);
  if (!overrun) return null;
  return {
    reason: 'budget',
    until: overrun.until ?? addMs(now, lookAgainMs),
    because: overrun.because,
    rejects: false,
    ...(overrun.until === null && {
      endedBy: 'Admissible with a greater budget, or shorter timeouts of its jobs.',
    }),
  };
}

function freezeHold(freeze: Freeze, now: string): Hold | null {
  const until = freezeEnd(freeze, now);
  if (until === null) return null;
  return {
    reason: 'freeze',
    until,
    because: `freeze ${freeze.name} is in force until ${until}`,
    rejects: freeze.answer === 'reject',
  };
}

function operatorHold(frozen: NonNullable<ModelState['frozen']>[number], now: string): Hold {
  const { by, reason, at, until } = frozen;
  const end = until === null ? 'until somebody thaws it' : `until ${until}`;
  return {
    reason: 'freeze',
    until: until ?? addMs(now, lookAgainMs),
    because: `${by} froze the model at ${at} ${end} (${reason})`,
    rejects: false,
    ...(until === null && { endedBy: 'Admissible once somebody thaws the model.' }),
  };
}
