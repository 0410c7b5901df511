import type { AgainstChampionGate, BoundGate, MetricGate } from '../config/gate-schema.ts';
import { type Direction, findMetric, idealOf, seesDecisions } from '../config/metric-catalog.ts';
import type { Finding } from '../domain/gate-report.ts';
import { computeMetric } from './compute-metric.ts';
import type { Evidence, Side } from './evidence.ts';
import type { Sample } from './find-too-few.ts';
import { inferGain, type PairedRows } from './infer-gain.ts';
import { inferValue } from './infer-value.ts';
import { describeThreshold } from './metrics/decision-rule.ts';
import { describePriors } from './priors.ts';
import type { Rows } from './rows.ts';
import { gainOf } from './scored-side.ts';
import { type Inference, type NoInference, transformInference } from './statistics/inference.ts';

/** What a gate's rule compares, measured but not yet judged. */
export interface GateMeasurement {
  readonly metric: string;
  readonly challenger: number;
  readonly champion: number | null;
  /** The challenger's value, or its gain over the champion. */
  readonly estimate: number;
  readonly limit: number;
  /** The rule holds on this side of the limit, and on the limit itself where `inclusive`. */
  readonly goal: 'above' | 'below';
  readonly inclusive: boolean;
  /** Null where the estimate decides as it is. */
  readonly inference: Inference | NoInference | null;
  readonly test: Finding['test'];
  /** The numbers in words: `accuracy 0.9612`. */
  readonly words: string;
  /** Rows measured; null for a reported number. */
  readonly n: number | null;
  /** Which of them the value is of; all of them, and each as much as the next, when omitted. */
  readonly sample?: Sample;
}

/** The side whose number is not there, or is undefined. */
interface Missing {
  readonly missing: Side;
}

/** Where a gate's numbers come from: rows, or what the job reports. */
type Numbers = { readonly rows: Rows } | { readonly reported: Evidence['reported'] };

export function measureGate(gate: MetricGate, numbers: Numbers): GateMeasurement | Missing {
  const numberOf = (side: Side): number | null =>
    'rows' in numbers ? computeMetric(numbers.rows, side, gate.metric) : numbers.reported(side, gate.metric);
  const challenger = numberOf('challenger');
  if (challenger === null) return { missing: 'challenger' };
  if (gate.kind === 'bound') return measureBound(gate, challenger, numbers);
  const champion = numberOf('champion');
  if (champion === null) return { missing: 'champion' };
  return measureComparison(gate, challenger, champion, numbers);
}

function measureBound(gate: BoundGate, challenger: number, numbers: Numbers): GateMeasurement {
  const fromRows = 'rows' in numbers;
  return {
    metric: gate.metric,
    challenger,
    champion: fromRows
      ? computeMetric(numbers.rows, 'champion', gate.metric)
      : numbers.reported('champion', gate.metric),
    estimate: challenger,
    limit: gate.atLeast ?? gate.atMost ?? Number.NaN,
    goal: gate.atLeast === undefined ? 'below' : 'above',
    inclusive: true,
    inference:
      gate.confidence === undefined
        ? null
        : fromRows
          ? inferValue(gate.metric, numbers.rows)
          : { why: 'a reported number has no rows' },
    test: null,
    words: `${gate.metric}${atThreshold(gate.metric, numbers)} ${show(challenger)}`,
    n: fromRows ? numbers.rows.labels.length : null,
  };
}

function measureComparison(
  gate: AgainstChampionGate,
  challenger: number,
  champion: number,
  numbers: Numbers,
): GateMeasurement {
  const better = findMetric(gate.metric)?.better ?? gate.better ?? 'higher';
  const margin = gate.marginIs === 'relative' ? gate.margin * Math.abs(champion) : gate.margin;
  const superiority = gate.rule === 'superiority';
  const limit = superiority || margin === 0 ? margin : -margin;
  const found =
    'rows' in numbers ? inferBeyond(gate, { better, limit, champion }, numbers.rows as PairedRows) : null;
  // Rounded to 12 digits: 0.95 - 0.94 must not miss a gain of 0.01 by a rounding error.
  const estimate = Number(gainOf(better, challenger, champion).toPrecision(12));
  return {
    metric: gate.metric,
    challenger,
    champion,
    estimate,
    limit,
    goal: 'above',
    // An interval that ends on the limit shows nothing; a reported number on it is within the margin.
    inclusive: found === null && !superiority,
    inference: found?.inference ?? null,
    test: found?.test ?? null,
    words: `${gate.metric}${atThreshold(gate.metric, numbers)} ${show(challenger)} against champion's ${show(champion)}: gain ${show(estimate)}`,
    n: 'rows' in numbers ? numbers.rows.labels.length : null,
  };
}

interface Comparing {
  readonly better: Direction;
  readonly limit: number;
  /** The champion's value. */
  readonly champion: number;
}

/**
 * The gain. Where its margin is a share of the champion's value, that is no more certain than the value is: the gain less
 * the margin is then a gain over so many times the champion, row by row (a linear contrast, as Fieller's of a ratio), and
 * its interval is shown around the gain.
 */
function inferBeyond(
  { metric, marginIs }: AgainstChampionGate,
  { better, limit, champion }: Comparing,
  rows: PairedRows,
) {
  if (marginIs !== 'relative' || limit === 0) return inferGain(metric, rows);
  // What counts of a value that is best near zero is its size.
  const share = limit / (idealOf(better) === null ? champion : Math.abs(champion));
  const found = inferGain(metric, rows, better === 'higher' ? 1 + share : 1 - share);
  const { inference } = found;
  if ('why' in inference) return found;
  const shifted = transformInference(
    inference,
    (beyond) => beyond + limit,
    (gain) => gain - limit,
    true,
  );
  return {
    ...found,
    inference: { ...shifted, method: `${shifted.method}, less a share of the champion's value` },
  };
}

function atThreshold(metric: string, numbers: Numbers): string {
  if (!('rows' in numbers)) return '';
  const { rule } = numbers.rows;
  return `${seesDecisions(metric) ? describeThreshold(rule) : ''}${describePriors(metric, rule)}`;
}

export function show(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toPrecision(4);
}
