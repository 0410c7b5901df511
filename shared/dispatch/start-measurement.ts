/**
 * Starts the measurement of a number that has to be fetched: by a query that is due, or from a run that has completed.
 * The orchestration `measure` takes it from there.
 */
import { shortHash } from '../domain/short-hash.ts';
import type { Measurement } from '../signals/measurement.ts';
import { type OrchestrationStarter, startOnce } from './instances.ts';

/** Id of the orchestration of a measurement: the same for every look at a tick, and for every event of a run. */
export function measurementInstanceId(measurement: Measurement): string {
  return `measure-${shortHash(nameOf(measurement))}`;
}

/** Starts a measurement, unless it was started before. Safe to repeat and to race, as `offerSignal`. */
export function startMeasurement(
  client: OrchestrationStarter,
  measurement: Measurement,
): Promise<'started' | 'repeated'> {
  return startOnce(client, {
    orchestrator: 'measure',
    instanceId: measurementInstanceId(measurement),
    input: measurement,
    subject: { signal: nameOf(measurement), model: measurement.pinned.config.model },
  });
}

function nameOf(measurement: Measurement): string {
  const occasion = measurement.source === 'query' ? measurement.tick : measurement.runId;
  return `${measurement.source}:${measurement.pinned.config.model}:${measurement.rule}:${occasion}`;
}
