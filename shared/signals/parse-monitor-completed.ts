import type { Fact, Models } from './fact.ts';
import { findMonitoredModel } from './find-monitored-model.ts';
import { field, type IncomingEvent, text } from './read-event.ts';

/** A completed run in an experiment that is named as a monitor of a model that listens to drift; steps of one aside. */
export function parseMonitorCompleted(event: IncomingEvent, runId: string, models: Models): readonly Fact[] {
  const experiment = text(field(event.data, 'experimentName')) ?? '';
  const pinned = findMonitoredModel(experiment, models);
  if (!pinned?.config.triggers.drift) return [];
  // Only to ask less often: which run is a step of which, the workspace says.
  const isStep = text(field(event.data, 'runType'))?.toLowerCase() === 'azureml.steprun';
  return isStep ? [] : [{ type: 'monitor-completed', run: { model: pinned.config.model, runId } }];
}
