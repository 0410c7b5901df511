/**
 * What a run will cost, and what may be spent. Pure.
 *
 * Hours are predicted by a ridge regression of the hours of past runs on the rows that had come by their start (Hoerl and
 * Kennard, Technometrics 12, 1970): the slope is shrunk as if one more run, one standard deviation off, had shown none. The
 * spending rate is kept by a virtual queue, into which runs put their hours and which drains at the rate: retraining becomes dear
 * after spending and cheap after saving (up to what the window of the budget holds, as a bucket of tokens), as the drift plus penalty of Lyapunov optimisation has it (Neely, "Stochastic Network
 * Optimization", 2010; for retraining RCCDA, arXiv 2505.24149).
 */
import { parseDurationMs } from '../config/duration.ts';
import { limitHours } from '../config/estimate.ts';
import type { Policy } from '../config/schema.ts';
import { daysBetween, type Past } from './known-past.ts';

interface Predicted {
  readonly hours: number;
  /** Past runs it was learnt from; 0: it is what the timeouts allow. */
  readonly runs: number;
  /** Of data by now. */
  readonly rows: number;
}

export function predictHours({ runs, data }: Past, timeoutHours: number): Predicted {
  const rowsAt = (at: string | null): number =>
    data.reduce((sum, each) => sum + (at === null || each.at <= at ? each.rows : 0), 0);
  const now = rowsAt(null);
  const known = runs.flatMap(({ startedAt, endedAt, hours }) =>
    endedAt !== null && hours !== null ? [{ rows: rowsAt(startedAt), hours }] : [],
  );
  const count = known.length;
  if (count === 0) return { hours: timeoutHours, runs: 0, rows: now };
  const mean = (of: (each: { rows: number; hours: number }) => number): number =>
    known.reduce((sum, each) => sum + of(each), 0) / count;
  const [meanRows, meanHours] = [mean(({ rows }) => rows), mean(({ hours }) => hours)];
  const sxx = known.reduce((sum, { rows }) => sum + (rows - meanRows) ** 2, 0);
  const sxy = known.reduce((sum, { rows, hours }) => sum + (rows - meanRows) * (hours - meanHours), 0);
  const slope = sxx === 0 ? 0 : Math.max(0, sxy / (sxx + sxx / count));
  const hours = meanHours + slope * (now - meanRows);
  // Never less than the cheapest run there was, nor more than the timeouts allow.
  const least = known.reduce((lowest, each) => Math.min(lowest, each.hours), timeoutHours);
  return { hours: Math.min(timeoutHours, Math.max(least, hours)), runs: count, rows: now };
}

interface Allowance {
  /** Hours a day. */
  readonly rate: number;
  /** The time that it is given for. */
  readonly windowDays: number;
  readonly from: 'policy.budget' | 'policy.mostRuns';
}

const daysOf = (duration: string): number => (parseDurationMs(duration) ?? 0) / 86_400_000;

/** The narrower of what budget and rate of runs allow; null: nothing says what may be spent. */
export function allowanceOf({ budget, mostRuns }: Policy, hours: number): Allowance | null {
  const allowed: Allowance[] = [];
  if (budget) {
    const windowDays = daysOf(budget.window);
    allowed.push({ rate: limitHours(budget) / windowDays, windowDays, from: 'policy.budget' });
  }
  if (mostRuns) {
    const windowDays = daysOf(mostRuns.window);
    allowed.push({ rate: (mostRuns.count * hours) / windowDays, windowDays, from: 'policy.mostRuns' });
  }
  return allowed.reduce<Allowance | null>(
    (least, each) => (least === null || each.rate < least.rate ? each : least),
    null,
  );
}

/**
 * The hours spent ahead of the rate by now; negative: saved. They are saved since the service has known the model, and no more than leaves
 * the window of the budget one run: a change often takes more than one, as the first is trained across it. A run whose hours nobody
 * knows counts as `hours`.
 */
export function queueOf(
  { runs, champions }: Past,
  { rate, windowDays }: Pick<Allowance, 'rate' | 'windowDays'>,
  hours: number,
  at: string,
): number {
  const least = Math.min(0, hours - rate * windowDays);
  const known = [runs[0]?.startedAt, champions[0]?.from].filter((since) => since !== undefined);
  let [queue, since] = [0, known.toSorted()[0] ?? at];
  for (const run of runs) {
    queue = Math.max(least, queue - rate * daysBetween(since, run.startedAt)) + (run.hours ?? hours);
    since = run.startedAt;
  }
  return Math.max(least, queue - rate * daysBetween(since, at));
}

/** What a run of so many hours costs, and the loss (metric times days) that costs as much; null: the file does not say what a loss costs. */
export function priceOf(
  { lossPerDay, budget }: Policy,
  hours: number,
): { readonly money: number; readonly lossPerDay: number; readonly loss: number } | null {
  if (lossPerDay === undefined || budget?.pricePerHour === undefined) return null;
  const money = hours * budget.pricePerHour;
  return { money, lossPerDay, loss: money / lossPerDay };
}

const isPromoted = ({ outcome }: Past['runs'][number]): boolean =>
  outcome === 'released' || outcome === 'candidate';

/** The hours of runs that were promoted; one whose hours nobody knows counts as `hours`. */
export function promotedHours({ runs }: Past, hours: number): number {
  return runs.filter(isPromoted).reduce((sum, run) => sum + (run.hours ?? hours), 0);
}

/** The chance that a run is promoted, as observed: by the rule of succession of Laplace, one of each kind beside. */
export function promotionOf({ runs }: Past): {
  readonly chance: number;
  readonly promoted: number;
  readonly ended: number;
} {
  const ended = runs.filter(
    ({ outcome }) => outcome !== null && outcome !== 'cancelled' && outcome !== 'lost',
  );
  const promoted = ended.filter(isPromoted).length;
  return { chance: (promoted + 1) / (ended.length + 2), promoted, ended: ended.length };
}
