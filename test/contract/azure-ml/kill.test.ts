import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { BlobServiceClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localCloud, type SystemEvent } from '../../../local/cloud-context.ts';
import { until, untilSeen } from '../../until.ts';
import { ask, type BlobService, codeUri, nodeId, startBlobService } from './workspace-fixture.ts';
import type { ProcessReady, ProcessSettings } from './workspace-process.ts';

const program = fileURLToPath(new URL('./workspace-process.ts', import.meta.url));
let blob: BlobService;
let home: string;
let child: ChildProcess | undefined;

beforeAll(async () => {
  blob = await startBlobService();
  const service = BlobServiceClient.fromConnectionString(blob.connectionString);
  const container = service.getContainerClient(localCloud.container);
  await container.createIfNotExists();
  await container.getBlockBlobClient('models/m').upload('weights', 7);
  const rows = Array.from({ length: 40 }, (_, at) => `${at},${at % 3}\n`).join('');
  const table = {
    'table/rows.csv': `x,y\n${rows}`,
    'table/MLTable': 'paths:\n  - file: ./rows.csv\ntransformations:\n  - read_delimited:\n',
  };
  for (const [path, text] of Object.entries(table))
    await container.getBlockBlobClient(path).upload(text, text.length);
});
afterAll(() => blob.stop());
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ratchet-kill-'));
});
afterEach(async () => {
  await kill();
  for (const pid of startedPids()) if (isRunning(pid)) process.kill(pid, 'SIGKILL');
  rmSync(home, { recursive: true, force: true });
});

async function start(crashAt?: string): Promise<ProcessReady> {
  const settings: ProcessSettings = {
    home,
    blob: { endpoint: blob.endpoint, connectionString: blob.connectionString },
  };
  const env = { ...process.env, ...(crashAt && { RATCHET_CRASH_AT: crashAt }) };
  child = spawn(process.execPath, [program, JSON.stringify(settings)], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line) as ProcessReady;
  throw new Error('the workspace ended before it was ready');
}

async function kill(): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

