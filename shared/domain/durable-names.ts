/** Names under which orchestrations and entities are found from outside of them, too. Stored: they never change. */

import { jobNameOf } from './job-name.ts';
import { shortHash } from './short-hash.ts';

export const modelEntity = 'model';
export const fleetEntity = 'fleet';
export const targetEntity = 'target';

/** The entity of what serves a model. A workspace has one endpoint of a name, whatever it runs on. */
export function targetKey({ endpoint }: { readonly endpoint: string }): string {
  return `online-endpoint~${endpoint.toLowerCase()}`;
}

/** One for each run: its orchestration's id, too. */
export const releaseIdOf = (runId: string): string => `${runId}-release`;

/** Of the release that an order to go back becomes, where it becomes one: the same for every repetition of the order. */
export function rollBackReleaseId({
  id,
  model,
  at,
}: {
  readonly id: string;
  readonly model: string;
  readonly at: string;
}): string {
  return releaseIdOf(`${model}-${at.slice(0, 10).replaceAll('-', '')}-${shortHash(id).slice(0, 8)}`);
}

/**
 * The first job of each phase that a run may have. Of several attempts the last one alone may be alive, and whoever cancels
 * the first cancels that (activity cancel-job).
 */
export function jobNamesOf(runId: string): readonly string[] {
  return [jobNameOf({ runId, phase: 'train' }), jobNameOf({ runId, phase: 'evaluate' })];
}

/** One look of a release's probation: what a run is elsewhere, to its job and to where its files lie. */
export const trialIdOf = (releaseId: string, number: number): string => `${releaseId}-trial-${number}`;

/** Name of the external event that wakes the run waiting for a job. */
export const jobEndedEvent = (jobName: string): string => `job-ended-${jobName}`;

/**
 * No history is purged before: so long what comes again, such as a message that waited in a dead-letter queue, is known by it.
 * Nothing waits longer for an orchestration that has ended than a job of GitHub waits for its environment, 30 days.
 */
export const leastHistoryMs = 30 * 86_400_000;
