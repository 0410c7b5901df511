/** What a page of the documents shows of a kind of training, and the services and steps that carry it out. */
import { readFileSync } from 'node:fs';
import { localCloud } from '../../../local/cloud-context.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { ModelConfig, PinnedModel } from '../../../shared/config/schema.ts';
import { run } from '../../fixtures/ledger.ts';
import { serveFunctions } from './handlers.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep, untilEnded } from './run-steps.ts';

export interface ShownTraining {
  readonly page: string;
  /** The first that the page shows. */
  readonly training: string;
  /** By file name. */
  readonly programs: Readonly<Record<string, string>>;
}

export function readShownTraining(path: string): ShownTraining {
  const page = readFileSync(path, 'utf8');
  const programs = [...page.matchAll(/```js\n\/\/ (\S+)\n([\s\S]*?)```/g)].map(
    ([, name, text]) => [name!, text!] as const,
  );
  const [, training] = /```yaml\n(training:[\s\S]*?)```/.exec(page)!;
  return { page, training: training!, programs: Object.fromEntries(programs) };
}

/** The spam filter's model file, with another training; `more` changes it further. */
export function pinTraining(training: string, more: (text: string) => string = (text) => text): PinnedModel {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const text = more(sample.replace(/^training:[\s\S]*?\n\n/m, `${training}\n`));
  const parsed = parseModelFile('spam-filter.yaml', text);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}

export const submission = (runId: string, { config }: PinnedModel, job: object = config.training) => ({
  ...{ runId, model: config.model, phase: 'train' as const, dataPath: config.data.path },
  ...{ job: job as ModelConfig['training'], challenger: null, champion: null },
});

export const jobOf = (runId: string): string => `${runId}-train`;

export const filesOf = ({ container }: Pick<LocalServices, 'container'>) => ({
  async upload(path: string, text: string): Promise<void> {
    const bytes = Buffer.from(text);
    await container.getBlockBlobClient(path).upload(bytes, bytes.length);
  },
  textOf: async (path: string): Promise<string> =>
    (await container.getBlobClient(path).downloadToBuffer()).toString(),
});

export interface TrainingWorld extends ReturnType<typeof filesOf> {
  readonly services: LocalServices;
  readonly step: RunStep;
  submit(runId: string, model: PinnedModel, job?: object): Promise<JobState>;
  /** Pins a run's data, records it and submits its training. */
  begin(runId: string, model: PinnedModel): Promise<JobState>;
  untilEnded(jobName: string): Promise<JobState>;
  logOf(runId: string, query?: string, phase?: string): Promise<Record<string, unknown>>;
}

/** With the code `churn`, version 1, and the environment `node`, version 24; the logs of the runs with these ids can be asked for. */
export async function openTraining(
  programs: Readonly<Record<string, string>>,
  ids: readonly string[],
): Promise<TrainingWorld> {
  const services = await startServices(temporaryFolder());
  const { ml, container } = services;
  const at = [localCloud.resourceGroup, localCloud.workspace] as const;
  const files = filesOf(services);
  for (const [name, text] of Object.entries(programs)) await files.upload(`code/churn/${name}`, text);
  await ml.codeVersions.createOrUpdate(...at, 'churn', '1', {
    properties: { codeUri: `${container.url}/code/churn/` },
  });
  await ml.environmentVersions.createOrUpdate(...at, 'node', '24', { properties: { image: 'node:24' } });
  const step = await loadSteps(services.settings);
  const url = await serveFunctions(
    () => import('../../../functions/get-run-log.ts'),
    Object.fromEntries(ids.map((id) => [`runs/${id}/log`, ['get-run-log', { id }] as const])),
  );
  const submit: TrainingWorld['submit'] = (...of) => step('submit-job', submission(...of));
  return {
    ...{ services, step, submit, ...files },
    untilEnded: (jobName) => untilEnded(step, jobName),
    async begin(runId, model) {
      await step('pin-data', { runId, pinned: model });
      await step('record-run', run({ runId, phase: 'train', outcome: null }));
      return submit(runId, model);
    },
    async logOf(runId, query = '', phase = 'train') {
      const answer = await fetch(`${url}/api/runs/${runId}/log?phase=${phase}${query}`);
      return (await answer.json()) as Record<string, unknown>;
    },
  };
}