async function untilDead(): Promise<void> {
  if (child && child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  expect(child?.signalCode).toBe('SIGKILL');
}

const urlOf = (ready: ProcessReady, path: string) =>
  `${ready.endpoint}${localCloud.workspaceId}/${path}?api-version=2022-10-01`;
const put = (ready: ProcessReady, path: string, properties: object) =>
  ask(urlOf(ready, path), ready.ca, {
    method: 'PUT',
    token: ready.token,
    body: JSON.stringify({ properties }),
  });
const get = async (ready: ProcessReady, path: string) =>
  (await ask(urlOf(ready, path), ready.ca, { token: ready.token })).json?.properties;

async function untilEnded(
  ready: ProcessReady,
  name: string,
): Promise<{ status: string; properties: object }> {
  return untilSeen(async () => {
    const job = await get(ready, `jobs/${name}`);
    return ['Completed', 'Failed', 'Canceled'].includes(job.status) ? job : undefined;
  });
}

const published = (): SystemEvent[] =>
  readFileSync(join(home, 'events.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
/** What a reader that drops repeated ids is told. */
const told = () =>
  [...new Map(published().map((event) => [event.id, event])).values()].map((event) =>
    event.eventType.endsWith('RunStatusChanged')
      ? (event.data as { runStatus: string }).runStatus
      : event.eventType,
  );
const fullStory = [
  ...['NotStarted', 'Queued', 'Starting', 'Running', 'Finalizing', 'Completed'],
  'Microsoft.MachineLearningServices.RunCompleted',
];

const job = {
  jobType: 'Command',
  environmentId: nodeId,
  command: `node -e 'require("fs").writeFileSync(process.argv[1], "made")' \${{outputs.file}}`,
  outputs: { file: { jobOutputType: 'uri_file' } },
};

describe('a workspace that is killed', () => {
  it.each([
    ['job-before-submit-commit', 1],
    ['job-after-submit-commit', 1],
    ['job-before-complete-commit', 1],
    ['job-after-complete-commit', 1],
  ])('at %s runs the job to one end, and tells of it', async (point, attempts) => {
    const first = await start(point);
    await put(first, 'jobs/run-1', job).catch((error: NodeJS.ErrnoException) =>
      expect(error.code).toBe('ECONNRESET'),
    );
    await untilDead();

    const second = await start();
    expect((await put(second, 'jobs/run-1', job)).status).toBeLessThan(300);
    const ended = await untilEnded(second, 'run-1');
    expect(ended).toMatchObject({ status: 'Completed', properties: { attempts: String(attempts) } });
    expect(told()).toEqual(fullStory);
  });

  // The second is the end of the first step: the next one is not kept yet.
  it.each(['job-after-submit-commit', 'job-after-complete-commit'])(
    'at %s goes on with a pipeline where it was',
    async (point) => {
      const componentId = `${localCloud.workspaceId}/components/copies/versions/1`;
      const componentSpec = {
        ...{ name: 'copies', version: '1', type: 'command', environment: nodeId },
        command: `node -e 'require("fs").writeFileSync(process.argv[1] + "/made", "x")' \${{outputs.to}} \${{inputs.from}}`,
        ...{ inputs: { from: { type: 'uri_folder' } }, outputs: { to: { type: 'uri_folder' } } },
      };
      const step = (from: string) => ({
        ...{ type: 'command', componentId, computeId: `${localCloud.workspaceId}/computes/cpu` },
        inputs: { from: { job_input_type: 'literal', value: `\${{parent.${from}}}` } },
      });
      const pipeline = {
        jobType: 'Pipeline',
        inputs: { data: { jobInputType: 'uri_folder', uri: codeUri('models/') } },
        jobs: { last: step('jobs.first.outputs.to'), first: step('inputs.data') },
      };
      const first = await start(point);
      await put(first, 'components/copies/versions/1', { componentSpec });
      await put(first, 'jobs/pipe-1', pipeline).catch(() => undefined);
      await untilDead();

      const second = await start();
      expect((await put(second, 'jobs/pipe-1', pipeline)).status).toBeLessThan(300);
      expect(await untilEnded(second, 'pipe-1')).toMatchObject({ status: 'Completed' });
      const completed = published().filter(({ eventType }) => eventType.endsWith('RunCompleted'));
      // Each of both steps, and the pipeline, once.
      expect(new Set(completed.map(({ subject }) => subject)).size).toBe(3);
    },
  );

  // The second is the end of the first trial: the next one is not kept yet.
  it.each(['job-after-submit-commit', 'job-after-complete-commit'])(
    'at %s goes on with a sweep where it was',
    async (point) => {
      const sweep = {
        jobType: 'Sweep',
        outputs: { to: { jobOutputType: 'uri_folder' } },
        trial: {
          environmentId: nodeId,
          command: `node -e 'require("fs").writeFileSync(process.argv[1] + "/made", "x")' \${{outputs.to}} \${{search_space.word}}`,
        },
        searchSpace: { word: ['choice', [['a', 'b']]] },
        samplingAlgorithm: { samplingAlgorithmType: 'Grid' },
        objective: { goal: 'Maximize', primaryMetric: 'score' },
        limits: { jobLimitsType: 'Sweep', maxTotalTrials: 2, maxConcurrentTrials: 1 },
      };
      const first = await start(point);
      await put(first, 'jobs/sweep-1', sweep).catch(() => undefined);
      await untilDead();

      const second = await start();
      expect((await put(second, 'jobs/sweep-1', sweep)).status).toBeLessThan(300);
      expect(await untilEnded(second, 'sweep-1')).toMatchObject({ status: 'Completed' });
      const completed = published().filter(({ eventType }) => eventType.endsWith('RunCompleted'));
      // Each of both trials, and the sweep, once.
      expect(new Set(completed.map(({ subject }) => subject)).size).toBe(3);
    },
  );

  // The second is the end of its setup: no trial is kept yet.
  it.each(['job-after-submit-commit', 'job-after-complete-commit'])(
    'at %s goes on with AutoML where it was',
    async (point) => {
      const automl = {
        ...{ type: 'automl', task: 'classification', primary_metric: 'accuracy', target_column_name: 'y' },
        training_data: '${{parent.inputs.table}}',
        limits: { max_trials: 2, timeout_minutes: 15 },
        outputs: { best_model: { type: 'literal', value: '${{parent.outputs.model}}' } },
      };
      const pipeline = {
        jobType: 'Pipeline',
        computeId: `${localCloud.workspaceId}/computes/cpu`,
        inputs: { table: { jobInputType: 'mltable', uri: codeUri('table/') } },
        outputs: { model: { jobOutputType: 'mlflow_model', uri: codeUri('models/automl/') } },
        jobs: { automl },
      };
      const first = await start(point);
      await put(first, 'jobs/automl-1', pipeline).catch(() => undefined);
      await untilDead();

      const second = await start();
      expect((await put(second, 'jobs/automl-1', pipeline)).status).toBeLessThan(300);
      expect(await untilEnded(second, 'automl-1')).toMatchObject({ status: 'Completed' });
      const completed = published().filter(({ eventType }) => eventType.endsWith('RunCompleted'));
      // The setup, each of both trials, the AutoML job and its pipeline, once.
      expect(new Set(completed.map(({ subject }) => subject)).size).toBe(5);
    },
  );

  it.each(['model-before-commit', 'model-after-commit'])(
    'at %s tells of the model once it is kept',
    async (point) => {
      const properties = { modelUri: codeUri('models/m') };
      const first = await start(point);
      await put(first, 'models/m/versions/1', properties).catch(() => undefined);
      await untilDead();

      const second = await start();
      expect((await put(second, 'models/m/versions/1', properties)).status).toBeLessThan(300);
      expect(told()).toEqual(['Microsoft.MachineLearningServices.ModelRegistered']);
    },
  );

  it.each(['deployment-before-commit', 'deployment-after-commit'])(
    'at %s deploys, and tells of it once',
    async (point) => {
      const model = `${localCloud.workspaceId}/models/m/versions/1`;
      const machine = {
        endpointComputeType: 'Managed',
        instanceType: 'Standard_DS3_v2',
        environmentId: nodeId,
      };
      const putOnline = (ready: ProcessReady, path: string, properties: object) =>
        ask(urlOf(ready, path), ready.ca, {
          method: 'PUT',
          token: ready.token,
          body: JSON.stringify({ location: 'local', properties }),
        });
      const made = (ready: ProcessReady, path: string) =>
        until(async () => (await get(ready, path)).provisioningState === 'Succeeded');
      const first = await start(point);
      await put(first, 'models/m/versions/1', { modelUri: codeUri('models/m') });
      await putOnline(first, 'onlineEndpoints/front', { authMode: 'Key' });
      await made(first, 'onlineEndpoints/front');
      await putOnline(first, 'onlineEndpoints/front/deployments/blue', { ...machine, model });
      await untilDead();

      const second = await start();
      await made(second, 'onlineEndpoints/front/deployments/blue');
      expect(told().filter((type) => type.endsWith('ModelDeployed'))).toHaveLength(1);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'while a job runs ends what is left of it and starts it again',
    async () => {
      const first = await start();
      const started = join(home, 'started');
      const go = join(home, 'go');
      const script = `const { appendFileSync, existsSync } = require("fs"); const [, started, go] = process.argv; appendFileSync(started, process.pid + "\\n"); setInterval(() => existsSync(go) && process.exit(), 10)`;
      await put(first, 'jobs/run-2', {
        ...{ jobType: 'Command', environmentId: nodeId },
        command: `node -e '${script}' "\${{inputs.started}}" "\${{inputs.go}}"`,
        inputs: {
          started: { jobInputType: 'literal', value: started },
          go: { jobInputType: 'literal', value: go },
        },
      });
      await until(() => startedPids().length >= 1);
      await kill();
      const [orphan] = startedPids();
      expect(isRunning(orphan!)).toBe(true);

      const second = await start();
      await until(() => startedPids().length >= 2);
      expect(isRunning(orphan!)).toBe(false);
      spawnSync('touch', [go]);
      expect(await untilEnded(second, 'run-2')).toMatchObject({
        status: 'Completed',
        properties: { attempts: '2' },
      });
      expect(told()).toEqual(fullStory);
    },
  );
});

/** Of whole lines: a job makes its file before it writes into it. */
function startedPids(): number[] {
  const file = join(home, 'started');
  return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1).map(Number) : [];
}

/** A process that has ended but that nobody has asked about yet is still listed, as a zombie. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}
