/**
 * Runs the steps of pipeline jobs, each a job of its own, in the order of their data.
 *
 * Owns: which step comes when, and a pipeline's walk from NotStarted to its end.
 * Does not own: what a pipeline may be (pipeline-definition.ts), how a step's process runs (index.ts).
 *
 * Invariants
 * 1. A step begins once every step whose output it reads has completed; steps that do not wait for each other run at once,
 *    as far as there are slots.
 * 2. With the first step that fails, those that run are cancelled and none begins; the pipeline fails once all have ended.
 * 3. What is to be done follows from what is kept of the pipeline and its steps alone, so that a restart goes on with it.
 */
import { mergeDetails, noDetails } from '../details.ts';
import { isTerminal } from '../job-status.ts';
import type { AnyDefinition, FindComponent, PipelineDefinition } from '../pipeline-definition.ts';
import { stepsBefore } from '../pipeline-node.ts';
import { jobOfAnyStep, stepJobName } from '../pipeline-steps.ts';
import type { Job, JobStore } from '../store/jobs.ts';
import type { JobRunner } from './index.ts';

interface PipelineDependencies {
  readonly jobs: JobStore;
  /** What runs a step, by what its job is. */
  readonly runnerOf: (job: Pick<AnyDefinition, 'jobType'>) => Pick<JobRunner, 'submit' | 'cancel'>;
  readonly findComponent: FindComponent;
}

export class PipelineRunner {
  readonly #deps: PipelineDependencies;

  constructor(dependencies: PipelineDependencies) {
    this.#deps = dependencies;
  }

  /** A step has ended. */
  ended({ partOf }: Job): void {
    if (partOf) this.#advance(partOf.pipeline);
  }

  /** Takes up every pipeline that has not ended. */
  start(): void {
    for (const { name, definition } of this.#deps.jobs.unfinished())
      if (definition.jobType === 'Pipeline') this.submit(name);
  }

  submit(name: string): void {
    const job = this.#deps.jobs.find(name);
    if (job?.attempts === 0) this.#deps.jobs.beginAttempt(name);
    this.#deps.jobs.advance(name, 'Running');
    this.#advance(name);
  }

  /** Whether the pipeline has ended by now; otherwise it will once its steps have. */
  cancel(name: string): boolean {
    this.#deps.jobs.advance(name, 'CancelRequested');
    this.#advance(name);
    return isTerminal(this.#deps.jobs.find(name)?.status ?? 'Canceled');
  }

  #advance(name: string): void {
    const { jobs, runnerOf } = this.#deps;
    const job = jobs.find(name);
    if (job?.definition.jobType !== 'Pipeline' || isTerminal(job.status)) return;
    const steps = jobs.stepsOf(name);
    const isCancelled = job.status === 'CancelRequested';
    const failed = steps.filter(({ status }) => status === 'Failed' || status === 'Canceled');
    if (!isCancelled && failed.length === 0) {
      this.#goOn(job, job.definition, steps);
      return;
    }
    for (const step of steps) if (!isTerminal(step.status)) runnerOf(step.definition).cancel(step.name);
    if (jobs.stepsOf(name).some(({ status }) => !isTerminal(status))) return;
    if (isCancelled) jobs.finish(name, 'Canceled');
    else jobs.finish(name, 'Failed', failureOf(failed));
  }

  #goOn({ name, seq }: Job, pipeline: PipelineDefinition, steps: readonly Job[]): void {
    const { jobs, runnerOf, findComponent } = this.#deps;
    const made = new Map(steps.map((step) => [step.partOf?.step, step]));
    const isDone = (step: string): boolean => made.get(step)?.status === 'Completed';
    const nodes = Object.entries(pipeline.jobs);
    if (nodes.every(([step]) => isDone(step))) {
      jobs.advance(name, 'Finalizing');
      jobs.finish(name, 'Completed');
      return;
    }
    const ready = nodes.filter(([step, node]) => !made.has(step) && stepsBefore(node).every(isDone));
    const outputUri = (step: string, output: string): string =>
      made.get(step)?.definition.outputs[output]?.uri ?? '';
    for (const [step, node] of ready) {
      const jobName = stepJobName(name, seq, step);
      const definition = jobOfAnyStep(step, node, { jobName, pipeline, findComponent, outputUri });
      jobs.add(jobName, definition, detailsOf(step, node), { pipeline: name, step });
    }
    // All are kept before the first begins: its end must find the others.
    for (const [step] of ready) {
      const jobName = stepJobName(name, seq, step);
      runnerOf(jobs.find(jobName)!.definition).submit(jobName);
    }
  }
}

function detailsOf(step: string, { display_name, tags, properties }: PipelineDefinition['jobs'][string]) {
  return mergeDetails(noDetails, {
    displayName: display_name ?? step,
    ...(tags && { tags }),
    ...(properties && { properties }),
  });
}

/** Of the steps that failed by themselves: others were cancelled for them. */
function failureOf(ended: readonly Job[]): { readonly code: string; readonly message: string } {
  const failed = ended.filter(({ status }) => status === 'Failed');
  const names = (failed.length > 0 ? failed : ended).map(({ partOf }) => partOf?.step).join(', ');
  return { code: 'UserError', message: `Steps of the pipeline have failed: ${names}. See their runs.` };
}
