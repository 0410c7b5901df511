import { findMonitoredModel } from './find-monitored-model.ts';
import type { Models, WorkspaceFact } from './parse-workspace-event.ts';
import { field, type IncomingEvent, text } from './read-event.ts';

/** A run that may be the whole of a monitor's run: the workspace is asked. */
export interface MonitorRunRef {
  readonly model: string;
  readonly runId: string;
}

/** A completed run in an experiment that is named as a monitor of a model that listens to drift; steps of one aside. */
export function parseMonitorCompleted(
  event: IncomingEvent,
  runId: string,
  models: Models,
): readonly WorkspaceFact[] {
  const experiment = text(field(event.data, 'experimentName')) ?? '';
  const model = findMonitoredModel(experiment, models);
  if (model === undefined || !models.get(model)?.config.triggers.drift) return [];
  // Only to ask less often: which run is a step of which, the workspace says.
  const isStep = text(field(event.data, 'runType'))?.toLowerCase() === 'azureml.steprun';
  return isStep ? [] : [{ type: 'monitor-completed', run: { model, runId } }];
}
