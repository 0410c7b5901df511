/** What runs the jobs of the workspace, by what a job is: the processes themselves, and those of which they are parts. */
import type { AnyDefinition, FindComponent } from '../pipeline-definition.ts';
import type { TrackingStore } from '../store/tracking.ts';
import { AutomlRunner } from './automl.ts';
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
  readonly #automl: AutomlRunner;

  constructor({ tracking, findComponent, ...own }: Dependencies) {
    const { jobs } = own;
    const runner = new JobRunner(own);
    this.processes = runner;
    this.#pipelines = new PipelineRunner({ jobs, findComponent, runnerOf: (job) => this.of(job) });
    this.sweeps = new SweepRunner({ jobs, tracking, runner });
    this.#automl = new AutomlRunner({ ...own, tracking, runner });
    jobs.whenEnded = (job) => {
      this.#pipelines.ended(job);
      this.sweeps.ended(job);
      this.#automl.ended(job);
    };
  }

  of({ jobType }: Pick<AnyDefinition, 'jobType'>): Runner {
    return {
      Command: this.processes,
      Pipeline: this.#pipelines,
      Sweep: this.sweeps,
      AutoML: this.#automl,
    }[jobType];
  }

  /** Takes up every job that has not ended. */
  start(): void {
    this.processes.start();
    this.#pipelines.start();
    this.sweeps.start();
    this.#automl.start();
  }

  async stop(): Promise<void> {
    this.sweeps.stop();
    this.#automl.stop();
    await this.processes.stop();
  }
}
