/** A check of the requests that a version was sent, with all that one look has to say about it. */
import type { CheckConfig } from '../../config/check-schema.ts';
import type { Tally } from '../../domain/request-counts.ts';
import { exactDifference } from '../statistics/exact-difference.ts';
import { exactProportion } from '../statistics/exact-proportion.ts';
import type { Inference } from '../statistics/inference.ts';

/** A look that is due. */
export interface RequestLook {
  readonly deployment: string;
  /** Those that answered beside it, to compare with. */
  readonly champions: readonly string[];
  readonly mirrored: boolean;
  readonly checks: readonly CheckConfig[];
  /** Share of the error that this look may spend on going on, and on going back; 0: nothing comes of it. */
  readonly forwardShare: number;
  readonly backShare: number;
  readonly minimumRequests: number;
}

/** A side of a check: how many requests, and how many of them were bad. */
export interface Side {
  readonly requests: number;
  /** Null: not counted. */
  readonly bad: Tally | null;
}

/** A check with what it is held against, for the verdict and for its sentence. */
export interface CheckAtLook {
  readonly check: CheckConfig;
  readonly look: RequestLook;
  readonly challenger: Side;
  readonly champion: Side;
  /** One-sided errors that this look may spend on the check; 0: none. */
  readonly forwardError: number;
  readonly backError: number;
}

/** What the look may spend on a check. All must hold for a step forward, and any of them rolls back. */
export function atLook(
  check: CheckConfig,
  look: RequestLook,
  sides: Pick<CheckAtLook, 'challenger' | 'champion'>,
): CheckAtLook {
  const error = (1 - check.confidence) / 2;
  const [forwardError, backError] = [
    error * look.forwardShare,
    (error * look.backShare) / look.checks.length,
  ];
  return { check, look, ...sides, forwardError, backError };
}

/** About the share of bad requests, or how much more of them than the champion's; null: nothing was counted. */
export function infer(
  { check, challenger, champion }: Pick<CheckAtLook, 'check' | 'challenger' | 'champion'>,
  direction: 'forward' | 'back',
): Inference | null {
  if (challenger.bad === null || challenger.requests === 0) return null;
  const forward = direction === 'forward';
  const bad = forward ? challenger.bad.most : challenger.bad.least;
  if (check.worseBy === undefined) return exactProportion(bad, challenger.requests);
  if (champion.bad === null || champion.requests === 0) return null;
  return exactDifference(
    { successes: bad, trials: challenger.requests },
    { successes: forward ? champion.bad.least : champion.bad.most, trials: champion.requests },
  );
}

export function limitOf({ atMost, worseBy }: CheckConfig): number {
  return worseBy ?? atMost!;
}

/** So many bad requests may be one mishap: a caller that repeats itself, an instance that has just been started. */
const mishapsAtMost = 2;

/** Whether the check is shown to be violated: what is unclear is taken for the version's good. */
export function isBeyond(at: CheckAtLook): boolean {
  const seen = infer(at, 'back');
  if (seen === null || !(at.backError > 0) || at.challenger.bad!.least <= mishapsAtMost) return false;
  return seen.atMost(limitOf(at.check)) <= at.backError;
}

/** Whether the check is shown to hold: what is unclear is taken for the worse. */
export function isWithin(at: CheckAtLook): boolean {
  const { challenger, look, check, forwardError } = at;
  if (challenger.requests < look.minimumRequests || !(forwardError > 0)) return false;
  const seen = infer(at, 'forward');
  return seen !== null && seen.atLeast(limitOf(check)) <= forwardError;
}
