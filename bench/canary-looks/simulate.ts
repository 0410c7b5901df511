/** How often looks at a running canary let by luck what they must not, and how soon they find what is broken. */
import type { CheckConfig } from '../../shared/config/check-schema.ts';
import { lookShare } from '../../shared/domain/look-share.ts';
import {
  atLook,
  type CheckAtLook,
  infer,
  isBeyond,
  limitOf,
  type RequestLook,
} from '../../shared/gates/requests/check-at-look.ts';
import { exactProportion } from '../../shared/gates/statistics/exact-proportion.ts';
import { drawBinomial, seedRandom } from '../../shared/gates/statistics/random.ts';
import type { Cell } from './cells.ts';

/** In how many of the worlds, as a share with the exact 95 % interval that so many worlds leave. */
export interface Share {
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** Looks that all spend what a first and only one may, and looks that share it. */
const ways = ['each', 'shared'] as const;
const directions = ['forward', 'back'] as const;
export type Outcome = Readonly<
  Record<(typeof ways)[number], Readonly<Record<(typeof directions)[number], Share>>>
>;

export interface Settings {
  readonly seed: string;
  readonly worlds: number;
}

/** One-sided, as checks with 95 % confidence promise it. */
export const alpha = 0.025;

function lookAt(check: CheckConfig, share: number): RequestLook {
  const names = { deployment: 'challenger', champions: ['champion'], mirrored: false };
  return { ...names, checks: [check], forwardShare: share, backShare: share, minimumRequests: 1 };
}

interface Counts {
  requests: number;
  bad: number;
  championRequests: number;
  championBad: number;
}

function checkAt(check: CheckConfig, share: number, counts: Counts): CheckAtLook {
  const { requests, bad, championRequests, championBad } = counts;
  return atLook(check, lookAt(check, share), {
    challenger: { requests, bad: { least: bad, most: bad } },
    champion: { requests: championRequests, bad: { least: championBad, most: championBad } },
  });
}

/** Worlds in which a version exactly at the limit is ever let forward, and ever rolled back, every look counting for both. */
export function judgeAtLimit(cell: Cell, { seed, worlds }: Settings): Outcome {
  const seen = { each: { forward: 0, back: 0 }, shared: { forward: 0, back: 0 } };
  const pValues = rememberPValues(cell.check);
  for (let world = 0; world < worlds; world++) {
    const ever = { each: { forward: false, back: false }, shared: { forward: false, back: false } };
    for (const [at, counts] of drawLooks(
      cell,
      `${seed}/${cell.name}/${cell.requests}/${cell.looks}/${world}`,
    ).entries()) {
      const p = pValues(counts);
      for (const way of ways) {
        const errors = checkAt(cell.check, way === 'each' ? 1 : lookShare(at + 1), counts);
        if (p.forward <= errors.forwardError) ever[way].forward = true;
        // As if one bad request were enough, which it is not: the bound holds without that rule.
        if (p.back <= errors.backError) ever[way].back = true;
      }
    }
    for (const way of ways)
      for (const direction of directions) if (ever[way][direction]) seen[way][direction]++;
  }
  const share = (way: (typeof ways)[number]) => ({
    forward: shareOf(seen[way].forward, worlds),
    back: shareOf(seen[way].back, worlds),
  });
  return { each: share('each'), shared: share('shared') };
}

/** The same counts come up again and again. */
function rememberPValues(check: CheckConfig): (counts: Counts) => { forward: number; back: number } {
  const known = new Map<string, { forward: number; back: number }>();
  return (counts) => {
    const key = Object.values(counts).join('/');
    const found = known.get(key);
    if (found) return found;
    const limit = limitOf(check);
    const seen = infer(checkAt(check, 1, counts), 'forward')!;
    // Only one of the two can be small.
    const isBelow = seen.estimate < limit;
    const p = {
      forward: isBelow ? seen.atLeast(limit) : 1,
      back: isBelow ? 1 : seen.atMost(limit),
    };
    known.set(key, p);
    return p;
  };
}

function drawLooks(cell: Cell, seed: string): Counts[] {
  const random = seedRandom(seed);
  const sum: Counts = { requests: 0, bad: 0, championRequests: 0, championBad: 0 };
  return Array.from({ length: cell.looks }, (_, at) => {
    const requests = Math.max(1, Math.round((cell.requests * (at + 1)) / cell.looks)) - sum.requests;
    const champions = requests * cell.championTimes;
    sum.requests += requests;
    sum.bad += drawBinomial(random, requests, cell.rate);
    if (cell.check.worseBy !== undefined) {
      sum.championRequests += champions;
      sum.championBad += drawBinomial(random, champions, cell.championRate);
    }
    return { ...sum };
  });
}

/** When a broken version is rolled back: the median and the latest of nineteen in twenty worlds. */
export interface Found {
  readonly check: string;
  readonly rate: number;
  readonly requestsALook: number;
  readonly looks: { readonly median: number; readonly late: number };
  readonly requests: { readonly median: number; readonly late: number };
}

interface Broken {
  readonly check: CheckConfig;
  readonly rate: number;
  readonly championRate: number;
  readonly requestsALook: number;
}

const longest = 1000;

export function findBroken(broken: Broken, { seed, worlds }: Settings): Found {
  const { check, rate, championRate, requestsALook } = broken;
  const looks = Array.from({ length: worlds }, (_, world) => {
    const random = seedRandom(`${seed}/broken/${rate}/${requestsALook}/${world}`);
    const counts = { requests: 0, bad: 0, championRequests: 0, championBad: 0 };
    for (let look = 1; look <= longest; look++) {
      counts.requests += requestsALook;
      counts.bad += drawBinomial(random, requestsALook, rate);
      counts.championRequests += 9 * requestsALook;
      counts.championBad += drawBinomial(random, 9 * requestsALook, championRate);
      if (isBeyond(checkAt(check, lookShare(look), counts))) return look;
    }
    return longest;
  }).sort((a, b) => a - b);
  const at = (share: number): number => looks[Math.min(worlds - 1, Math.floor(share * worlds))]!;
  const [median, late] = [at(0.5), at(0.95)];
  return {
    ...{ check: check.worseBy === undefined ? `at most ${check.atMost}` : `${check.worseBy} more`, rate },
    ...{ requestsALook, looks: { median, late } },
    requests: { median: median * requestsALook, late: late * requestsALook },
  };
}

function shareOf(count: number, worlds: number): Share {
  const { low, high } = exactProportion(count, worlds).interval(0.95);
  return { share: count / worlds, low, high };
}
