/**
 * The best that so many changes of the version that serves could have done, had somebody known all losses beforehand. Pure.
 *
 * By dynamic programming over the windows: with k changes and version v in this window, what came before had v as well and k
 * changes, or any other version and one change fewer. O(windows × changes × versions). It is what regret is measured
 * against, and no policy: it knows the future.
 */

/** A version that could have served. */
export interface Candidate {
  readonly version: string;
  /** The first window that it can serve. */
  readonly from: number;
  /** What each window costs with it; null: nobody knows. */
  readonly costs: readonly (number | null)[];
}

export interface BestSchedule {
  readonly cost: number;
  /** The versions in the order in which they serve, without the first one. */
  readonly versions: readonly string[];
}

interface Change {
  readonly version: string;
  readonly before: Change | null;
}

/** The least cost of the windows up to now, and how it came about. */
interface Way {
  readonly cost: number;
  readonly last: Change | null;
}

/** `first` serves from the beginning. Null: every schedule has a window whose cost nobody knows. */
export function findBestSchedule(
  first: Candidate,
  others: readonly Candidate[],
  changesAtMost: number,
): BestSchedule | null {
  const versions = [{ ...first, from: 0 }, ...others];
  const most = others.length === 0 ? 0 : Math.min(changesAtMost, first.costs.length);
  // By the number of changes, then by the version that serves; null: there is no such way.
  let ways: (Way | null)[][] = Array.from({ length: most + 1 }, () => versions.map(() => null));
  ways[0]![0] = { cost: 0, last: null };
  for (let window = 0; window < first.costs.length; window++) {
    const cheapest = ways.map(findCheapest);
    ways = ways.map((row, changes) =>
      row.map((stays, at) => {
        const { version, from, costs } = versions[at]!;
        const cost = costs[window] ?? null;
        if (cost === null || window < from) return null;
        const other = changes > 0 ? cheapest[changes - 1]! : null;
        if (other && (!stays || other.cost < stays.cost))
          return { cost: other.cost + cost, last: { version, before: other.last } };
        return stays && { cost: stays.cost + cost, last: stays.last };
      }),
    );
  }
  const best = findCheapest(ways.map(findCheapest));
  if (!best) return null;
  const chosen: string[] = [];
  for (let change = best.last; change; change = change.before) chosen.unshift(change.version);
  return { cost: best.cost, versions: chosen };
}

function findCheapest(ways: readonly (Way | null)[]): Way | null {
  let best: Way | null = null;
  for (const way of ways) if (way && (!best || way.cost < best.cost)) best = way;
  return best;
}
