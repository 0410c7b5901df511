/**
 * Runs the parts of AutoML jobs, each a job of its own: the setup, and then the trials.
 *
 * Owns: which trial comes when, when there have been enough, which is the best, and the job's walk from NotStarted to its end.
 * Does not own: which models are tried (automl/candidates.ts), how one is trained (automl/train-process.ts).
 *
 * Invariants
 * 1. No trial begins before the setup has ended well, and no more run at once than the job says.
 * 2. A trial that fails fails nothing else. The job completes where one has completed, and fails where none has.
 * 3. When its time is over the trials that run are ended, and the best of the others is the best: that is no failure.
 * 4. What is to be done follows from what is kept of the job, its parts and their metrics alone, so that a restart goes on with it.
 */
import { realpathSync } from 'node:fs';
import type { CloudContext } from '../../cloud-context.ts';
import { candidatesOf, isBetter, metricName, whyEnough } from '../automl/candidates.ts';
import type { AutomlDefinition } from '../automl/definition.ts';
import { countTrials, modelOutput, partName, partOf, setupStep } from '../automl/parts.ts';
import type { Blobs } from '../blobs.ts';
import { mergeDetails, noDetails } from '../details.ts';
import { isTerminal } from '../job-status.ts';
import type { Locator } from '../locate.ts';
import type { Job, JobStore } from '../store/jobs.ts';
import type { TrackingStore } from '../store/tracking.ts';
import { makeEmpty, makeFolder } from './contained.ts';
import type { JobRunner } from './index.ts';
import { storeOutputs } from './outputs.ts';

interface AutomlDependencies {
  readonly cloud: Pick<CloudContext, 'home' | 'work'>;
  readonly jobs: JobStore;
  readonly tracking: TrackingStore;
  readonly blobs: Blobs;
  readonly locator: Locator;
  readonly runner: Pick<JobRunner, 'submit' | 'cancel'>;
}

interface Scored {
  readonly trial: number;
  readonly name: string;
  readonly score: number;
}

export class AutomlRunner {
  readonly #deps: AutomlDependencies;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** Jobs whose time is over. */
  readonly #over = new Set<string>();
  readonly #stopped = new AbortController();

  constructor(dependencies: AutomlDependencies) {
    this.#deps = dependencies;
  }

