import type { Signal } from '../domain/signal.ts';
import { type Fact, ignored, type Models } from './fact.ts';
import { findMonitoredModel } from './find-monitored-model.ts';
import { driftCause } from './parse-monitor-breach.ts';
import { excerpt, field, type IncomingEvent, text } from './read-event.ts';

/**
 * DatasetDriftDetected of the dataset monitors of SDK v1, which were retired on 2025-09-01. The monitor
 * (`DataDriftName`) is named after the model, as model monitors are.
 *
 * No service can be asked whether it is so: `confirmed: false` says it, and such a signal starts nothing.
 * Source: Azure Event Grid event schema for Azure Machine Learning.
 */
export function parseDatasetDrift(event: IncomingEvent, models: Models): Fact {
  const monitor = text(field(event.data, 'dataDriftName'));
  if (monitor === null || monitor.length > 255)
    return ignored('no monitor', 'the event names no dataset monitor');
  const pinned = findMonitoredModel(monitor, models);
  if (pinned === undefined)
    return ignored('monitor', `no model file matches dataset monitor ${excerpt(monitor)}`, monitor);
  const { model, triggers } = pinned.config;
  if (!triggers.drift) {
    return ignored('triggers.drift', `${model} does not listen to drift`, model);
  }
  const coefficient = Number(text(field(event.data, 'driftCoefficient')) ?? Number.NaN);
  const short = (name: string): string | null => text(field(event.data, name))?.slice(0, 200) ?? null;
  const signal: Signal = {
    id: `drift:${model}:${short('runId') ?? event.id.slice(0, 200)}`,
    model,
    kind: 'drift',
    observedAt: event.time,
    source: 'event-grid',
    summary: `Dataset monitor ${excerpt(monitor)} found drift${Number.isNaN(coefficient) ? '' : ` of ${coefficient.toPrecision(4)}`}.`,
    evidence: {
      datasetMonitor: monitor,
      driftCoefficient: Number.isFinite(coefficient) ? coefficient : null,
      baseDataset: short('baseDatasetId'),
      targetDataset: short('targetDatasetId'),
      from: short('startTime'),
      to: short('endTime'),
      confirmed: false,
    },
    cause: driftCause(monitor),
  };
  return { type: 'signal', signal, pinned };
}
