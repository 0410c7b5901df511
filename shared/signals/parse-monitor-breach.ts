import type { Json } from '../domain/json.ts';
import type { Signal } from '../domain/signal.ts';
import type { Models, WorkspaceFact } from './parse-workspace-event.ts';
import { field, type IncomingEvent, isRecord, text } from './read-event.ts';

const breachTag = 'azureml_modelmonitor_threshold_breached';
const sentence = /The signal '([^']+)' has failed due to one or more features violating metric thresholds/;
/** A model monitor lists every feature; a signal keeps the first of them as evidence. */
const featuresAtMost = 20;

/**
 * Signals of a model monitor's breach, which is a tag on the run of the monitor's evaluation step; none for other
 * runs. The same step announces itself several times with the tag: the id is made from the run, not the event.
 * A monitor's signal belongs to the model it is named after: `MODEL` or `MODEL_…`.
 */
export function parseMonitorBreach(
  event: IncomingEvent,
  runId: string,
  models: Models,
): readonly WorkspaceFact[] {
  const tags = field(event.data, 'runTags');
  const message = isRecord(tags) ? text(field(tags, breachTag)) : null;
  const monitorSignal = message === null ? undefined : sentence.exec(message)?.[1];
  if (message === null || monitorSignal === undefined) return [];
  const model = [...models.keys()]
    .filter((name) => monitorSignal === name || monitorSignal.startsWith(`${name}_`))
    .sort((a, b) => b.length - a.length)[0];
  if (model === undefined)
    return [{ type: 'ignored', why: `no model file matches monitor signal ${monitorSignal}` }];
  if (!models.get(model)?.config.triggers.drift) {
    return [{ type: 'ignored', why: `${model} does not listen to drift` }];
  }
  const features = parseFeatures(message);
  const signal: Signal = {
    id: `drift:${model}:${runId}`,
    model,
    kind: 'drift',
    observedAt: event.time,
    source: 'event-grid',
    summary: `Monitor signal ${monitorSignal} found ${features.length || 'an unstated number of'} features over their thresholds.`,
    evidence: { monitorRun: runId, monitorSignal, features: features.slice(0, featuresAtMost) },
  };
  return [{ type: 'signal', signal }];
}

/** The feature rows are JSON objects inside a Python list's text; where quoting broke them there are none. */
function parseFeatures(message: string): Json[] {
  const features: Json[] = [];
  for (const [row] of message.matchAll(/\{"[^}]*\}/g)) {
    try {
      features.push(JSON.parse(row) as Json);
    } catch {
      // The signal's name alone is evidence enough.
    }
  }
  return features;
}
