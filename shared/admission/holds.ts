/**
 * What holds a start back at a moment: freezes, the cooldown, the rate. Pure.
 *
 * Each hold says until when; the one that lasts longest answers for all, because the signal cannot start before.
 */
import { openCron } from '../config/cron.ts';
import { parseDurationMs } from '../config/duration.ts';
import type { Freeze, Policy } from '../config/schema.ts';
import type { ReasonCode } from '../domain/decision.ts';
import type { ModelState } from '../domain/model-state.ts';

export interface Hold {
  readonly reason: Extract<ReasonCode, 'freeze' | 'cooldown' | 'rate'>;
  /** First moment the hold is over (ISO 8601, UTC). */
  readonly until: string;
  /** Why, with its numbers: `run x ended released at … and the cooldown is P1D`. */
  readonly because: string;
  /** A hold may turn a signal away instead of letting it wait. */
  readonly rejects: boolean;
}

/** The hold in force that lasts longest, or null. What a person asks for is not held by the cooldown. */
export function findHold(state: ModelState, policy: Policy, now: string, byPerson: boolean): Hold | null {
  const holds = [
    ...(policy.freezes ?? []).map((freeze) => freezeHold(freeze, now)),
    byPerson ? null : cooldownHold(state, policy),
    rateHold(state, policy, now),
  ];
  const inForce = holds.filter((hold): hold is Hold => hold !== null && now < hold.until);
  return (
    inForce.find((hold) => hold.rejects) ?? inForce.sort((a, b) => (a.until < b.until ? 1 : -1))[0] ?? null
  );
}

function cooldownHold(state: ModelState, policy: Policy): Hold | null {
  const { lastRun, unsuccessful = 0 } = state;
  if (!lastRun) return null;
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

/** When the freeze in force at `now` ends, or null where none is. Repeated freezes that overlap are one. */
export function freezeEnd(freeze: Freeze, now: string): string | null {
  if (freeze.from !== undefined && freeze.until !== undefined) {
    const [from, until] = [toUtc(freeze.from), toUtc(freeze.until)];
    return from <= now && now < until ? until : null;
  }
  if (freeze.cron === undefined || freeze.lasts === undefined) return null;
  const lastsMs = durationMs(freeze.lasts);
  const cron = openCron(freeze.cron, freeze.timeZone);
  let end: string | null = null;
  for (let from = addMs(now, -lastsMs); ; ) {
    const begin = cron.nextRun(new Date(from))?.toISOString();
    if (begin === undefined || begin > (end ?? now)) return end;
    end = addMs(begin, lastsMs);
    from = begin;
    // A pattern that comes round more often than it lasts never ends: a month ahead is told, then looked at again.
    if (end > addMs(now, longestChainMs)) return end;
  }
}

const longestChainMs = 31 * 86_400_000;

export function addMs(time: string, ms: number): string {
  return new Date(Date.parse(time) + ms).toISOString();
}

/** The schema has checked the text; a duration that does not parse here is a broken invariant. */
export function durationMs(text: string): number {
  const ms = parseDurationMs(text);
  if (ms === null) throw new Error(`policy duration ${JSON.stringify(text)} is not an ISO 8601 duration`);
  return ms;
}

function toUtc(time: string): string {
  return new Date(time).toISOString();
}

function formatMs(ms: number): string {
  const days = ms / 86_400_000;
  return days >= 1 ? `${Number(days.toFixed(1))} days` : `${Number((ms / 3_600_000).toFixed(1))} hours`;
}
