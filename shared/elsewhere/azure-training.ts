/** A run of Azure Pipelines as a training: what starts and ends it, and what it says when it has ended. */
import type { Elsewhere } from '../domain/elsewhere.ts';
import { describeElsewhere } from '../domain/elsewhere.ts';
import type { OutsideRun, PipelineSeen, TrainingOrder } from '../domain/pipeline.ts';
import { AzureBuild, kindOf } from '../release/channels/azure-build.ts';
import { AzurePipelines } from '../release/channels/azure-pipelines.ts';
import type { Rest } from '../release/channels/rest.ts';
import type { OutsideEnd, OutsideLog, TrainingChannel } from './training-channel.ts';

/** Type and name of the attachment that says where the model lies. */
const reportType = 'ratchet';
const reportName = 'model.json';

/** What is to be done about a refusal of Azure DevOps. */
export function adviseAzureTraining(status: number): string {
  if (status === 401)
    return "add the app's identity to the organization, with access level Basic, and check RATCHET_AZURE_DEVOPS_URL: docs/elsewhere-training.md";
  if (status === 403)
    return "give the app's identity View builds, Queue builds and Stop builds on the pipeline: docs/elsewhere-training.md";
  if (status === 400)
    return 'compare the parameters of the pipeline with those a training is sent, and training.settings: docs/elsewhere-training.md';
  return status === 404 ? 'check project, pipeline and branch under training in the model file' : '';
}

export class AzureTraining implements TrainingChannel {
  readonly #rest: Rest;
  readonly #of: Pick<Elsewhere, 'project' | 'pipeline'>;
  readonly #pipelines: AzurePipelines;

  constructor(rest: Rest, of: Pick<Elsewhere, 'project' | 'pipeline' | 'branch'>) {
    this.#rest = rest;
    this.#of = of;
    this.#pipelines = new AzurePipelines(rest, { ...of, parameters: {} });
  }

  start(order: TrainingOrder): Promise<PipelineSeen> {
    return this.#pipelines.start(order);
  }

  observe(order: TrainingOrder, run: OutsideRun | null): Promise<PipelineSeen> {
    return this.#pipelines.observe(order, run);
  }

  cancel(order: TrainingOrder, run: OutsideRun | null): Promise<PipelineSeen> {
    return this.#pipelines.cancel(order, run);
  }

  async endOf(run: OutsideRun, hasSucceeded: boolean): Promise<OutsideEnd> {
    const build = new AzureBuild(this.#rest, this.#of.project, run);
    const facts = await build.facts();
    if (hasSucceeded)
      return { ...facts, failure: null, reports: await build.attachments(reportType, reportName) };
    const failure = await build.failure();
    return { ...facts, failure: { said: failure.said, kind: kindOf(failure) }, reports: [] };
  }

  logOf(run: OutsideRun, task: string | undefined, fromLine: number): Promise<OutsideLog> {
    return new AzureBuild(this.#rest, this.#of.project, run).log(task, fromLine);
  }

  async look(): Promise<string> {
    const pipelineId = await this.#pipelines.find();
    return `${describeElsewhere(this.#of)} is there, number ${pipelineId}; whether it may be run shows with the first run`;
  }
}
