/** Names under which orchestrations and entities are found from outside of them, too. Stored: they never change. */

export const modelEntity = 'model';
export const fleetEntity = 'fleet';

/** Name of the external event that wakes the run waiting for a job. */
export const jobEndedEvent = (jobName: string): string => `job-ended-${jobName}`;
