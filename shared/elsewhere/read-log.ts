/** The log of a training that runs elsewhere, in the form of a pipeline's: its tasks are the steps. */
import { describeElsewhere, type Elsewhere } from '../domain/elsewhere.ts';
import { readJobName } from '../domain/job-name.ts';
import type { Run } from '../domain/run.ts';
import { RatchetError } from '../errors.ts';
import type { TrainingChannel } from './training-channel.ts';

interface Asked {
  readonly step: string | undefined;
  /** A line, from 0. */
  readonly from: number;
}

/** Throws `not-found` for a task that has not begun. */
export async function readTrainingLog(
  channel: Pick<TrainingChannel, 'logOf'>,
  { runId, phase }: Pick<Run, 'runId' | 'phase'>,
  { job, run, ...elsewhere }: Elsewhere,
  { step, from }: Asked,
) {
  const attempt = readJobName(job)?.attempt ?? 1;
  const known = { runId, phase: 'train', attempt, job, partKind: 'step' };
  const isOver = phase !== 'train';
  if (run === null)
    return { ...known, file: null, status: 'NotStarted', text: '', next: from, more: false, ended: isOver };
  const { task, tasks, hasEnded, ...part } = await channel.logOf(run, step, from);
  if (task === null && step !== undefined) {
    const begun = tasks.map((each) => each.step).join(', ') || 'none';
    const message = `${describeElsewhere(elsewhere)} has no task ${JSON.stringify(step)} in the run of job ${job}; tasks that have begun: ${begun}`;
    throw new RatchetError('not-found', message, { subject: { job } });
  }
  const status = tasks.find((each) => each.step === task)?.status ?? 'Queued';
  const ended = !part.more && (hasEnded || task === null) && (isOver || (step !== undefined && hasEnded));
  return { ...known, ...part, file: task, status, ended, steps: tasks, ...(task !== null && { step: task }) };
}
