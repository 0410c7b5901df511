/**
 * The log of a pipeline, a sweep or AutoML: that of one of its steps or trials, for it has none of its own that says anything.
 *
 * Owns: which one is shown where nobody says which. Does not own: reading a log (job-logs.ts), which runs the steps are
 * (step-runs.ts).
 */
import { endOfJob } from '../domain/job-status.ts';
import { RatchetError } from '../errors.ts';
import { blamed, findAutomlRuns, partKindOf } from './automl-runs.ts';
import type { JobLogs, LogPart } from './job-logs.ts';
import { findStepRuns, firstFailed, type StepRun } from './step-runs.ts';
import type { Tracking } from './tracking.ts';

interface Sources {
  readonly logs: Pick<JobLogs, 'read'>;
  readonly tracking: Pick<Tracking, 'findRun' | 'searchRuns'>;
}

interface Asked {
  readonly jobName: string;
  readonly kind: 'step' | 'trial' | 'automl';
  /** As the run history has the pipeline or the sweep. */
  readonly status: string;
  /** Undefined: of a pipeline the step that failed first, or else began last; of a sweep or AutoML that has ended the best trial, or else
   * that which failed first, and of one that has not, that which began last. */
  readonly step: string | undefined;
  /** The run of the best trial of a sweep that has one. */
  readonly best?: string | null;
  readonly fromByte: number;
}

type StepPart = LogPart & {
  readonly partKind: 'step' | 'trial';
  readonly step: string;
  readonly steps: readonly { readonly step: string; readonly status: string }[];
  /** Whether this is all: of the step that was asked for, or of a job that has ended. */
  readonly ended: boolean;
};

/** Null where no step has begun. Throws `not-found` for a step or a trial that has not. */
export async function readStepLog({ logs, tracking }: Sources, asked: Asked): Promise<StepPart | null> {
  const { jobName, step, fromByte } = asked;
  const { runs, best } = await findRuns(tracking, asked);
  const run = step === undefined ? choose(runs, { ...asked, best }) : runs.find((each) => each.step === step);
  if (!run && step === undefined) return null;
  const kind = asked.kind === 'automl' ? partKindOf(step ?? run!.step) : asked.kind;
  const part = run && (await logs.read(run.runId, fromByte));
  if (!part) {
    const begun = runs.map((each) => each.step).join(', ') || 'none';
    const message = `${kind} ${JSON.stringify(step ?? run?.step)} of job ${jobName} has no run; ${kind}s that have begun: ${begun}`;
    throw new RatchetError('not-found', message, { subject: { job: jobName } });
  }
  const isOver = !part.more && endOfJob(part.status) !== null;
  const isLast = step !== undefined || endOfJob(asked.status) !== null;
  const steps = runs.map(({ step: name, status }) => ({ step: name, status }));
  return { ...part, partKind: kind, step: run.step, steps, ended: isOver && isLast };
}

async function findRuns(
  tracking: Sources['tracking'],
  { jobName, kind, best = null }: Asked,
): Promise<{ readonly runs: readonly StepRun[]; readonly best: string | null }> {
  if (kind === 'automl') return findAutomlRuns(tracking, jobName);
  return { runs: await findStepRuns(tracking, jobName), best };
}

function choose(runs: readonly StepRun[], { kind, status, best }: Asked): StepRun | undefined {
  // Trials fail while others go on, and a sweep goes well all the same.
  if (kind !== 'step' && endOfJob(status) === null) return lastBegun(runs);
  const failed = firstFailed(kind === 'automl' ? blamed(runs) : runs);
  return runs.find(({ runId }) => runId === best) ?? failed ?? lastBegun(runs);
}

function lastBegun(runs: readonly StepRun[]): StepRun | undefined {
  return runs.findLast(({ status }) => status === 'RUNNING') ?? runs.at(-1);
}
