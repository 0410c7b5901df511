/** What runs the jobs of the workspace, by what a job is: the processes themselves, and those of which they are parts. */
import type { AnyDefinition, FindComponent } from '../pipeline-definition.ts';
import type { TrackingStore } from '../store/tracking.ts';
import { JobRunner } from './index.ts';
import { PipelineRunner } from './pipelines.ts';
import { SweepRunner } from './sweeps.ts';

type Dependencies = ConstructorParameters<typeof JobRunner>[0] & {
  readonly tracking: TrackingStore;
  readonly findComponent: FindComponent;
};

interface Runner {
  submit(name: string): void;
  /** Whether the job has ended by now; otherwise it will shortly. */
  cancel(name: string): boolean;
}

export class JobRunners {
  readonly processes: JobRunner;
  readonly sweeps: SweepRunner;
  readonly #pipelines: PipelineRunner;

  constructor({ tracking, findComponent, ...own }: Dependencies) {
    const { jobs } = own;
    const runner = new JobRunner(own);
    this.processes = runner;
    this.#pipelines = new PipelineRunner({ jobs, runner, findComponent });
    this.sweeps = new SweepRunner({ jobs, tracking, runner });
    jobs.whenEnded = (job) => {
      this.#pipelines.ended(job);
      this.sweeps.ended(job);
    };
  }

  of({ jobType }: Pick<AnyDefinition, 'jobType'>): Runner {
    return { Command: this.processes, Pipeline: this.#pipelines, Sweep: this.sweeps }[jobType];
  }

  /** Takes up every job that has not ended. */
  start(): void {
    this.processes.start();
    this.#pipelines.start();
    this.sweeps.start();
  }

  async stop(): Promise<void> {
    this.sweeps.stop();
    await this.processes.stop();
  }
}
