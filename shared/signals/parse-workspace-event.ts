/**
 * What an event of the Azure ML workspace means for Ratchet.
 *
 * Owns: payloads (both schemas, either casing of keys) to facts. Does not own: acting on them.
 * Sources: Azure Event Grid event schema for Azure Machine Learning; the text of a model monitor's breach as the
 * component `model_monitor_evaluate_metrics_threshold` of azureml-assets writes it.
 */
import { endOfJob } from '../domain/job-status.ts';
import { isOwnRegistration } from '../domain/lineage.ts';
import type { Signal } from '../domain/signal.ts';
import { type Fact, ignored, type Models } from './fact.ts';
import { findRunMeasurements } from './judge-run.ts';
import { parseDatasetDrift } from './parse-dataset-drift.ts';
import { parseModelDeployed } from './parse-model-deployed.ts';
import { parseMonitorBreach } from './parse-monitor-breach.ts';
import { parseMonitorCompleted } from './parse-monitor-completed.ts';
import { excerpt, field, type IncomingEvent, record, text } from './read-event.ts';

const prefix = 'Microsoft.MachineLearningServices.';
/** What a name of the workspace may be: others are no names, and would not fit where ids must. */
const runName = /^[\w.-]{1,256}$/;
const versionName = /^[^\s/\\#?]{1,128}$/;

export function parseWorkspaceEvent(event: IncomingEvent, models: Models): readonly Fact[] {
  switch (event.type) {
    case `${prefix}RunStatusChanged`:
    case `${prefix}RunCompleted`:
      return parseRunEvent(event, models);
    case `${prefix}ModelRegistered`:
      return [parseModelRegistered(event, models)];
    case `${prefix}ModelDeployed`:
      return [parseModelDeployed(event)];
    case `${prefix}DatasetDriftDetected`:
      return [parseDatasetDrift(event, models)];
    default:
      return [
        ignored('event type', `events of type ${excerpt(event.type)} mean nothing to Ratchet`, event.type),
      ];
  }
}

function parseRunEvent(event: IncomingEvent, models: Models): readonly Fact[] {
  const runId = text(field(event.data, 'runId'));
  if (runId === null || !runName.test(runId)) return [ignored('no run', 'the event names no run')];
  const breach = parseMonitorBreach(event, runId, models);
  if (breach.length > 0) return breach;
  // RunCompleted carries no status.
  const status = text(field(event.data, 'runStatus'))?.toLowerCase();
  const end = status === undefined ? null : endOfJob(status);
  const ended = event.type === `${prefix}RunCompleted` || end !== null;
  if (!ended)
    return [ignored('run goes on', `run ${runId} is ${excerpt(status ?? 'in an unknown state')}`, status)];
  const completed = status === undefined || end === 'succeeded';
  return [
    { type: 'job-ended', jobName: runId },
    ...(completed ? parseMonitorCompleted(event, runId, models) : []),
    ...findRunMeasurements(event, models).map(
      (measurement) => ({ type: 'run-completed', measurement }) as const,
    ),
  ];
}

function parseModelRegistered(event: IncomingEvent, models: Models): Fact {
  const name = text(field(event.data, 'modelName'));
  const version = text(field(event.data, 'modelVersion'));
  if (name === null || version === null || !versionName.test(version))
    return ignored('no version', 'the event names no model version');
  const pinned = models.get(name);
  if (!pinned) return ignored('model', `no model file is named ${excerpt(name)}`, name);
  if (!pinned.config.triggers.registry)
    return ignored('triggers.registry', `${name} does not listen to the registry`, name);
  const tags = record(field(event.data, 'modelTags'));
  if (tags && isOwnRegistration(tags)) {
    return ignored('own registration', `${name}:${version} is Ratchet's own registration`);
  }
  const signal: Signal = {
    id: `registry:${name}:${version}`,
    model: name,
    kind: 'registry',
    observedAt: event.time,
    source: 'event-grid',
    summary: `Version ${version} was registered by hand.`,
    evidence: { version },
  };
  return { type: 'signal', signal, pinned };
}
