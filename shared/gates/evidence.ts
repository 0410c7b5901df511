import type { GateConfig } from '../config/gate-schema.ts';
import type { Task } from '../config/metric-catalog.ts';
import type { HoldoutLook } from './ask-of-look.ts';
import { findUnknownCosts } from './find-unknown-costs.ts';
import type { DecisionRule } from './metrics/decision-rule.ts';
import {
  type DependenceFields,
  parsePredictions,
  type ReadPredictions,
  readingOptionsOf,
} from './predictions/read-predictions.ts';
import type { ReadTrainIds } from './predictions/read-train-ids.ts';
import { findUnfitPriors } from './priors.ts';
import type { Predictions } from './rows.ts';
import { chooseThresholds, type ThresholdFiles } from './training-thresholds.ts';

export type Side = 'challenger' | 'champion';

/** What there is to judge: the gates, and the evidence as it was found. */
export interface JudgeRequest {
  readonly runId: string;
  readonly task: Task;
  readonly gates: readonly GateConfig[];
  /** What to read of predictions that come as text. */
  readonly evaluation?: DependenceFields | undefined;
  /** Whether a released version exists that the challenger must be compared with. */
  readonly hasChampion: boolean;
  /** What was read of the predictions, or the text of predictions.csv; null where there are none. */
  readonly predictions: ReadPredictions | string | null;
  /** What was read of the ids that training saw; null or omitted where there are none. */
  readonly trainIds?: ReadTrainIds | null;
  /** Where training chose the thresholds, the files that say them; null or omitted where there are none. */
  readonly thresholds?: ThresholdFiles | null;
  /** Value of metrics.json, null where there is none, its text where it is not JSON. */
  readonly metrics: unknown;
  /** Metrics the evaluation job logged, by name: `challenger/NAME`, `champion/NAME`. */
  readonly trackedMetrics: Readonly<Record<string, number>>;
  /** How scores become decisions, and what these cost; when omitted, from 0.5 on, and 1 for a wrong one. */
  readonly rule?: DecisionRule | undefined;
  /** The look at the holdout that this judging is, or null where none is counted. */
  readonly look: HoldoutLook | null;
}

/** The evidence of one run, read and checked. */
export interface Evidence {
  readonly predictions: Predictions | null;
  /** What the jobs say training saw; null where they do not. */
  readonly trainIds: ReadTrainIds | null;
  /** Whether anything was reported as a number, in metrics.json or through MLflow. */
  readonly hasReported: boolean;
  /** A metric of one side as the job reports it, null where it does not. Always finite. */
  readonly reported: (side: Side, name: string) => number | null;
  /** Why the evidence as a whole cannot be used, or null. */
  readonly broken: string | null;
  readonly notes: readonly string[];
}

/** The evidence of rows alone: no job reports anything beside them. */
export function evidenceOfRows(predictions: Predictions): Evidence {
  return {
    predictions,
    trainIds: null,
    hasReported: false,
    reported: () => null,
    broken: null,
    notes: [],
  };
}

export function readEvidence(request: Omit<JudgeRequest, 'runId' | 'hasChampion' | 'look'>): Evidence {
  const parsed =
    typeof request.predictions === 'string'
      ? parsePredictions(request.predictions, readingOptionsOf(request))
      : request.predictions;
  const rows = parsed && !('broken' in parsed) ? parsed : null;
  const chosen = chooseThresholds(request.rule, request.thresholds ?? null, rows?.champion != null);
  // Without the threshold no decision of these rows is known.
  const predictions = rows && chosen.broken === null ? decideBy(rows, chosen.rule) : null;
  const { values, broken, notes } = readReported(request.metrics, request.trackedMetrics);
  const brokenPredictions = parsed && 'broken' in parsed ? parsed.broken : null;
  const costs = findUnknownCosts(predictions, request.rule);
  const nothing =
    parsed === null && values.size === 0 ? 'the evaluation left neither predictions nor metrics' : null;
  return {
    predictions,
    trainIds: request.trainIds ?? null,
    hasReported: values.size > 0,
    reported: (side, name) => values.get(`${side}/${name}`) ?? null,
    broken:
      brokenPredictions ??
      broken ??
      (rows && chosen.broken) ??
      costs.broken ??
      findUnfitPriors(predictions, request.rule) ??
      nothing,
    notes: [...(parsed?.notes ?? []), ...costs.notes, ...(rows ? chosen.notes : []), ...notes],
  };
}

function decideBy(predictions: Predictions, rule: DecisionRule | undefined): Predictions {
  const { unlabelled } = predictions;
  return { ...predictions, rule, ...(unlabelled && { unlabelled: { ...unlabelled, rule } }) };
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
  if (!isRecord(metrics)) {
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
