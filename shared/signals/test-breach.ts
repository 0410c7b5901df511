/**
 * How sure it is that the true value behind a reported one lies beyond a threshold. Pure.
 *
 * Owns: which interval a number has, and that one without says why. Does not own: how sure is sure enough over many windows
 * (shared/admission/alarms.ts).
 *
 * A value is tested against the case that the true one lies at the threshold, on one side:
 * - with a standard error of its own by Student's t, of one degree of freedom less than rows where these are known;
 * - a share of the rows by the exact tail of the binomial distribution (Clopper and Pearson, Biometrika 26, 1934), and its evidence
 *   by the ratio of likelihoods, which falls with the share, so that it is no e-value more where the true one is better. A share that
 *   is no whole number of rows is rounded towards the good side;
 * - a mean of rows that lie between known bounds by Hoeffding's bound (J. Amer. Statist. Assoc. 58, 1963, theorem 1, the form
 *   with the relative entropy), which holds at every size.
 * Where only a tail is known its evidence is exp(shift z - shift^2 / 2), z being the normal quantile of the tail: a calibrator
 * (Vovk and Wang, "E-values: calibration, combination and applications", Annals of Statistics 49(3), 2021).
 * Any other number has no interval: a metric over an unknown part of the rows, or with unknown spread, says nothing of itself.
 */
import { formOf } from '../config/metric-form.ts';
import { type Evidence, shifts } from '../domain/breach-test.ts';
import { binomialCdf } from '../gates/statistics/beta.ts';
import { normalQuantile } from '../gates/statistics/normal.ts';
import { solveRising } from '../gates/statistics/solve.ts';
import { studentCdf } from '../gates/statistics/student.ts';

interface Threshold {
  readonly side: 'below' | 'above';
  readonly limit: number;
}

interface Reported {
  readonly metric: string;
  readonly value: number;
  /** Rows; null where nothing says so. */
  readonly sample: number | null;
  /** Null: it came without. */
  readonly standardError: number | null;
  /** Why it came without, where more is known. */
  readonly noError?: string | undefined;
  /** What the rule says of the value; undefined: what the metric's name says. */
  readonly valueIs: 'proportion' | undefined;
}

type Surety =
  | {
      readonly p: number;
      readonly evidence: Evidence;
      /** The true value lies no further on the good side, but for an error of 1 less `confidence`. */
      readonly boundAt: (confidence: number) => number;
    }
  | { readonly cannotSay: string };

export function testBreach(threshold: Threshold, reported: Reported): Surety {
  const tail = tailOf(threshold.side, reported);
  if ('cannotSay' in tail) return tail;
  const { chanceAt, farthest } = tail;
  const { value } = reported;
  const p = chanceAt(threshold.limit);
  return {
    p,
    evidence: tail.evidenceAt?.(threshold.limit) ?? calibrate(p),
    // The further the true value lies on the good side, the rarer the reported one: the bound is where it becomes rare enough.
    boundAt: (confidence) =>
      threshold.side === 'below'
        ? solveRising(value, farthest, (truth) => 1 - confidence - chanceAt(truth))
        : solveRising(farthest, value, (truth) => chanceAt(truth) - (1 - confidence)),
  };
}

interface Tail {
  /** How often a value as far beyond comes up where `truth` is the true one. */
  readonly chanceAt: (truth: number) => number;
  /** Where more is known than the tail. */
  readonly evidenceAt?: (limit: number) => Evidence;
  /** No true value lies further on the good side, or none that matters. */
  readonly farthest: number;
}

type Tailed = Tail | { readonly cannotSay: string };

function tailOf(side: Threshold['side'], reported: Reported): Tailed {
  const { metric, value, sample, standardError, noError, valueIs } = reported;
  if (standardError !== null) return tailOfError(side, value, sample, standardError);
  const form = valueIs === 'proportion' ? { kind: 'share' as const, low: 0, high: 1 } : formOf(metric);
  if (!form) {
    const cannotSay = `the sample alone says nothing of the spread of ${metric}, and ${noError ?? 'no standard error was reported'}`;
    return { cannotSay };
  }
  if (sample === null || sample < 1) return { cannotSay: 'nothing says over how many rows the value is' };
  const { low, high } = form;
  if (value < low || value > high) {
    return { cannotSay: `the value is no ${form.kind}: it lies outside ${low} to ${high}` };
  }
  if (form.kind === 'share') return tailOfShare(side, value, sample);
  const share = (of: number): number => (of - low) / (high - low);
  const isBeyond = (truth: number): boolean => (side === 'below' ? value < truth : value > truth);
  return {
    chanceAt: (truth) => (isBeyond(truth) ? hoeffding(share(value), share(truth), sample) : 1),
    farthest: side === 'below' ? high : low,
  };
}

/** Of rows that count, or of those that do not where the threshold is above. */
function tailOfShare(side: Threshold['side'], value: number, rows: number): Tail {
  // What is exactly a whole number of rows may be told a little beside it.
  const slack = 1e-6;
  const isBelow = side === 'below';
  const count = isBelow ? Math.ceil(value * rows - slack) : rows - Math.floor(value * rows + slack);
  const shareAt = (truth: number): number => (isBelow ? truth : 1 - truth);
  return {
    chanceAt: (truth) => binomialCdf(count, rows, shareAt(truth)),
    evidenceAt: (limit) => shifts.map((shift) => shareEvidence(count, rows, shareAt(limit), shift)),
    farthest: isBelow ? 1 : 0,
  };
}

/** A share of 0 or 1 at the threshold leaves no case beyond it, or none that a value could speak against. */
function shareEvidence(count: number, rows: number, limit: number, shift: number): number {
  if (limit <= 0 || limit >= 1) return limit >= 1 && count < rows ? mostEvidence : 0;
  const odds = (limit / (1 - limit)) * Math.exp(-shift / Math.sqrt(rows * limit * (1 - limit)));
  const other = odds / (1 + odds);
  return count * Math.log(other / limit) + (rows - count) * Math.log((1 - other) / (1 - limit));
}

function tailOfError(
  side: Threshold['side'],
  value: number,
  sample: number | null,
  standardError: number,
): Tailed {
  if (!(standardError > 0)) {
    return {
      cannotSay: 'a standard error of 0 says that rows do not differ, and nothing of how sure the value is',
    };
  }
  if (sample !== null && sample < 2) return { cannotSay: 'a standard error needs two rows at least' };
  const degrees = sample === null ? Number.POSITIVE_INFINITY : sample - 1;
  const far = 1e4 * standardError;
  const beyond = (truth: number): number => (side === 'below' ? truth - value : value - truth);
  return {
    chanceAt: (truth) => studentCdf(-beyond(truth) / standardError, degrees),
    farthest: side === 'below' ? value + far : value - far,
  };
}

/** Surer than any rule asks; beyond, a double has no tail. */
const mostEvidence = 700;

function calibrate(p: number): Evidence {
  const z = Math.max(-37, Math.min(37, -normalQuantile(p)));
  return shifts.map((shift) => Math.min(mostEvidence, shift * z - (shift * shift) / 2));
}

/** At most: how often a mean of rows between 0 and 1 comes as far from the true one. */
function hoeffding(seen: number, truth: number, rows: number): number {
  const part = (of: number, under: number): number => (of === 0 ? 0 : of * Math.log(of / under));
  return Math.min(1, Math.exp(-rows * (part(seen, truth) + part(1 - seen, 1 - truth))));
}