  /** Takes up every job that has not ended. */
  start(): void {
    for (const { name, definition } of this.#deps.jobs.unfinished())
      if (definition.jobType === 'AutoML') this.submit(name);
  }

  stop(): void {
    this.#stopped.abort();
    for (const timer of this.#timers.values()) clearTimeout(timer);
  }

  submit(name: string): void {
    const { jobs } = this.#deps;
    const job = jobs.find(name);
    if (job?.definition.jobType !== 'AutoML' || isTerminal(job.status)) return;
    if (job.attempts === 0) jobs.beginAttempt(name);
    jobs.advance(name, 'Running');
    this.#limit(name, job.definition);
    this.#advance(name);
  }

  /** Whether the job has ended by now; otherwise it will once its parts have. */
  cancel(name: string): boolean {
    this.#deps.jobs.advance(name, 'CancelRequested');
    this.#advance(name);
    return isTerminal(this.#deps.jobs.find(name)?.status ?? 'Canceled');
  }

  /** A part has ended. */
  ended({ partOf: mark }: Job): void {
    if (mark) this.#advance(mark.pipeline);
  }

  #limit(name: string, { step }: AutomlDefinition): void {
    const minutes = step.limits.timeout_minutes;
    if (minutes === undefined || this.#timers.has(name)) return;
    const end = () => {
      this.#over.add(name);
      this.#advance(name);
    };
    this.#timers.set(name, setTimeout(end, Math.min(minutes * 60_000, 2 ** 31 - 1)));
  }

  #advance(name: string): void {
    const { jobs, runner } = this.#deps;
    const job = jobs.find(name);
    if (job?.definition.jobType !== 'AutoML' || isTerminal(job.status)) return;
    const parts = jobs.stepsOf(name);
    const running = parts.filter(({ status }) => !isTerminal(status));
    if (job.status === 'CancelRequested') {
      for (const part of running) runner.cancel(part.name);
      if (jobs.stepsOf(name).every(({ status }) => isTerminal(status))) jobs.finish(name, 'Canceled');
    } else if (job.status !== 'Finalizing' || running.length === 0) this.#goOn(job, job.definition, parts);
    if (!isTerminal(jobs.find(name)?.status ?? 'Canceled')) return;
    clearTimeout(this.#timers.get(name));
    this.#over.delete(name);
  }

  #goOn(job: Job, definition: AutomlDefinition, parts: readonly Job[]): void {
    const { jobs, runner } = this.#deps;
    const setup = parts.find(({ partOf: mark }) => mark?.step === setupStep);
    if (!setup) {
      this.#begin(job, definition, null);
      return;
    }
    const trials = parts.filter((part) => part !== setup);
    const running = parts.filter(({ status }) => !isTerminal(status));
    const isOver = this.#over.has(job.name);
    if (isOver) for (const { name } of running) runner.cancel(name);
    if (!isTerminal(setup.status)) return;
    if (setup.status !== 'Completed') {
      jobs.finish(job.name, 'Failed', setup.error ?? { code: 'UserError', message: 'The setup was ended.' });
      return;
    }
    const scored = this.#scoresOf(definition, trials);
    const isEnough =
      isOver ||
      whyEnough(
        definition.step,
        scored.map(({ score }) => score),
      ) !== null;
    const begun = trials.length;
    if (!isEnough && begun < countTrials(definition)) {
      const room = (definition.step.limits.max_concurrent_trials ?? 1) - running.length;
      const count = Math.max(0, Math.min(room, countTrials(definition) - begun));
      for (let at = begun; at < begun + count; at++) this.#begin(job, definition, at);
      return;
    }
    if (jobs.stepsOf(job.name).every(({ status }) => isTerminal(status)))
      this.#finish(job, definition, scored, begun);
  }

  #begin({ name, details }: Job, definition: AutomlDefinition, trial: number | null): void {
    const { jobs, runner } = this.#deps;
    const part = trial ?? setupStep;
    const own = mergeDetails(noDetails, { displayName: partName(details.displayName ?? name, part) });
    const mark = { pipeline: name, step: String(part) };
    jobs.add(partName(name, part), partOf(name, definition, trial), own, mark);
    runner.submit(partName(name, part));
  }

  #scoresOf({ step }: AutomlDefinition, trials: readonly Job[]): readonly Scored[] {
    const metric = metricName(step.primary_metric);
    return trials.flatMap(({ name, status, partOf: mark }) => {
      const score = this.#deps.tracking.history(name, metric).at(-1)?.value;
      return status !== 'Completed' || score === undefined
        ? []
        : [{ trial: Number(mark!.step), name, score }];
    });
  }

  #finish(job: Job, definition: AutomlDefinition, scored: readonly Scored[], begun: number): void {
    const { jobs, cloud } = this.#deps;
    const [first, ...others] = scored;
    if (!first) {
      const message = `None of the ${begun} trials has completed. See their runs.`;
      jobs.finish(job.name, 'Failed', { code: 'UserError', message });
      return;
    }
    const { primary_metric: metric } = definition.step;
    const best = others.reduce(
      (one, other) => (isBetter(metric, other.score, one.score) ? other : one),
      first,
    );
    const candidates = candidatesOf(definition.step);
    const listed = (of: (one: Scored) => string | number): string => scored.map(of).join(';');
    const tags = {
      iteration_000: listed(({ trial }) => trial),
      score_000: listed(({ score }) => score),
      run_algorithm_000: listed(({ trial }) => candidates[trial]!.algorithm),
      automl_best_child_run_id: best.name,
    };
    jobs.setDetails(job.name, mergeDetails(job.details, { tags }));
    if (!jobs.advance(job.name, 'Finalizing') && job.status !== 'Finalizing') return;
    const endWork = cloud.work.begin();
    void this.#keepModel(job.name, definition, best.name).finally(endWork);
  }

  /** The model of the best trial, where the job's output lies. */
  async #keepModel(name: string, definition: AutomlDefinition, best: string): Promise<void> {
    const { jobs, blobs, locator, cloud } = this.#deps;
    const { signal } = this.#stopped;
    try {
      const uri = String(jobs.find(best)?.definition.outputs[modelOutput]?.uri);
      const folder = await makeFolder(realpathSync(cloud.home), 'jobs', name);
      await makeEmpty(folder, 'outputs');
      const target = await makeFolder(folder, 'outputs', 'best_model');
      await blobs.fetchFolder(locator.locate('outputs.best_model', uri, 'data'), target, signal);
      await storeOutputs({ name, definition }, folder, this.#deps, signal);
      jobs.finish(name, 'Completed');
    } catch (error) {
      if (signal.aborted) return;
      const message = `The best model could not be kept: ${error instanceof Error ? error.message : String(error)}`;
      jobs.finish(name, 'Failed', { code: 'SystemError', message });
    }
  }
}
