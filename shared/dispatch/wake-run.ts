import { jobEndedEvent } from '../domain/durable-names.ts';
import { readJobName } from '../domain/job-name.ts';
import { type EventRaiser, raiseQuietly } from './instances.ts';

/** Our jobs are named after their runs. An event for a run that is over, or for another's job, wakes nobody. */
export async function wakeRun(client: EventRaiser, jobName: string): Promise<void> {
  const runId = readJobName(jobName)?.runId;
  if (runId === undefined) return;
  await raiseQuietly(client, runId, jobEndedEvent(jobName), { jobName });
}
