import { countConfusion, findBinaryMetric } from './binary-metrics.ts';
import type { JudgeRequest } from './judge-evidence.ts';
import { type Predictions, parsePredictions } from './parse-predictions.ts';

export type Side = 'challenger' | 'champion';

/** The evidence of one run, read and checked. */
export interface Evidence {
  readonly predictions: Predictions | null;
  /** Whether anything was reported as a number, in metrics.json or through MLflow. */
  readonly reported: boolean;
  /** A metric of one side, computed or reported; null where it is undefined or unknown. Always finite. */
  readonly metric: (side: Side, name: string) => number | null;
  /** Why the evidence as a whole cannot be used, or null. */
  readonly broken: string | null;
  readonly notes: readonly string[];
}

export function readEvidence(
  request: Pick<JudgeRequest, 'predictions' | 'metrics' | 'trackedMetrics'>,
): Evidence {
  const parsed = request.predictions === null ? null : parsePredictions(request.predictions);
  const predictions = parsed && !('broken' in parsed) ? parsed : null;
  const reported = readReported(request.metrics, request.trackedMetrics);
  const brokenPredictions = parsed && 'broken' in parsed ? parsed.broken : null;
  const nothing =
    parsed === null && reported.values.size === 0
      ? 'the evaluation left neither predictions.csv nor metrics'
      : null;
  return {
    predictions,
    reported: reported.values.size > 0,
    metric: metricOf(predictions, reported.values),
    broken: brokenPredictions ?? reported.broken ?? nothing,
    notes: [...(predictions?.notes ?? []), ...reported.notes],
  };
}

function metricOf(
  predictions: Predictions | null,
  reported: ReadonlyMap<string, number>,
): (side: Side, name: string) => number | null {
  const confusions = predictions && {
    challenger: countConfusion(predictions.labels, predictions.challenger),
    champion: predictions.champion && countConfusion(predictions.labels, predictions.champion),
  };
  return (side, name) => {
    const computable = findBinaryMetric(name);
    // With predictions at hand a computable metric is never taken from a job's word.
    if (computable && confusions) {
      const confusion = confusions[side];
      return confusion ? computable.compute(confusion) : null;
    }
    return reported.get(`${side}/${name}`) ?? null;
  };
}

function readReported(
  metrics: unknown,
  tracked: Readonly<Record<string, number>>,
): { values: Map<string, number>; broken: string | null; notes: string[] } {
  const values = new Map<string, number>();
  const notes: string[] = [];
  const take = (key: string, value: unknown): void => {
    if (typeof value === 'number' && Number.isFinite(value)) values.set(key, value);
    else notes.push(`metric ${key} is ${String(value)}, not a finite number: left out`);
  };
  for (const [key, value] of Object.entries(tracked)) {
    if (/^(?:challenger|champion)\//.test(key)) take(key, value);
  }
  if (metrics === null || metrics === undefined) return { values, broken: null, notes };
  if (!isRecord(metrics) || 'broken' in metrics) {
    return { values, broken: 'metrics.json is not a JSON object', notes };
  }
  for (const side of ['challenger', 'champion'] as const) {
    const ofSide = metrics[side];
    if (ofSide === undefined || ofSide === null) continue;
    if (!isRecord(ofSide))
      return { values, broken: `metrics.json: ${side} is not an object of numbers`, notes };
    for (const [name, value] of Object.entries(ofSide)) take(`${side}/${name}`, value);
  }
  return { values, broken: null, notes };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
