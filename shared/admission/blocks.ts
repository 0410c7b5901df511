/**
 * What blocks a start at a moment: freezes, the cooldown, the rate, the budget, the quiet period. Pure.
 *
 * Each block says until when; the one that lasts longest answers for all, because the signal cannot start before.
 */
import type { Freeze, Policy } from '../config/schema.ts';
import type { ReasonCode } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';
import { counted } from '../domain/plural.ts';
import { findOverrun } from './budget.ts';
import { freezeEnd } from './freezes.ts';
import { durationMs, formatMs, isoOf } from './time.ts';

export interface Block {
  readonly reason: Extract<ReasonCode, 'freeze' | 'cooldown' | 'rate' | 'budget' | 'quiet'>;
  /** First moment the block is over, or is looked at again (ISO 8601, UTC). */
  readonly until: string;
  /** Why, with its numbers: `run x ended released at … and the cooldown is P1D`. Found where somebody is told. */
  readonly because: () => string;
  /** A block may turn a signal away instead of letting it wait. */
  readonly rejects: boolean;
  /** What ends it, where it is not `until`. */
  readonly endedBy?: string;
}

interface BlockQuestion {
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

/** A block before it is known whether it is the one that answers. */
interface Candidate {
  readonly reason: Block['reason'];
  readonly untilMs: number;
  readonly rejects?: boolean;
  readonly because: () => string;
  readonly endedBy?: string;
}

/** Without an end in sight a block is looked at again after so long; whoever ends it wakes those that wait. */
export const lookAgainMs = 7 * 86_400_000;

/** The block in force that lasts longest, or null. One that turns signals away goes before all others. */
export function findBlock(question: BlockQuestion): Block | null {
  const nowMs = Date.parse(question.now);
  let longest: Candidate | null = null;
  for (const candidate of findCandidates(question, nowMs)) {
    if (candidate === null || candidate.untilMs <= nowMs) continue;
    if (candidate.rejects) return describe(candidate);
    if (longest === null || candidate.untilMs > longest.untilMs) longest = candidate;
  }
  return longest && describe(longest);
}

/** The freeze in force that lasts longest, in a sentence; null: none. */
export function findFreeze(
  state: Pick<ModelState, 'frozen'>,
  freezes: Policy['freezes'],
  now: string,
): { readonly because: string; readonly until: string } | null {
  const nowMs = Date.parse(now);
  const inForce = [
    ...freezes.map((freeze) => freezeBlock(freeze, now)),
    ...(state.frozen ?? []).map((frozen) => operatorBlock(frozen, nowMs)),
  ].filter((candidate) => candidate !== null && candidate.untilMs > nowMs);
  const [longest] = inForce.sort((a, b) => b!.untilMs - a!.untilMs);
  return longest ? { because: longest.because(), until: isoOf(longest.untilMs) } : null;
}

function findCandidates(question: BlockQuestion, nowMs: number): (Candidate | null)[] {
  const { state, policy, now, byPerson } = question;
  const candidates: (Candidate | null)[] = [rateBlock(state, policy, nowMs), budgetBlock(question, nowMs)];
  for (const freeze of policy.freezes ?? []) candidates.push(freezeBlock(freeze, now));
  for (const frozen of state.frozen ?? []) candidates.push(operatorBlock(frozen, nowMs));
  if (!byPerson) candidates.push(cooldownBlock(state, policy), quietBlock(question, nowMs));
  return candidates;
}

function describe({ reason, untilMs, rejects = false, because, endedBy }: Candidate): Block {
  const until = isoOf(untilMs);
  return { reason, until, because, rejects, ...(endedBy !== undefined && { endedBy }) };
}

function cooldownBlock(state: ModelState, policy: Policy): Candidate | null {
  const { lastRun, unsuccessful = 0 } = state;
  if (!lastRun || lastRun.restart) return null;
  const pauseMs = cooldownMs(policy, unsuccessful);
  return {
    reason: 'cooldown',
    untilMs: Date.parse(lastRun.endedAt) + pauseMs,
    because: () => {
      const times =
        unsuccessful > 1 && policy.cooldownAfterFailure
          ? `, doubled after ${unsuccessful} runs without a release`
          : '';
      return `run ${lastRun.runId} ended ${lastRun.outcome} at ${lastRun.endedAt} and the cooldown is ${formatMs(pauseMs)}${times}`;
    },
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
function quietBlock({ state, policy, now, isNew }: BlockQuestion, nowMs: number): Candidate | null {
  const quietMs = durationMs(policy.quietPeriod ?? 'PT0S');
  if (quietMs === 0) return null;
  const { pending } = state;
  const latest = isNew ? now : (pending?.lastAt ?? now);
  const firstMs = pending?.since === undefined ? nowMs : Date.parse(pending.since);
  return {
    reason: 'quiet',
    untilMs: Math.min(Date.parse(latest) + quietMs, firstMs + durationMs(policy.longestWait)),
    because: () => `a signal came at ${latest}, and runs wait until none has come for ${formatMs(quietMs)}`,
  };
}

/** Runs that started within the window count; the block ends when the oldest of the last `count` leaves it. */
function rateBlock({ starts = [] }: ModelState, { mostRuns }: Policy, nowMs: number): Candidate | null {
  const leaves = mostRuns && starts[starts.length - mostRuns.count];
  if (leaves === undefined) return null;
  const { count, window } = mostRuns!;
  return {
    reason: 'rate',
    untilMs: Date.parse(leaves) + durationMs(window),
    because: () => {
      const since = isoOf(nowMs - durationMs(window));
      const started = starts.filter((start) => start > since).length;
      return `${counted(started, 'run')} started since ${since} and the most in ${window} is ${count}`;
    },
  };
}

function budgetBlock({ state, policy, now, estimateHours }: BlockQuestion, nowMs: number): Candidate | null {
  if (policy.budget === undefined) return null;
  const overrun = findOverrun(state.spent ?? [], policy.budget, estimateHours, now);
  if (!overrun) return null;
  const isEndless = overrun.until === null;
  return {
    reason: 'budget',
    untilMs: isEndless ? nowMs + lookAgainMs : Date.parse(overrun.until!),
    because: overrun.because,
    ...(isEndless && { endedBy: 'Admissible with a greater budget, or shorter timeouts of its jobs.' }),
  };
}

function freezeBlock(freeze: Freeze, now: string): Candidate | null {
  const until = freezeEnd(freeze, now);
  if (until === null) return null;
  return {
    reason: 'freeze',
    untilMs: Date.parse(until),
    because: () => `freeze ${freeze.name} is in force until ${until}`,
    rejects: freeze.answer === 'reject',
  };
}

function operatorBlock(frozen: NonNullable<ModelState['frozen']>[number], nowMs: number): Candidate {
  const { by, reason, at, until } = frozen;
  return {
    reason: 'freeze',
    untilMs: until === null ? nowMs + lookAgainMs : Date.parse(until),
    because: () => {
      const end = until === null ? 'until somebody thaws it' : `until ${until}`;
      return `${by} froze the model at ${at} ${end} (${reason})`;
    },
    ...(until === null && { endedBy: 'Admissible once somebody thaws the model.' }),
  };
}
