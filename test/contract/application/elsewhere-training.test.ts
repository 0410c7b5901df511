import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { sasOf } from '../../../local/cloud/sas-of.ts';
import { startPipelines } from '../../../local/pipelines/index.ts';
import type { JobState } from '../../../orchestrations/steps.ts';
import { type Elsewhere, isElsewhere } from '../../../shared/domain/elsewhere.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { run } from '../../fixtures/ledger.ts';
import { serveFunctions } from './handlers.ts';
import { cloudContext, type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';
import { filesOf, pinTraining, readShownTraining } from './training-fixture.ts';

const { page, training: shown, programs } = readShownTraining('docs/elsewhere-training.md');
const [, pipeline] = /```yaml\n(# train-churn\.yml\n[\s\S]*?)```/.exec(page)!;
const pinned = pinTraining(shown);
const { training } = pinned.config;
if (!isElsewhere(training)) throw new Error('the page shows no training elsewhere');
const dataPath = pinned.config.data.path;

const home = temporaryFolder();
const folder = join(home, 'azure');
const withStep = (script: string) => pipeline!.replace('node train-churn.mjs', script);
const pipelines: Readonly<Record<string, string>> = {
  'train-churn': pipeline!,
  empty: withStep('echo did nothing'),
  hang: withStep('echo began && sleep 600'),
  reporting: withStep('node train-churn.mjs && node report.mjs "$PLACE" "$JOB"').replace(
    '    env:',
    '    env:\n      PLACE: spark/churn\n      JOB: ${{ parameters.ratchetJob }}',
  ),
  pretending: withStep('node report.mjs runs/other-20020902-00000000 model'),
  secretive: withStep('echo "the token is $STORAGE_SAS"; exit 3'),
  unprepared: 'parameters: [{ name: modelName, type: string }]\nsteps: [{ bash: "true" }]',
};

let services: LocalServices;
let files: ReturnType<typeof filesOf>;
let step: RunStep;
let url: string;
let outside: Awaited<ReturnType<typeof startPipelines>>;
let open: (port: number) => ReturnType<typeof startPipelines>;
let number = 0;

beforeAll(async () => {
  services = await startServices(home);
  files = filesOf(services);
  mkdirSync(folder);
  for (const [name, text] of Object.entries(pipelines)) writeFileSync(join(folder, `${name}.yml`), text);
  for (const name of ['train-churn.mjs', 'report.mjs']) writeFileSync(join(folder, name), programs[name]!);
  const context = cloudContext(home, 'pipelines');
  const variables = { storageSas: await sasOf(services.settings['RATCHET_STORAGE']!) };
  const folders = {
    azureFolder: folder,
    releaseFolder: join(home, 'none'),
    gitHubFolder: join(home, 'none'),
  };
  const { identity } = services;
  open = (port) => startPipelines({ ...context, port, tls: services.tls, identity, ...folders, variables });
  outside = await open(0);
  step = await loadSteps({ ...services.settings, RATCHET_AZURE_DEVOPS_URL: outside.azureDevOps });
  await files.upload(`${dataPath}2002-08-19.jsonl`, '{"id":1}\n{"id":2}\n{"id":3}\n');
});
afterAll(() => outside?.stop());

/** A run of its own, as far as before it asks for its training. */
async function prepare(name = 'train-churn'): Promise<Elsewhere> {
  const runId = `spam-filter-20020902-${String(++number).padStart(8, '0')}`;
  await step('pin-data', { runId, pinned });
  const elsewhere: Elsewhere = {
    ...{ service: 'azure-pipelines', project: 'ratchet', pipeline: name, job: `${runId}-train` },
    ...{ askedAt: new Date().toISOString(), run: null, commit: null },
  };
  await keep(elsewhere);
  return elsewhere;
}

const runIdOf = ({ job }: Elsewhere): string => job.replace(/-train$/, '');
const keep = (elsewhere: Elsewhere, phase: 'train' | 'settled' = 'train') =>
  step('record-run', run({ runId: runIdOf(elsewhere), phase, outcome: null, elsewhere }));
const start = (elsewhere: Elsewhere, more: object = {}) =>
  step('start-training', {
    ...{ model: pinned.config.model, dataPath, elsewhere },
    training: { ...(training as Extract<typeof training, { kind: 'azure-pipelines' }>), ...more },
  });

const untilEnded = (elsewhere: Elsewhere): Promise<JobState> =>
  vi.waitFor(
    async () => {
      const state = await step('watch-training', { elsewhere });
      if (!state.ended) throw new Error(`${elsewhere.job} is ${state.status}`);
      return state;
    },
    { timeout: 60_000, interval: 100 },
  );

async function trainBy(name?: string): Promise<JobState> {
  const elsewhere = await prepare(name);
  const begun = await start(elsewhere);
  return begun.ended ? begun : untilEnded(begun.elsewhere!);
}

const keysOf = (name: string) => outside.runsOf(name).map(({ parameters }) => parameters['ratchetJob']);

describe('training elsewhere', () => {
  it('has what the page shows train, find its data and leave its model, and says by which commit', async () => {
    const elsewhere = await prepare();
    const begun = await start(elsewhere);
    expect(begun).toMatchObject({ status: 'Running', ended: false });
    const state = await untilEnded(begun.elsewhere!);
    expect(state).toMatchObject({ jobName: elsewhere.job, status: 'Completed', succeeded: true, error: '' });
    expect(state).not.toHaveProperty('modelUri');
    expect(state.computeMs).toBeGreaterThan(0);
    expect(state.elsewhere?.commit).toMatch(/^[0-9a-f]{40}$/);
    expect(state.elsewhere?.run?.url).toMatch(/^https:.*buildId=\d+$/);
    expect(JSON.parse(await files.textOf(`runs/${runIdOf(elsewhere)}/model/model.json`))).toEqual({
      rows: 3,
      rounds: 3,
    });
    expect(Object.keys(outside.runsOf('train-churn').at(-1)!.parameters).toSorted()).toEqual([
      'dataFolder',
      'manifest',
      'modelFolder',
      'modelName',
      'ratchetJob',
      'ratchetRun',
      'rounds',
    ]);
    expect(await start(elsewhere), 'asked for once more').toEqual(state);
    expect(keysOf('train-churn').filter((key) => key === elsewhere.job)).toHaveLength(1);
  });

  it('takes the model where the run reports it, below a folder of its own name', async () => {
    const elsewhere = await prepare('reporting');
    await files.upload(`spark/churn/${elsewhere.job}/model.json`, '{}');
    const state = await untilEnded((await start(elsewhere)).elsewhere!);
    expect(state).toMatchObject({
      succeeded: true,
      modelUri: `azureml://datastores/workspaceblobstore/paths/spark/churn/${elsewhere.job}/`,
    });
  });

  it('fails where the run names files of another run, or left none', async () => {
    const pretending = await trainBy('pretending');
    expect(pretending).toMatchObject({ status: 'Completed', succeeded: false, kind: 'code' });
    expect(pretending.error).toContain(`must lie below a folder named ${pretending.jobName}`);
    const empty = await trainBy('empty');
    expect(empty).toMatchObject({ status: 'Completed', succeeded: false, kind: 'code' });
    expect(empty.error).toMatch(
      new RegExp(
        `left no file where its model is expected, http\\S+/runs/${runIdOf(empty.elsewhere!)}/model/;`,
      ),
    );
    expect(empty.error).not.toContain('sig=');
  });

  it('fails with the task that did and its error, and shows its log without secrets', async () => {
    const secretive = await trainBy('secretive');
    expect(secretive).toMatchObject({ status: 'Failed', succeeded: false, kind: 'code' });
    expect(secretive.error).toMatch(
      /^pipeline secretive of ratchet at commit [0-9a-f]{12} \(https:\S+\): task "Train" failed: Bash exited with code '3'$/,
    );
    await keep(secretive.elsewhere!, 'settled');
    const runId = runIdOf(secretive.elsewhere!);
    url = await serveFunctions(() => import('../../../functions/get-run-log.ts'), {
      [`runs/${runId}/log`]: ['get-run-log', { id: runId }],
    });
    const log = await (await fetch(`${url}/api/runs/${runId}/log?phase=train`)).json();
    expect(log).toMatchObject({
      ...{ partKind: 'step', step: 'Train', job: secretive.jobName, ended: true, more: false },
      ...{ steps: [{ step: 'Train', status: 'failed' }], text: 'the token is ***\n' },
    });
    const absent = await (await fetch(`${url}/api/runs/${runId}/log?phase=train&step=Test`)).json();
    expect(absent).toMatchObject({
      status: 404,
      detail: expect.stringContaining('tasks that have begun: Train'),
    });
  });

  it('is refused with what to mend where the pipeline does not take what is sent, or is not there', async () => {
    const unprepared = await trainBy('unprepared');
    expect(unprepared).toMatchObject({ status: 'Refused', ended: true, succeeded: false, computeMs: 0 });
    expect(unprepared.error).toContain("Unexpected parameter 'rounds'");
    expect(unprepared.error).toContain('docs/elsewhere-training.md');
    expect((await trainBy('nowhere')).error).toContain('must have one pipeline of that name; found none');
  });

  it('finds the run again where the answer to its start was lost', async () => {
    const elsewhere = await prepare();
    outside.failNext([{ kind: 'lose-reply', method: 'POST' }]);
    const begun = await start(elsewhere);
    expect(await untilEnded(begun.elsewhere!)).toMatchObject({ succeeded: true });
    expect(keysOf('train-churn').filter((key) => key === elsewhere.job)).toHaveLength(1);
  });

  it('is cancelled by the name of its job alone, as of a run that died', async () => {
    const elsewhere = await prepare('hang');
    await start(elsewhere);
    const told = await step('cancel-job', { jobName: elsewhere.job });
    expect(told).toMatchObject({ jobName: elsewhere.job, ended: false });
    const ended = await vi.waitFor(
      async () => {
        const state = await step('cancel-job', { jobName: elsewhere.job });
        if (!state.ended) throw new Error(state.status);
        return state;
      },
      { timeout: 30_000, interval: 200 },
    );
    expect(ended).toMatchObject({ status: 'Canceled', succeeded: false });
    expect(ended).not.toHaveProperty('kind');
    expect(await step('get-job', { jobName: elsewhere.job })).toMatchObject({ status: 'Canceled' });
  });

  it('is nothing to be waited for where it was never started', async () => {
    const elsewhere = await prepare('hang');
    expect(await step('cancel-job', { jobName: elsewhere.job })).toMatchObject({
      ...{ status: 'NotFound', ended: true, computeMs: 0 },
    });
  });

  it('counts as a failure of the platform where the agent was lost', async () => {
    const { elsewhere } = await start(await prepare('hang'));
    const { port } = new URL(outside.azureDevOps);
    await outside.stop();
    outside = await open(Number(port));
    const lost = await untilEnded(elsewhere!);
    expect(lost).toMatchObject({ status: 'Failed', kind: 'platform' });
    expect(lost.error).toContain('We stopped hearing from agent local');
  });

  it('is looked for by the doctor', async () => {
    const { trainingChannel } = createWiring({
      ...services.settings,
      RATCHET_AZURE_DEVOPS_URL: outside.azureDevOps,
    });
    const lookAt = async (name: string) =>
      (await trainingChannel({ project: 'ratchet', pipeline: name })).look();
    expect(await lookAt('train-churn')).toMatch(
      /^pipeline train-churn of ratchet is there, number \d+; whether/,
    );
    await expect(lookAt('nowhere')).rejects.toThrow('must have one pipeline of that name; found none');
  });

  it('meets an organization that is as strict as the service', async () => {
    const { elsewhere } = await trainBy('secretive');
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = process.env;
    const resource = '499b84ac-1321-427f-aa17-267ca6975798';
    const asked = `${IDENTITY_ENDPOINT}?resource=${resource}&api-version=2019-08-01`;
    const token = await (await fetch(asked, { headers: { 'x-identity-header': IDENTITY_HEADER! } })).json();
    const build = `/ratchet/_apis/build/builds/${elsewhere!.run!.id.split('/')[1]}`;
    const ask = async (path: string, headers: Record<string, string> = {}) => {
      const { access_token: bearer } = token as { access_token: string };
      const { request } = await import('node:https');
      return new Promise<{ status: number; type: string; text: string }>((done, fail) => {
        const options = { ca: services.tls.ca, headers: { authorization: `Bearer ${bearer}`, ...headers } };
        request(`${outside.azureDevOps}${build}${path}`, options, async (answer) => {
          let text = '';
          for await (const chunk of answer) text += String(chunk);
          done({ status: answer.statusCode!, type: String(answer.headers['content-type']), text });
        })
          .on('error', fail)
          .end();
      });
    };
    const preview = await ask('/attachments/ratchet?api-version=7.1');
    expect(preview).toMatchObject({
      status: 400,
      text: expect.stringContaining('The -preview flag must be supplied'),
    });
    expect(await ask('/timeline?api-version=7.1-preview.2')).toMatchObject({ status: 400 });
    expect(await ask('/timeline')).toMatchObject({ status: 400 });
    const { records } = JSON.parse((await ask('/timeline?api-version=7.1')).text);
    const log = `/logs/${records.at(-1).log.id}?api-version=7.1`;
    expect(await ask(log)).toMatchObject({ type: 'text/plain', text: 'the token is ***' });
    expect(JSON.parse((await ask(log, { accept: 'application/json' })).text)).toMatchObject({ count: 1 });
  });

  it('registers a version that names no job of the workspace', async () => {
    const state = await trainBy();
    await keep(state.elsewhere!);
    const runId = runIdOf(state.elsewhere!);
    const uri = `azureml://datastores/workspaceblobstore/paths/runs/${runId}/model/`;
    const version = await step('register-model', {
      ...{ runId, jobName: state.jobName },
      challenger: { name: pinned.config.model, version: '20020902-x', modelUri: uri },
      tags: {
        ...{
          ratchetRun: runId,
          ratchetSignals: '1 signals',
          ratchetConfigHash: 'c',
          ratchetGateReportHash: 'g',
        },
        ...{ ratchetDataHash: 'd', ratchetParentVersion: 'none' },
      },
    });
    const { ml } = services;
    const found = await ml.modelVersions.get('local', 'ratchet', version.name, version.version);
    expect(found.properties.jobName ?? null).toBeNull();
  });
});
