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
import { drawBinomial, type Random, seedRandom } from '../../shared/gates/statistics/random.ts';
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
  const window = { from: '2026-01-01T00:00:00Z', until: '2026-01-01T04:00:00Z' };
  const names = { deployment: 'challenger', champions: ['champion'], mirrored: false };
  const shares = { forwardShare: share, backShare: share };
  return { ...window, ...names, checks: [check], ...shares, minimumRequests: 1 };
}

interface Counts {
  readonly requests: number;
  readonly bad: number;
  readonly championRequests: number;
  readonly championBad: number;
}

/** All of the window, and the requests of its last quarter. */
interface Seen {
  readonly all: Counts;
  readonly recent: Counts;
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
    for (const [at, { all, recent }] of drawLooks(
      cell,
      `${seed}/${cell.name}/${cell.requests}/${cell.looks}/${world}`,
    ).entries()) {
      const [p, recently] = [pValues(all), pValues(recent)];
      for (const way of ways) {
        const errors = checkAt(cell.check, way === 'each' ? 1 : lookShare(at + 1), all);
        if (p.forward <= errors.forwardError) ever[way].forward = true;
        // As if one bad request were enough, which it is not: the bound holds without that rule.
        if (Math.min(p.back, recently.back) <= errors.backError) ever[way].back = true;
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
    const seen = infer(checkAt(check, 1, counts), 'forward');
    if (seen === null) return { forward: 1, back: 1 };
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

const none: Counts = { requests: 0, bad: 0, championRequests: 0, championBad: 0 };

function combine(a: Counts, b: Counts, sign: 1 | -1): Counts {
  const of = (field: keyof Counts) => a[field] + sign * b[field];
  const [requests, bad] = [of('requests'), of('bad')];
  return { requests, bad, championRequests: of('championRequests'), championBad: of('championBad') };
}

/** With the requests of one more look. */
function drawMore(before: Counts, requests: number, cell: Rates, random: Random): Counts {
  const championRequests = cell.check.worseBy === undefined ? 0 : requests * cell.championTimes;
  const bad = drawBinomial(random, requests, cell.rate);
  const championBad = drawBinomial(random, championRequests, cell.championRate);
  return combine(before, { requests, bad, championRequests, championBad }, 1);
}

type Rates = Pick<Cell, 'check' | 'rate' | 'championRate' | 'championTimes'>;

/** The latest look of these, with what came in the last quarter of them. */
function lookBack(looks: readonly Counts[]): Seen {
  const all = looks.at(-1)!;
  const quarter = Math.floor(looks.length / 4);
  const before = quarter === 0 ? all : (looks[looks.length - 1 - quarter] ?? none);
  return { all, recent: combine(all, before, -1) };
}

function drawLooks(cell: Cell, seed: string): Seen[] {
  const random = seedRandom(seed);
  const looks: Counts[] = [];
  return Array.from({ length: cell.looks }, (_, at) => {
    const before = looks.at(-1) ?? none;
    const requests = Math.max(1, Math.round((cell.requests * (at + 1)) / cell.looks)) - before.requests;
    looks.push(drawMore(before, requests, cell, random));
    return lookBack(looks);
  });
}

/** When a broken version is rolled back: the median and the latest of nineteen in twenty worlds. */
export interface Found {
  readonly check: string;
  readonly rate: number;
  readonly requestsALook: number;
  readonly goodLooks: number;
  readonly looks: { readonly median: number; readonly late: number };
  readonly requests: { readonly median: number; readonly late: number };
}

interface Broken extends Rates {
  readonly requestsALook: number;
  /** Looks at which it was as good as its champion, before. */
  readonly goodLooks: number;
}

const longest = 1000;

export function findBroken(broken: Broken, { seed, worlds }: Settings): Found {
  const { check, rate, championRate, requestsALook, goodLooks } = broken;
  const looks = Array.from({ length: worlds }, (_, world) => {
    const random = seedRandom(`${seed}/broken/${rate}/${requestsALook}/${goodLooks}/${world}`);
    const seen: Counts[] = [];
    for (let look = 1; look <= goodLooks + longest; look++) {
      const rates = look > goodLooks ? broken : { ...broken, rate: championRate };
      seen.push(drawMore(seen.at(-1) ?? none, requestsALook, rates, random));
      if (look <= goodLooks) continue;
      const share = lookShare(look);
      const { all, recent } = lookBack(seen);
      if (isBeyond(checkAt(check, share, all)) || isBeyond(checkAt(check, share, recent)))
        return look - goodLooks;
    }
    return longest;
  }).sort((a, b) => a - b);
  const at = (share: number): number => looks[Math.min(worlds - 1, Math.floor(share * worlds))]!;
  const [median, late] = [at(0.5), at(0.95)];
  return {
    ...{ check: check.worseBy === undefined ? `at most ${check.atMost}` : `${check.worseBy} more`, rate },
    ...{ requestsALook, goodLooks, looks: { median, late } },
    requests: { median: median * requestsALook, late: late * requestsALook },
  };
}

function shareOf(count: number, worlds: number): Share {
  const { low, high } = exactProportion(count, worlds).interval(0.95);
  return { share: count / worlds, low, high };
}
