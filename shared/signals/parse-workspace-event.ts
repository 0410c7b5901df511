/**
 * What an event of the Azure ML workspace means for Ratchet.
 *
 * Owns: payloads (both schemas, either casing of keys) to facts. Does not own: acting on them.
 * Sources: Azure Event Grid event schema for Azure Machine Learning; the text of a model monitor's breach as the
 * component `model_monitor_evaluate_metrics_threshold` of azureml-assets writes it.
 */
import type { PinnedModel } from '../config/schema.ts';
import type { Deployment } from '../domain/deployment.ts';
import { isOwnRegistration } from '../domain/lineage.ts';
import type { Signal } from '../domain/signal.ts';
import { parseDatasetDrift } from './parse-dataset-drift.ts';
import { parseModelDeployed } from './parse-model-deployed.ts';
import { parseMonitorBreach } from './parse-monitor-breach.ts';
import { type MonitorRunRef, parseMonitorCompleted } from './parse-monitor-completed.ts';
import { excerpt, field, type IncomingEvent, isRecord, text } from './read-event.ts';

export type WorkspaceFact =
  /** A job came to its end. The workspace is asked how: an event only wakes the run that waits. */
  | { readonly type: 'job-ended'; readonly jobName: string }
  | { readonly type: 'signal'; readonly signal: Signal }
  /** A monitor of a model ran to its end, with or without a breach. */
  | { readonly type: 'monitor-completed'; readonly run: MonitorRunRef }
  /** An endpoint serves other versions. It is taken note of, and starts nothing. */
  | { readonly type: 'deployed'; readonly deployment: Deployment }
  | { readonly type: 'ignored'; readonly why: string };

const prefix = 'Microsoft.MachineLearningServices.';
/** What a name of the workspace may be: others are no names, and would not fit where ids must. */
const runName = /^[\w.-]{1,256}$/;
const versionName = /^[^\s/\\#?]{1,128}$/;
const endedStatuses = new Set(['completed', 'failed', 'canceled']);

export type Models = ReadonlyMap<string, PinnedModel>;

export function parseWorkspaceEvent(event: IncomingEvent, models: Models): readonly WorkspaceFact[] {
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
      return [{ type: 'ignored', why: `events of type ${excerpt(event.type)} mean nothing to Ratchet` }];
  }
}

function parseRunEvent(event: IncomingEvent, models: Models): readonly WorkspaceFact[] {
  const runId = text(field(event.data, 'runId'));
  if (runId === null || !runName.test(runId)) return [{ type: 'ignored', why: 'the event names no run' }];
  const breach = parseMonitorBreach(event, runId, models);
  if (breach.length > 0) return breach;
  // RunCompleted carries no status.
  const status = text(field(event.data, 'runStatus'))?.toLowerCase();
  const ended = event.type === `${prefix}RunCompleted` || (status !== undefined && endedStatuses.has(status));
  if (!ended)
    return [{ type: 'ignored', why: `run ${runId} is ${excerpt(status ?? 'in an unknown state')}` }];
  const completed = status === undefined || status === 'completed';
  return [
    { type: 'job-ended', jobName: runId },
    ...(completed ? parseMonitorCompleted(event, runId, models) : []),
  ];
}

function parseModelRegistered(event: IncomingEvent, models: Models): WorkspaceFact {
  const name = text(field(event.data, 'modelName'));
  const version = text(field(event.data, 'modelVersion'));
  if (name === null || version === null || !versionName.test(version))
    return { type: 'ignored', why: 'the event names no model version' };
  const model = models.get(name);
  if (!model) return { type: 'ignored', why: `no model file is named ${excerpt(name)}` };
  if (!model.config.triggers.registry)
    return { type: 'ignored', why: `${name} does not listen to the registry` };
  const tags = field(event.data, 'modelTags');
  if (isRecord(tags) && isOwnRegistration(tags)) {
    return { type: 'ignored', why: `${name}:${version} is Ratchet's own registration` };
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
  return { type: 'signal', signal };
}
