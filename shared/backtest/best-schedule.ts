/**
 * The best that so many runs could have done, had somebody known all losses beforehand. Pure.
 *
 * By dynamic programming: the best cost of having brought version v into service as the k-th one is that of the best
 * predecessor of fewer, with what that costs until v is there. Each version serves from its window on until the next one;
 * O(k v²) for k runs and v versions. It is what regret is measured against, and no policy: it knows the future.
 */

/** A version that a run could have trained. */
export interface Candidate {
  readonly version: string;
  /** The first window that it can serve; 0 for the one that serves from the beginning. */
  readonly from: number;
  /** What each window costs with it; null: nobody knows. */
  readonly costs: readonly (number | null)[];
}

export interface BestSchedule {
  readonly cost: number;
  /** The versions in the order in which they serve, without the first one. */
  readonly versions: readonly string[];
}

interface Way {
  readonly cost: number;
  readonly last: number;
  readonly before: Way | null;
}

/** `first` serves from the beginning. Null: no schedule of that many runs has only costs that are known. */
export function findBestSchedule(
  first: Candidate,
  others: readonly Candidate[],
  runsAtMost: number,
): BestSchedule | null {
  const versions = [{ ...first, from: 0 }, ...others.toSorted((a, b) => a.from - b.from)];
  const windows = first.costs.length;
  const spans = versions.map(({ costs }) => sumsOf(costs));
  const costOf = (version: number, until: number): number => {
    const { known, unknown } = spans[version]!;
    const { from } = versions[version]!;
    if (until <= from) return 0;
    return unknown[until]! > unknown[from]! ? Number.POSITIVE_INFINITY : known[until]! - known[from]!;
  };
  let ways: (Way | null)[] = versions.map((_, at) => (at === 0 ? { cost: 0, last: 0, before: null } : null));
  let best: Way | null = null;
  for (let runs = 0; ; runs++) {
    for (const way of ways) {
      const cost = way && way.cost + costOf(way.last, windows);
      if (cost !== null && cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { ...way!, cost };
    }
    if (runs === Math.min(runsAtMost, others.length)) break;
    ways = versions.map((candidate, at) => nextWay(ways, at, (way) => costOf(way.last, candidate.from)));
  }
  if (!best) return null;
  const chosen: string[] = [];
  for (let way: Way = best; way.before; way = way.before) chosen.unshift(versions[way.last]!.version);
  return { cost: best.cost, versions: chosen };
}

function nextWay(ways: readonly (Way | null)[], at: number, costUntil: (way: Way) => number): Way | null {
  let best: Way | null = null;
  for (let before = 0; before < at; before++) {
    const way = ways[before];
    if (!way) continue;
    const cost = way.cost + costUntil(way);
    if (cost < (best?.cost ?? Number.POSITIVE_INFINITY)) best = { cost, last: at, before: way };
  }
  return best;
}

/** Sums up to each window of what is known, and how many are not. */
function sumsOf(costs: readonly (number | null)[]) {
  const known = [0];
  const unknown = [0];
  for (const cost of costs) {
    known.push(known.at(-1)! + (cost ?? 0));
    unknown.push(unknown.at(-1)! + (cost === null ? 1 : 0));
  }
  return { known, unknown };
}
