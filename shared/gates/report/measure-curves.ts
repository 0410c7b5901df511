/**
 * How the scores of each side behave, in few enough numbers to be drawn.
 *
 * Owns: reliability curves, score and residual histograms.
 * Does not own: any verdict; nothing here decides.
 *
 * Invariants
 * 1. Every number is finite, and there are no more than `bins` of them in a row, however many rows there are.
 * 2. The calibration error of the bins is the metric `ece`.
 */
import type { Task } from '../../config/metric-catalog.ts';
import type { GateReportDocument, Histogram, ReliabilityBin, SideCurves } from '../../domain/gate-report.ts';
import { scoreBin, topOf } from '../metrics/probability-metrics.ts';
import { type Rows, scoredBy } from '../rows.ts';

const reliabilityBins = 10;
const histogramBins = 20;

export function measureCurves(rows: Rows, task: Task): NonNullable<GateReportDocument['curves']> {
  const range = task === 'regression' ? findResidualRange(rows) : null;
  return {
    challenger: measureSide(rows, 'challenger', range),
    champion: rows.champion && measureSide(rows, 'champion', range),
  };
}

type Range = Pick<Histogram, 'low' | 'high'>;

function measureSide(rows: Rows, side: 'challenger' | 'champion', residualRange: Range | null): SideCurves {
  const { labels, weights } = rows;
  const scored = scoredBy(rows, side)!;
  const { scores } = scored;
  if (residualRange) {
    const residuals = countRows(residualRange, scores.length, (row) => residual(scores[row]!, labels[row]!));
    return { reliability: null, scores: null, residuals };
  }
  if (scored.classes) {
    const top = topOf(scored);
    const reliability = top && measureReliability(top.probability, top.right, weights);
    return { reliability, scores: null, residuals: null };
  }
  const ofClass = (label: number): Histogram =>
    countRows({ low: 0, high: 1 }, scores.length, (row) => (labels[row] === label ? scores[row]! : null));
  return {
    reliability: measureReliability(scores, labels, weights),
    scores: { label0: ofClass(0), label1: ofClass(1) },
    residuals: null,
  };
}

function measureReliability(
  scores: Float64Array,
  outcomes: Float64Array,
  weights: Float64Array | null,
): ReliabilityBin[] {
  const [rows, weight, score, outcome] = Array.from({ length: 4 }, () => new Float64Array(reliabilityBins));
  for (let row = 0; row < scores.length; row++) {
    const bin = scoreBin(scores[row]!, reliabilityBins);
    const counts = weights ? weights[row]! : 1;
    rows![bin]! += 1;
    weight![bin]! += counts;
    score![bin]! += counts * scores[row]!;
    outcome![bin]! += counts * outcomes[row]!;
  }
  return Array.from({ length: reliabilityBins }, (_, bin) => ({
    low: bin / reliabilityBins,
    high: (bin + 1) / reliabilityBins,
    rows: rows![bin]!,
    meanScore: share(score![bin]!, weight![bin]!),
    shareTrue: share(outcome![bin]!, weight![bin]!),
  }));
}

/** Between 0 and 1 whatever rounding does; null where there is nothing to divide by, or too much. */
function share(part: number, whole: number): number | null {
  const value = part / whole;
  return whole > 0 && Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : null;
}

/** Rows by a value; those without one are not counted. */
function countRows(range: Range, rows: number, readValue: (row: number) => number | null): Histogram {
  const { low, high } = range;
  const counts = new Array<number>(histogramBins).fill(0);
  const scale = histogramBins / (high - low);
  for (let row = 0; row < rows; row++) {
    const value = readValue(row);
    if (value === null) continue;
    counts[Math.min(histogramBins - 1, Math.max(0, Math.floor((value - low) * scale)))]! += 1;
  }
  return { low, high, counts };
}

/** So far from the greatest double that no difference of two overflows. */
const farthest = Number.MAX_VALUE / 4;

const residual = (score: number, label: number): number =>
  Math.min(farthest, Math.max(-farthest, score - label));

const sampledRows = 10_000;

/**
 * From the first to the 99th percentile of the residuals of both sides, learnt from evenly spaced rows: a single
 * outlier would leave all others in one bin.
 */
function findResidualRange({ labels, challenger, champion }: Rows): Range {
  const step = Math.max(1, Math.floor(labels.length / sampledRows));
  const sample: number[] = [];
  for (let row = 0; row < labels.length; row += step) {
    for (const scores of [challenger, champion])
      if (scores) sample.push(residual(scores[row]!, labels[row]!));
  }
  const sorted = Float64Array.from(sample).sort();
  const last = Math.max(0, sorted.length - 1);
  const low = sorted[Math.floor(0.01 * last)] ?? 0;
  const high = sorted[Math.ceil(0.99 * last)] ?? 0;
  // Residuals that are all alike still need bins that have a width.
  const least = Math.max(1e-9, Math.abs(low), Math.abs(high)) * 1e-6;
  // `|| 0`: JSON has no -0.
  return high - low > least
    ? { low: low || 0, high: high || 0 }
    : { low: low - 10 * least, high: high + 10 * least };
}
