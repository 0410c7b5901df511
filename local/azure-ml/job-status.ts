/** The statuses a job passes here, in order; a job only ever moves to the right. */
const order = [
  'NotStarted',
  'Queued',
  'Starting',
  'Running',
  'Finalizing',
  'CancelRequested',
  'Completed',
  'Failed',
  'Canceled',
] as const;

export type JobStatus = (typeof order)[number];
export type TerminalStatus = 'Completed' | 'Failed' | 'Canceled';

export function isTerminal(status: JobStatus): status is TerminalStatus {
  return status === 'Completed' || status === 'Failed' || status === 'Canceled';
}

/** False for a step back, to the same place, or away from an end. A job run again keeps the status it had reached. */
export function mayMove(from: JobStatus, to: JobStatus): boolean {
  return !isTerminal(from) && order.indexOf(to) > order.indexOf(from);
}
