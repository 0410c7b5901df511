import type { Signal } from '../domain/signal.ts';
import { type Fact, ignored, type Models } from './fact.ts';
import { findMonitoredModel } from './find-monitored-model.ts';
import { readBreach } from './read-breach.ts';
import { excerpt, field, type IncomingEvent, record } from './read-event.ts';

/**
 * Signals of a model monitor's breach, which is a tag on the run of the monitor's evaluation step; none for other
 * runs. The same step announces itself several times with the tag: the id is made from the run, not the event.
 *
 * An event is a word: before the signal is offered the run is read from the workspace.
 */
export function parseMonitorBreach(event: IncomingEvent, runId: string, models: Models): readonly Fact[] {
  const breach = readBreach(record(field(event.data, 'runTags')));
  if (breach === null) return [];
  const { monitorSignal, features, featureCount, summary } = breach;
  const pinned = findMonitoredModel(monitorSignal, models);
  if (pinned === undefined)
    return [
      ignored('monitor', `no model file matches monitor signal ${excerpt(monitorSignal)}`, monitorSignal),
    ];
  const { model, triggers } = pinned.config;
  if (!triggers.drift) {
    return [ignored('triggers.drift', `${model} does not listen to drift`, model)];
  }
  const signal: Signal = {
    id: `drift:${model}:${runId}`,
    model,
    kind: 'drift',
    observedAt: event.time,
    source: 'event-grid',
    summary,
    evidence: { monitorRun: runId, monitorSignal, features, featureCount },
    cause: driftCause(monitorSignal),
  };
  return [{ type: 'signal', signal, pinned }];
}

/** What drift signals of a monitor's signal, and the recovery from them, are about. */
export function driftCause(name: string): string {
  return `drift:${name}`;
}
