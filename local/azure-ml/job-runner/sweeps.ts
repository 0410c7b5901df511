/**
 * Runs the trials of sweep jobs, each a job of its own.
 *
 * Owns: which trial comes when, which is stopped early, which is the best, and a sweep's walk from NotStarted to its end.
 * Does not own: what a sweep may be (sweep-definition.ts), how a trial's process runs (index.ts).
 *
 * Invariants
 * 1. No more trials run at once than the sweep says, and as far as there are slots.
 * 2. A sweep goes on when a trial fails or is stopped. It completes where one has completed, and fails where none has.
 * 3. What is to be done follows from what is kept of the sweep, its trials and their metrics alone, so that a restart goes on
 *    with it.
 */
import { mergeDetails, noDetails } from '../details.ts';
import { durationMs } from '../job-definition.ts';
import { isTerminal } from '../job-status.ts';
import type { Job, JobStore } from '../store/jobs.ts';
import type { TrackingStore } from '../store/tracking.ts';
import { countTrials, type SweepDefinition } from '../sweep-definition.ts';
import { isStopped } from '../sweep-termination.ts';
import { trialJob, trialName } from '../sweep-trial.ts';
import type { JobRunner } from './index.ts';

interface SweepDependencies {
  readonly jobs: JobStore;
  readonly tracking: TrackingStore;
  readonly runner: Pick<JobRunner, 'submit' | 'cancel'>;
}

/** Timers of Node wrap beyond. */
const longestTimerMs = 2 ** 31 - 1;

export class SweepRunner {
  readonly #deps: SweepDependencies;
  readonly #timers = new Map<string, NodeJS.Timeout>();

  constructor(dependencies: SweepDependencies) {
    this.#deps = dependencies;
  }

  /** Takes up every sweep that has not ended. */
  start(): void {
    for (const { name, definition } of this.#deps.jobs.unfinished())
      if (definition.jobType === 'Sweep') this.submit(name);
  }

  stop(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  submit(name: string): void {
    const { jobs } = this.#deps;
    if (jobs.find(name)?.attempts === 0) jobs.beginAttempt(name);
    jobs.advance(name, 'Running');
    this.#limit(name);
    this.#advance(name);
  }

  /** Whether the sweep has ended by now; otherwise it will once its trials have. */
  cancel(name: string): boolean {
    this.#deps.jobs.advance(name, 'CancelRequested');
    this.#advance(name);
    return isTerminal(this.#deps.jobs.find(name)?.status ?? 'Canceled');
  }

  /** A trial has ended. */
  ended({ partOf }: Job): void {
    if (partOf) this.#advance(partOf.pipeline);
  }

  /** A trial has logged a metric. */
  logged(trial: Job, metric: string): void {
    const { jobs, tracking, runner } = this.#deps;
    const sweep = trial.partOf && jobs.find(trial.partOf.pipeline);
    if (sweep?.definition.jobType !== 'Sweep' || isTerminal(trial.status)) return;
    if (sweep.definition.objective.primaryMetric !== metric) return;
    const valuesOf = (name: string) => tracking.history(name, metric).map(({ value }) => value);
    const all = jobs.stepsOf(sweep.name).map(({ name }) => valuesOf(name));
    if (isStopped(sweep.definition, valuesOf(trial.name), all)) runner.cancel(trial.name);
  }

  /** "Once this limit is reached the system will cancel the sweep job, including all its trials." */
  #limit(name: string): void {
    const job = this.#deps.jobs.find(name);
    if (job?.definition.jobType !== 'Sweep' || this.#timers.has(name)) return;
    const timeoutMs = durationMs('properties.limits.timeout', job.definition.limits.timeout);
    if (timeoutMs === undefined) return;
    const timer = setTimeout(() => this.cancel(name), Math.min(timeoutMs, longestTimerMs));
    this.#timers.set(name, timer);
  }

  #advance(name: string): void {
    const { jobs, runner } = this.#deps;
    const job = jobs.find(name);
    if (job?.definition.jobType !== 'Sweep' || isTerminal(job.status)) return;
    const trials = jobs.stepsOf(name);
    const running = trials.filter(({ status }) => !isTerminal(status));
    if (job.status === 'CancelRequested') {
      for (const trial of running) runner.cancel(trial.name);
      if (jobs.stepsOf(name).every(({ status }) => isTerminal(status))) jobs.finish(name, 'Canceled');
    } else if (trials.length < countTrials(job.definition))
      this.#begin(job, job.definition, trials.length, running.length);
    else if (running.length === 0) this.#finish(job, job.definition, trials);
    if (isTerminal(jobs.find(name)?.status ?? 'Canceled')) clearTimeout(this.#timers.get(name));
  }

  #begin({ name, details }: Job, definition: SweepDefinition, begun: number, running: number): void {
    const { jobs, runner } = this.#deps;
    const { maxConcurrentTrials, maxTotalTrials } = definition.limits;
    const room = (maxConcurrentTrials ?? maxTotalTrials) - running;
    const count = Math.max(0, Math.min(room, countTrials(definition) - begun));
    const numbers = Array.from({ length: count }, (_, at) => begun + at);
    for (const trial of numbers) {
      const own = mergeDetails(noDetails, { displayName: trialName(details.displayName ?? name, trial) });
      const mark = { pipeline: name, step: String(trial) };
      jobs.add(trialName(name, trial), trialJob(name, definition, trial), own, mark);
    }
    // All are kept before the first begins: its end must find the others.
    for (const trial of numbers) runner.submit(trialName(name, trial));
  }

  #finish({ name, details }: Job, { objective }: SweepDefinition, trials: readonly Job[]): void {
    const { jobs, tracking } = this.#deps;
    const done = trials.filter(({ status }) => status === 'Completed');
    if (done.length === 0) {
      const message = `None of the ${trials.length} trials has completed. See their runs.`;
      jobs.finish(name, 'Failed', { code: 'UserError', message });
      return;
    }
    const sign = objective.goal === 'Maximize' ? 1 : -1;
    const scores = done.flatMap((trial) => {
      const values = tracking.history(trial.name, objective.primaryMetric).map(({ value }) => sign * value);
      const real = values.filter((value) => !Number.isNaN(value));
      return real.length === 0 ? [] : [{ name: trial.name, score: Math.max(...real) }];
    });
    const [best] = scores.sort((a, b) => b.score - a.score);
    if (best) {
      const properties = { best_child_run_id: best.name, score: String(sign * best.score) };
      jobs.setDetails(name, mergeDetails(details, { properties }));
    }
    jobs.advance(name, 'Finalizing');
    jobs.finish(name, 'Completed');
  }
}
