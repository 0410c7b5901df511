/**
 * The log of a pipeline: that of one of its steps, for it has none of its own that says anything.
 *
 * Owns: which step is shown where nobody says which. Does not own: reading a log (job-logs.ts), which runs the steps are
 * (step-runs.ts).
 */
import { endOfJob } from '../domain/job-status.ts';
import { RatchetError } from '../errors.ts';
import type { JobLogs, LogPart } from './job-logs.ts';
import { findStepRuns, firstFailed, type StepRun } from './step-runs.ts';
import type { Tracking } from './tracking.ts';

interface Sources {
  readonly logs: Pick<JobLogs, 'read'>;
  readonly tracking: Pick<Tracking, 'findRun' | 'searchRuns'>;
}

interface Asked {
  readonly jobName: string;
  /** As the run history has the pipeline. */
  readonly status: string;
  /** Undefined: the step that failed first, or else the one that began last. */
  readonly step: string | undefined;
  readonly fromByte: number;
}

type StepPart = LogPart & {
  readonly step: string;
  readonly steps: readonly { readonly step: string; readonly status: string }[];
  /** Whether this is all: of the step that was asked for, or of a pipeline that has ended. */
  readonly ended: boolean;
};

/** Null where no step has begun. Throws `not-found` for a step that has not. */
export async function readStepLog({ logs, tracking }: Sources, asked: Asked): Promise<StepPart | null> {
  const { jobName, step, fromByte } = asked;
  const runs = await findStepRuns(tracking, jobName);
  const run =
    step === undefined ? (firstFailed(runs) ?? lastBegun(runs)) : runs.find((each) => each.step === step);
  if (!run && step === undefined) return null;
  const part = run && (await logs.read(run.runId, fromByte));
  if (!part) {
    const begun = runs.map((each) => each.step).join(', ') || 'none';
    const message = `step ${JSON.stringify(step ?? run?.step)} of job ${jobName} has no run; steps that have begun: ${begun}`;
    throw new RatchetError('not-found', message, { subject: { job: jobName } });
  }
  const isOver = !part.more && endOfJob(part.status) !== null;
  const isLast = step !== undefined || endOfJob(asked.status) !== null;
  const steps = runs.map(({ step: name, status }) => ({ step: name, status }));
  return { ...part, step: run.step, steps, ended: isOver && isLast };
}

function lastBegun(runs: readonly StepRun[]): StepRun | undefined {
  return runs.findLast(({ status }) => status === 'RUNNING') ?? runs.at(-1);
}
