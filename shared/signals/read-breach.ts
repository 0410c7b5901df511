/**
 * The breach tag of a model monitor's step run, from an event or from the workspace.
 *
 * Source: the text that the component `model_monitor_evaluate_metrics_threshold` of azureml-assets writes. It names
 * the monitor's signal, and lists a row for each feature beyond its threshold: JSON objects, as texts in a Python list.
 */
import { excerpt, field, isRecord, text } from './read-event.ts';

const breachTag = 'azureml_modelmonitor_threshold_breached';
const sentence =
  /The signal '([^']{1,255})' has failed due to one or more features violating metric thresholds/;
/** A monitor lists every feature; a signal keeps the first of them as evidence. */
const featuresAtMost = 20;
/** Hostile text is not looked at further: about three hundred rows. */
const readAtMost = 64 * 1024;

/** A type, so that it is JSON. Names as the monitor has them. */
type BreachedFeature = {
  readonly metric_name: string | null;
  readonly metric_value: number | null;
  readonly threshold_value: number | null;
  readonly group: string | null;
};

export interface MonitorBreach {
  readonly monitorSignal: string;
  /** The first of the rows that could be read. */
  readonly features: readonly BreachedFeature[];
  /** Rows that could be read. */
  readonly featureCount: number;
  readonly summary: string;
}

/** Null where no tag, in whatever casing of its key, tells of a breach. */
export function readBreach(tags: unknown): MonitorBreach | null {
  const message = isRecord(tags) ? text(field(tags, breachTag))?.slice(0, readAtMost) : undefined;
  const monitorSignal = message === undefined ? undefined : sentence.exec(message)?.[1];
  if (message === undefined || monitorSignal === undefined) return null;
  const features = readFeatures(message);
  const many = features.length === 0 ? 'an unstated number of' : features.length;
  return {
    monitorSignal,
    features: features.slice(0, featuresAtMost),
    featureCount: features.length,
    summary: `Monitor signal ${excerpt(monitorSignal)} found ${many} features beyond their thresholds.`,
  };
}

/** Python writes a backslash before each quote and backslash of a row; a row that is broken nevertheless is left out. */
function readFeatures(message: string): readonly BreachedFeature[] {
  return [...message.matchAll(/\{"[^{}]*\}/g)].flatMap(([row]) => {
    try {
      return [toFeature(JSON.parse(row.replaceAll(/\\(['\\])/g, '$1')) as Record<string, unknown>)];
    } catch {
      return []; // The signal's name alone is evidence enough.
    }
  });
}

function toFeature(row: Readonly<Record<string, unknown>>): BreachedFeature {
  const name = (value: unknown): string | null => (typeof value === 'string' ? excerpt(value) : null);
  const number = (value: unknown): number | null => (Number.isFinite(value) ? (value as number) : null);
  return {
    metric_name: name(row['metric_name']),
    metric_value: number(row['metric_value']),
    threshold_value: number(row['threshold_value']),
    group: name(row['group']),
  };
}
