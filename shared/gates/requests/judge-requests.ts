/**
 * Whether the requests that a version was sent speak for a step forward, or for the way back.
 *
 * Owns: the verdict of one look and its sentence. Does not own: what is counted (shared/azure/traffic-log.ts), when
 * there is a look and what it may spend (shared/release, shared/domain/look-share.ts), what becomes of the release.
 *
 * Invariants
 * 1. Passed: every check is shown to hold, with the confidence that the look is asked, and on `minimumRequests` at
 *    least. What is missing, unclear or too little never passes.
 * 2. Failed: a check is shown to be violated. That needs no minimum of requests, for those of a broken version are
 *    evidence however few, but three bad ones: one or two may be a single mishap. The end of the window is judged by
 *    itself, too: what breaks late is not outweighed by what went well before.
 * 3. More errors never turn failed into anything else, or anything else into passed; fewer never passed into anything else.
 * 4. Over all looks at a step together, a version that stands exactly at a limit is let forward with a chance of at most
 *    (1 - confidence) / 2, and with at most the same chance rolled back, however many looks and checks there are. Every
 *    interval is exact at every size: far out, where later looks ask, an approximation is wrong by orders of magnitude.
 *
 * All checks must hold for a step forward, so that each may spend all of its error there (intersection-union test, Berger,
 * Technometrics 24, 1982); any of them can roll back, so that they share what is spent on that (Bonferroni).
 */
import type { CheckConfig } from '../../config/check-schema.ts';
import type { LookedCheck, LookResult } from '../../domain/look-result.ts';
import type { RequestCounts, RequestTally, Tally } from '../../domain/request-counts.ts';
import {
  atLook,
  type CheckAtLook,
  isBeyond,
  isWithin,
  type RequestLook,
  type Side,
} from './check-at-look.ts';
import { describeFailed, describeOpen, describePassed, describeSilence } from './describe-check.ts';

type Judgement = Omit<LookResult, 'at'>;

interface CheckVerdict {
  readonly verdict: LookResult['verdict'];
  readonly sentence: string;
}

/** Sentences that a verdict tells, and checks whose numbers are kept: what is kept of a look is bounded. */
const toldAtMost = 3;
const keptAtMost = 12;

export function judgeRequests(look: RequestLook, counts: readonly RequestCounts[]): Judgement {
  const challenger = counts.filter(({ deployment }) => deployment === look.deployment);
  const champions = counts.filter(({ deployment }) => look.champions.includes(deployment));
  const requests = total(challenger);
  const silence = describeSilence(look, { challenger, champions });
  const judged = look.checks.map((check) => {
    const at = atLook(check, look, {
      challenger: countSide(check, challenger),
      champion: countSide(check, champions),
    });
    const recently = {
      challenger: countSide(
        check,
        challenger.map(({ recent }) => recent),
      ),
      champion: countSide(
        check,
        champions.map(({ recent }) => recent),
      ),
    };
    return { at, ...judgeCheck(silence === null ? at : { ...at, forwardError: 0 }, { ...at, ...recently }) };
  });
  const checks = judged.slice(0, keptAtMost).map(({ at, verdict }) => lookedCheck(at, verdict));
  const worst = (['failed', 'inconclusive', 'passed'] as const).find((verdict) =>
    judged.some((one) => one.verdict === verdict),
  );
  if (worst === undefined)
    return { verdict: 'inconclusive', sentence: 'There is no check to judge it by.', requests };
  // What is silent says why nothing could pass; its checks would only say that again.
  if (worst !== 'failed' && silence !== null)
    return { verdict: 'inconclusive', sentence: silence, requests, checks };
  const told = judged.filter(({ verdict }) => verdict === worst).map(({ sentence }) => sentence);
  const more = told.length - toldAtMost;
  const rest = more > 0 ? [`And ${more} more like that.`] : [];
  return { verdict: worst, sentence: [...told.slice(0, toldAtMost), ...rest].join(' '), requests, checks };
}

function lookedCheck(
  { check: { check, metric, slowerThanMs, atMost, worseBy }, challenger, champion }: CheckAtLook,
  verdict: LookResult['verdict'],
): LookedCheck {
  const limit = worseBy === undefined ? { atMost: atMost! } : { worseBy };
  return { check, metric, slowerThanMs: slowerThanMs ?? null, limit, verdict, challenger, champion };
}

function judgeCheck(at: CheckAtLook, recently: CheckAtLook): CheckVerdict {
  if (isBeyond(at)) return { verdict: 'failed', sentence: describeFailed(at, false) };
  if (isBeyond(recently)) return { verdict: 'failed', sentence: describeFailed(recently, true) };
  if (isWithin(at)) return { verdict: 'passed', sentence: describePassed(at) };
  return { verdict: 'inconclusive', sentence: describeOpen(at) };
}

function countSide({ metric, slowerThanMs }: CheckConfig, side: readonly RequestTally[]): Side {
  const tallies = side.map(({ errors, slow }) =>
    metric === 'error_rate' ? errors : (slow[slowerThanMs!] ?? null),
  );
  const areCounted = tallies.every((tally): tally is Tally => tally !== null);
  const sum = (end: keyof Tally) => tallies.reduce((all, tally) => all + (tally?.[end] ?? 0), 0);
  return { requests: total(side), bad: areCounted ? { least: sum('least'), most: sum('most') } : null };
}

function total(side: readonly RequestTally[]): number {
  return side.reduce((sum, { requests }) => sum + requests, 0);
}
