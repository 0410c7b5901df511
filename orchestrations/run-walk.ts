/**
 * One walk of a run through its phases: what it has found, which jobs it has submitted, and how patient it is.
 *
 * Owns: what is kept outside the phases, so that a run that fails in one still tells what the earlier ones brought
 * about; what it says while it waits; the end of its jobs.
 * Does not own: the phases (retrain), one job (run-job), one pause (take-step).
 */
import type * as df from 'durable-functions';
import { parseDurationMs } from '../shared/config/duration.ts';
import type { RunPhase } from '../shared/domain/run.ts';
import { type Ending, endJob } from './end-job.ts';
import { none, type Patience } from './patience.ts';
import { mayScore, type RunInput } from './run-input.ts';
import { describeRun, noFindings, type RunFindings } from './settle.ts';
import type { JobState } from './steps.ts';
import { now, takeStep } from './take-step.ts';

export interface RunWalk {
  readonly context: df.OrchestrationContext;
  readonly input: RunInput;
  /** Happens once somebody wants the run cancelled. */
  readonly cancel: df.Task;
  /** As long as the run may take, and until it is cancelled. */
  patience: Patience;
  phase: RunPhase;
  /** When the phase began (ISO 8601, UTC). */
  since: string;
  findings: RunFindings;
  readonly jobs: WalkJob[];
  waits: boolean;
}

/** A job that the run has submitted, or may have. */
export interface WalkJob {
  readonly jobName: string;
  /** How many machines it takes; each counts. */
  readonly machines: number;
  ended: boolean;
  /** How long its machines ran in all; undefined while that is not known. */
  computeMs: number | undefined;
  /** What is to be said of it where nobody saw it end. */
  unseen?: string;
}

/** When the run's time is over, in milliseconds since the epoch. */
function overMsOf({ startedAt, pinned }: RunInput): number {
  return Date.parse(startedAt) + parseDurationMs(pinned.config.policy.longestRun)!;
}

export function beginWalk(context: df.OrchestrationContext, input: RunInput, cancel: df.Task): RunWalk {
  const walk: RunWalk = {
    context,
    input,
    cancel,
    patience: {
      untilMs: overMsOf(input),
      stop: cancel,
      ...(input.hearsCancel && { listens: true }),
      tell: (step, waits) => tellWait(walk, step, waits),
    },
    phase: mayScore(input) > 0 ? 'past-champions' : 'train',
    since: now(context),
    findings: noFindings,
    jobs: [],
    waits: false,
  };
  return walk;
}

export function note(walk: RunWalk, more: Partial<RunFindings>): void {
  walk.findings = { ...walk.findings, ...more };
}

/** Says in the custom status and in the ledger for what the run waits by itself, or that it waits no more (null). */
export function* tellWaiting(walk: RunWalk, waits: string | null): Generator<df.Task, void, unknown> {
  const { context, input, phase, since, findings, patience } = walk;
  context.df.setCustomStatus({ phase, since, ...(waits !== null && { waits }) });
  const row = { ...describeRun(input, phase, findings), sentence: waits ?? '' };
  yield* takeStep(context, 'record-run', row, patience);
}

export function* enterPhase(walk: RunWalk, phase: RunPhase): Generator<df.Task, void, unknown> {
  walk.phase = phase;
  walk.since = now(walk.context);
  walk.context.df.setCustomStatus({ phase, since: walk.since });
  yield* takeStep(walk.context, 'record-run', describeRun(walk.input, phase, walk.findings), walk.patience);
}

/** Undefined where it is not known of every job: the reservation then stands. */
export function computeHoursOf({ jobs }: RunWalk): number | undefined {
  return jobs.reduce<number | undefined>(
    (sum, { computeMs }) =>
      sum === undefined || computeMs === undefined ? undefined : sum + computeMs / 3_600_000,
    0,
  );
}

/** Cancels what may still run, and sees it end. Answers what is to be said of jobs that were not seen to. */
export function* endJobsOf(walk: RunWalk): Generator<df.Task, string, unknown> {
  for (const job of walk.jobs.filter(({ ended }) => !ended)) {
    const end = yield* endJob(walk.context, job.jobName, endingOf(walk));
    noteEnd(job, end);
  }
  return walk.jobs.map(({ unseen }) => (unseen === undefined ? '' : ` ${unseen}`)).join('');
}

export function noteEnd(job: WalkJob, { ended, computeMs, error }: JobState): void {
  job.ended = true;
  job.computeMs = computeMs === undefined ? undefined : computeMs * job.machines;
  if (!ended) job.unseen = error;
}

export function endingOf({ context, input, phase, since }: RunWalk): Ending {
  const { model, policy } = input.pinned.config;
  return {
    model,
    runId: input.runId,
    pollMs: parseDurationMs(policy.pollJobs)!,
    tell: (waits) => context.df.setCustomStatus({ phase, since, ...(waits !== null && { waits }) }),
  };
}

/** Says in the custom status that the run waits, and in the ledger that it does and does no more. */
function* tellWait(walk: RunWalk, step: string, waits: string | null): Generator<df.Task, void, unknown> {
  const { context, input, phase, since, findings, waits: waited } = walk;
  walk.waits = waits !== null;
  context.df.setCustomStatus({ phase, since, ...(waits !== null && { waits }) });
  if (step === 'record-run' || waited === walk.waits) return;
  const row = { ...describeRun(input, phase, findings), sentence: waits ?? '' };
  try {
    yield* takeStep(context, 'record-run', row, none);
  } catch {
    // The ledger is away, too: the custom status says it.
  }
}
