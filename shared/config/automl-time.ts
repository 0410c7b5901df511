/** How much time an AutoML job may take, and the machines of its trials together, with the words that both ends of it share. Pure. */
import { parseDurationMs } from './duration.ts';

/** The output of the preparing command: a folder with a file `MLTable` and what it names. */
export const tableOutput = 'table';

interface Limited {
  readonly limits: {
    readonly maxConcurrentTrials: number;
    /** ISO 8601 durations. */
    readonly trialTimeout: string;
    readonly timeout: string;
  };
  readonly ensembles?: readonly string[] | undefined;
}

/** What the service builds of the trials at the end, unless it is told not to. */
export const allEnsembles = ['voting', 'stacking'] as const;

/**
 * Ensembles come when the time of the job is over, "since those actions need to happen after all the trials are done" ("Set up
 * AutoML training for tabular data", Exit criteria): each is counted as one more trial.
 */
const ensemblesMs = ({ limits, ensembles = allEnsembles }: Limited): number =>
  ensembles.length * parseDurationMs(limits.trialTimeout)!;

/** From its beginning to its end, in milliseconds. */
export function automlMs(job: Limited): number {
  return parseDurationMs(job.limits.timeout)! + ensemblesMs(job);
}

/** How long its trials may run together, in milliseconds: one machine each. */
export function automlMachineMs(job: Limited): number {
  return job.limits.maxConcurrentTrials * parseDurationMs(job.limits.timeout)! + ensemblesMs(job);
}

/** Limits with a part of the time; the service takes whole minutes, of which the job gets 15 at least. */
export function partOfAutomlLimits<Job extends Limited>({ limits }: Job, part: number): Job['limits'] {
  const minutes = (duration: string, least: number): string =>
    `PT${Math.max(least, Math.floor((parseDurationMs(duration)! / 60_000) * part))}M`;
  const timeout = minutes(limits.timeout, 15);
  const isShorter = parseDurationMs(timeout)! < parseDurationMs(limits.trialTimeout)!;
  return { ...limits, timeout, ...(isShorter && { trialTimeout: timeout }) };
}
