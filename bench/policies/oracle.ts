/**
 * The least that runs placed with full knowledge could have cost in the test part: a bound for every rule. Pure.
 *
 * By dynamic programming over the windows from which a new version serves. It knows no gate, no budget for a stretch, and no run under way, and
 * may place its first run one window before the test part counts, as every rule may at its end.
 */
import { playLength, trainedAt, tuningLength, type World } from './rule.ts';

type Costs = Pick<World, 'offset' | 'delay'> & {
  readonly matrix: Pick<World['matrix'], 'errorOf'>;
};

/** What a version that serves from `window` on costs up to before each later window, as running sums. */
function segmentOf({ matrix, offset }: Costs, version: number, from: number, end: number): Float64Array {
  const sums = new Float64Array(end - from + 1);
  for (let window = from; window < end; window++)
    sums[window - from + 1] = sums[window - from]! + matrix.errorOf(version, offset + window);
  return sums;
}

/** The least loss of at most `runs` runs (infinite: as many as pay), each of which costs `price` windows full of errors besides. */
export function leastCost(
  world: Costs,
  runs: number,
  price: number,
  [begin, end]: readonly [number, number] = [tuningLength, playLength],
): number {
  const first = segmentOf(world, trainedAt(world, begin - 1), begin, end);
  // By how many windows have passed: the least cost so far of ways that change exactly there.
  let reached = new Float64Array(end - begin + 1).fill(Number.POSITIVE_INFINITY);
  reached[0] = 0;
  let best = first[end - begin]!;
  const segments = new Map<number, Float64Array>();
  const isLimited = runs !== Number.POSITIVE_INFINITY;
  for (let run = 1; run <= (isLimited ? runs : 1); run++) {
    // Without a limit a way may go on from any other: what is before a window is found by then.
    const next = isLimited ? new Float64Array(end - begin + 1).fill(Number.POSITIVE_INFINITY) : reached;
    for (let change = 2; change < end - begin; change++) {
      for (let before = 0; before < change; before++) {
        if (reached[before] === Number.POSITIVE_INFINITY) continue;
        const segment = before === 0 ? first : segments.get(before)!;
        next[change] = Math.min(next[change]!, reached[before]! + segment[change - before]! + price);
      }
      let segment = segments.get(change);
      if (!segment) {
        segment = segmentOf(world, trainedAt(world, begin + change - 2), begin + change, end);
        segments.set(change, segment);
      }
      best = Math.min(best, next[change]! + segment[end - begin - change]!);
    }
    reached = next;
  }
  return best;
}
