/** Names of a run's jobs. Stored: they never change. Pure. */

/** A job of a run: the first one of its phase, or one in the place of an earlier one that failed. */
export interface JobName {
  readonly runId: string;
  readonly phase: 'train' | 'evaluate';
  /** From 1, which is what it is when omitted. */
  readonly attempt?: number | undefined;
}

/** The same however often it is submitted, which is what makes a submission happen once. */
export function jobNameOf({ runId, phase, attempt = 1 }: JobName): string {
  return `${runId}-${phase}${attempt === 1 ? '' : `-${attempt}`}`;
}

/** Null for a name that none of our jobs has. */
export function readJobName(jobName: string): (JobName & { readonly attempt: number }) | null {
  const [, runId, phase, attempt = '1'] = /^(.+)-(train|evaluate)(?:-([1-9]\d*))?$/.exec(jobName) ?? [];
  if (runId === undefined) return null;
  return { runId, phase: phase as JobName['phase'], attempt: Number(attempt) };
}
