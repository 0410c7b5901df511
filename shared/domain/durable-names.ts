/** Names under which orchestrations and entities are found from outside of them, too. Stored: they never change. */

export const modelEntity = 'model';
export const fleetEntity = 'fleet';
export const targetEntity = 'target';

/** The entity of what serves a model. */
export function targetKey({ kind, endpoint }: { readonly kind: string; readonly endpoint: string }): string {
  return `${kind}~${endpoint.toLowerCase()}`;
}

/** One for each run: its orchestration's id, too. */
export const releaseIdOf = (runId: string): string => `${runId}-release`;

/** The same for every attempt, which is what makes a submission happen once. */
export function jobNameOf({
  runId,
  phase,
}: {
  readonly runId: string;
  readonly phase: 'train' | 'evaluate';
}): string {
  return `${runId}-${phase}`;
}

/** All the jobs that a run may have. */
export function jobNamesOf(runId: string): readonly string[] {
  return [jobNameOf({ runId, phase: 'train' }), jobNameOf({ runId, phase: 'evaluate' })];
}

/** Name of the external event that wakes the run waiting for a job. */
export const jobEndedEvent = (jobName: string): string => `job-ended-${jobName}`;
