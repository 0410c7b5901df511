/**
 * Between what bounds a gate's number lies over all rows, whatever the labels of those without one are, and what the gate
 * says where these are the worst.
 *
 * Owns: the bounds, the rows with the worst labels. Does not own: which labels are the worst (worst-labels.ts), the verdict.
 *
 * Invariant: no labels give a value outside of the bounds, and some labels reach them, but for a gain of metrics that see more
 * than single rows, whose bounds are those of both sides at once.
 */
import { type GateConfig, type MetricGate, sourceOf } from '../config/gate-schema.ts';
import { type Direction, findMetric, idealOf } from '../config/metric-catalog.ts';
import type { GateResult } from '../domain/gate-report.ts';
import { counted } from '../domain/plural.ts';
import { computeMetric } from './compute-metric.ts';
import type { Side } from './evidence.ts';
import { joinSlices, withLabels } from './join-rows.ts';
import { show } from './measure-gate.ts';
import type { Predictions, Rows } from './rows.ts';
import { boundGap } from './worst-gaps.ts';
import { type Ends, endsOfGain, endsOfValue } from './worst-labels.ts';

type Bounds = NonNullable<GateResult['unlabelled']>;
/** An end that is infinite is one, too. */
interface Range {
  readonly low: number;
  readonly high: number;
}
type Known = Range | { readonly why: string };

/** Null where every row has a label, the job reports the number, or the gate counts rows itself. */
export function boundUnlabelled(
  gate: GateConfig,
  predictions: Predictions | null,
): { readonly bounds: Bounds; readonly known: Known } | null {
  if (gate.kind === 'data' || !predictions?.unlabelled || sourceOf(gate) === 'reported') return null;
  const rows = predictions.unlabelled.labels.length;
  const known = gate.kind === 'gap' ? boundGap(gate, predictions) : rangeOf(gate, predictions);
  const shown = (end: number): number | null => (Number.isFinite(end) ? end : null);
  const bounds =
    'why' in known
      ? { rows, low: null, high: null }
      : { rows, low: shown(known.low), high: shown(known.high) };
  return { bounds, known };
}

/** The same behind a gate's sentence. */
export function describeUnlabelled(gate: GateConfig, { rows, low, high }: Bounds, known: Known): string {
  const have = `${counted(rows, 'row')} ${rows === 1 ? 'has' : 'have'} no label`;
  if ('why' in known) return `; ${have}, and no bounds are known of what they could change: ${known.why}`;
  const subject = gate.kind === 'bound' ? gate.metric : gate.kind === 'gap' ? 'the gap' : 'the gain';
  if (low === null && high === null)
    return `; ${have}, with which ${subject} over all rows could be anything`;
  const between =
    high === null
      ? `${show(low!)} or more, without a limit`
      : low === null
        ? `${show(high)} or less, without a limit`
        : `between ${show(low)} and ${show(high)}`;
  return `; ${have}: whatever they are, ${subject} over all rows is ${between}`;
}

function rangeOf(gate: MetricGate, predictions: Predictions): Known {
  if (gate.kind === 'bound') return rangeOfValue(gate.metric, 'challenger', predictions);
  const [least, greatest] = [false, true].map((most) => endsOfGain(gate, predictions.unlabelled!, most));
  const { better } = findMetric(gate.metric)!;
  const gain = (rows: Rows): number | null => {
    const [challenger, champion] = [
      computeMetric(rows, 'challenger', gate.metric),
      computeMetric(rows, 'champion', gate.metric),
    ];
    return challenger === null || champion === null ? null : gainOfValues(better, challenger, champion);
  };
  const single = measureEnds(least!, greatest!, predictions, gain, gate.metric);
  if (!('why' in single)) return single;
  const [ours, theirs] = [
    rangeOfValue(gate.metric, 'challenger', predictions),
    rangeOfValue(gate.metric, 'champion', predictions),
  ];
  if ('why' in ours || 'why' in theirs) return single;
  return apart(better, ours, theirs);
}

function rangeOfValue(metric: string, side: Side, predictions: Predictions): Known {
  const ends = (most: boolean): Ends => endsOfValue(metric, side, predictions, predictions.unlabelled!, most);
  return measureEnds(
    ends(false),
    ends(true),
    predictions,
    (rows) => computeMetric(rows, side, metric),
    metric,
  );
}

function measureEnds(
  least: Ends,
  greatest: Ends,
  predictions: Predictions,
  measure: (rows: Rows) => number | null,
  metric: string,
): Known {
  const undefinedSome = { why: `some labels leave ${metric} undefined` };
  const endOf = (ends: Ends, sign: 1 | -1): number | null | { why: string } => {
    if (ends === 'open') return sign * Number.POSITIVE_INFINITY;
    if ('why' in ends) return ends;
    let found: number | null = null;
    for (const labels of ends.labellings()) {
      const value = measure(withLabels(predictions, labels));
      if (value === null) return null;
      if (found === null || sign * (value - found) > 0) found = value;
    }
    return found;
  };
  const [low, high] = [endOf(least, -1), endOf(greatest, 1)];
  if (low === null || high === null) return undefinedSome;
  if (typeof low === 'object') return low;
  return typeof high === 'object' ? high : { low, high };
}

const gainOfValues = (better: Direction, challenger: number, champion: number): number => {
  const ideal = idealOf(better);
  if (ideal !== null) return Math.abs(champion - ideal) - Math.abs(challenger - ideal);
  return better === 'higher' ? challenger - champion : champion - challenger;
};

/** Of two values of which each is somewhere in its range. */
function apart(better: Direction, ours: Range, theirs: Range): Known {
  const ideal = idealOf(better);
  const sizes = ({ low, high }: Range): Range => {
    if (ideal === null) return { low, high };
    const [from, to] = [Math.abs(low - ideal), Math.abs(high - ideal)];
    return { low: low <= ideal && ideal <= high ? 0 : Math.min(from, to), high: Math.max(from, to) };
  };
  const [mine, other] = [sizes(ours), sizes(theirs)];
  const range =
    better === 'higher'
      ? { low: mine.low - other.high, high: mine.high - other.low }
      : { low: other.low - mine.high, high: other.high - mine.low };
  return Number.isNaN(range.low) || Number.isNaN(range.high)
    ? { why: 'both sides could be as large as any' }
    : range;
}

/**
 * All rows, those without a label with the worst that they could have for the gate's rule, slices and all; or why nobody
 * knows which these are.
 */
export function withWorstLabels(
  gate: MetricGate,
  predictions: Predictions,
): Predictions | { readonly why: string } {
  const most = gate.kind === 'bound' && gate.atLeast === undefined;
  const others = predictions.unlabelled!;
  const ends =
    gate.kind === 'bound'
      ? endsOfValue(gate.metric, 'challenger', predictions, others, most)
      : endsOfGain(gate, others, most);
  if (ends === 'open') return { why: `a label could be any number, and ${gate.metric} with it` };
  if ('why' in ends) return ends;
  if (gate.slices && !ends.separable) return { why: `of ${gate.metric} no worst labels are known in slices` };
  let found: { rows: Rows; value: number } | null = null;
  for (const labels of ends.labellings()) {
    const rows = withLabels(predictions, labels);
    if (ends.separable) return { ...predictions, ...rows, unlabelled: null, slices: joinSlices(predictions) };
    const value = computeMetric(rows, 'challenger', gate.metric);
    if (value === null) return { why: `some labels leave ${gate.metric} undefined` };
    if (!found || (most ? value > found.value : value < found.value)) found = { rows, value };
  }
  return { ...predictions, ...found!.rows, unlabelled: null, slices: joinSlices(predictions) };
}
