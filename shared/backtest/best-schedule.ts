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

/** `first` serves from the beginning. Null: every schedule has a window whose cost nobody knows. */
export function findBestSchedule(
  first: Candidate,
  others: readonly Candidate[],
  changesAtMost: number,
): BestSchedule | null {
  const versions = [{ ...first, from: 0 }, ...others];
  const free = findFreeSchedule(versions);
  if (!free || free.versions.length <= changesAtMost) return free;
  const most = others.length === 0 ? 0 : Math.min(changesAtMost, first.costs.length);
  const ways = new Ways(versions, most);
  for (let window = 0; window < first.costs.length; window++) ways.pass(window);
  return ways.best();
}

/**
 * Without a limit each window has whatever is cheapest in it. Of those that are cheapest all the way since the last change one
 * serves, so that there are no more changes than there must be. Null: there is a window whose cost nobody knows.
 */
function findFreeSchedule(versions: readonly Candidate[]): BestSchedule | null {
  let [cost, serving] = [0, versions.slice(0, 1)];
  const chosen: Candidate[] = [];
  for (let window = 0; window < versions[0]!.costs.length; window++) {
    const costOf = ({ from, costs }: Candidate): number =>
      window < from ? Number.POSITIVE_INFINITY : (costs[window] ?? Number.POSITIVE_INFINITY);
    const least = versions.reduce((min, version) => Math.min(min, costOf(version)), Number.POSITIVE_INFINITY);
    if (least === Number.POSITIVE_INFINITY) return null;
    const isCheapest = (version: Candidate): boolean => costOf(version) === least;
    const stay = serving.filter(isCheapest);
    if (stay.length === 0) chosen.push(serving[0]!);
    serving = stay.length > 0 ? stay : versions.filter(isCheapest);
    cost += least;
  }
  return {
    cost,
    versions: [...chosen.slice(1), serving[0]!]
      .map(({ version }) => version)
      .slice(chosen.length > 0 ? 0 : 1),
  };
}

/** The least cost of the windows up to now and how it came about, by the number of changes and the version that serves. */
class Ways {
  readonly #versions: readonly Candidate[];
  readonly #changes: number;
  /** Row by row; infinite: there is no such way. */
  readonly #costs: Float64Array;
  readonly #last: (Change | null)[];
  /** What this window costs with each version. */
  readonly #now: Float64Array;
  /** Of each row: the place of the least cost before this window. */
  readonly #cheapest: Int32Array;

  constructor(versions: readonly Candidate[], changes: number) {
    this.#versions = versions;
    this.#changes = changes;
    this.#costs = new Float64Array((changes + 1) * versions.length).fill(Number.POSITIVE_INFINITY);
    this.#costs[0] = 0;
    this.#last = new Array<Change | null>(this.#costs.length).fill(null);
    this.#now = new Float64Array(versions.length);
    this.#cheapest = new Int32Array(changes + 1);
  }

  pass(window: number): void {
    for (const [at, { from, costs }] of this.#versions.entries())
      this.#now[at] = window < from ? Number.POSITIVE_INFINITY : (costs[window] ?? Number.POSITIVE_INFINITY);
    for (let row = 0; row <= this.#changes; row++) this.#cheapest[row] = this.#findCheapest(row);
    // From the last row on: each is made of itself and the one before it, as they were.
    for (let row = this.#changes; row >= 0; row--)
      this.#passRow(row, row === 0 ? -1 : this.#cheapest[row - 1]!);
  }

  /** What costs infinitely much is no way, and stays none. */
  #passRow(row: number, other: number): void {
    const [costs, now, width] = [this.#costs, this.#now, this.#now.length];
    const change = other < 0 ? Number.POSITIVE_INFINITY : costs[other]!;
    for (let at = 0, place = row * width; at < width; at++, place++) {
      const stays = costs[place]!;
      costs[place] = (change < stays ? change : stays) + now[at]!;
      if (change < stays && now[at] !== Number.POSITIVE_INFINITY)
        this.#last[place] = { version: this.#versions[at]!.version, before: this.#last[other] ?? null };
    }
  }

  #findCheapest(row: number): number {
    const begin = row * this.#versions.length;
    let best = begin;
    for (let place = begin + 1; place < begin + this.#versions.length; place++)
      if (this.#costs[place]! < this.#costs[best]!) best = place;
    return best;
  }

  best(): BestSchedule | null {
    let best = 0;
    for (let place = 1; place < this.#costs.length; place++)
      if (this.#costs[place]! < this.#costs[best]!) best = place;
    const cost = this.#costs[best]!;
    if (cost === Number.POSITIVE_INFINITY) return null;
    const versions: string[] = [];
    for (let change = this.#last[best] ?? null; change; change = change.before)
      versions.unshift(change.version);
    return { cost, versions };
  }
}
