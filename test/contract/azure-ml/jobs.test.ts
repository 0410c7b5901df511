import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { CommandJob } from '@azure/arm-machinelearning';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { until } from '../../until.ts';
import {
  all,
  codeUri,
  group,
  idOf,
  nodeId,
  openWorkspace,
  type Workspace,
  workspaceName,
} from './workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.addCode('train', {
    'copy.js': `
      const { readFileSync, writeFileSync, mkdirSync } = require('node:fs');
      const [, , source, target, word] = process.argv;
      const text = readFileSync(source, 'utf8');
      mkdirSync('outputs', { recursive: true });
      writeFileSync('outputs/note.txt', 'kept');
      writeFileSync(target + '/model.txt', text.toUpperCase() + word);
      console.log('trained on', text.length);
    `,
    'fail.js': `console.error('the data has no labels'); process.exit(3);`,
    'env.js': `require('node:fs').writeFileSync(process.argv[2], JSON.stringify(process.env));`,
    'forever.js': `setInterval(() => {}, 1000);`,
    'family.js': `
      const { spawn } = require('node:child_process');
      const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
      require('node:fs').writeFileSync(process.argv[2], String(child.pid));
      setInterval(() => {}, 1000);
    `,
  });
  await workspace.upload({ 'data/a.txt': 'ham', 'data/deep/b.txt': 'spam' });
});
afterAll(() => workspace.close());

const code = idOf('codes', 'train');
const statusesOf = (job: string) =>
  workspace.events
    .filter((event) => event.eventType.endsWith('RunStatusChanged') && event.subject.endsWith(`/runs/${job}`))
    .map((event) => (event.data as { runStatus: string }).runStatus);

describe('a command job', () => {
  it('reads its inputs, writes its outputs to their place, and completes', async () => {
    await workspace.submit('copies', {
      codeId: code,
      command: 'node copy.js ${{inputs.data}} ${{outputs.model}} "${{inputs.word}}"',
      inputs: {
        data: { jobInputType: 'uri_file', uri: 'azureml://datastores/workspaceblobstore/paths/data/a.txt' },
        word: { jobInputType: 'literal', value: ' and eggs; rm -rf $HOME' },
      },
      outputs: { model: { jobOutputType: 'custom_model' } },
    });
    const job = await workspace.untilEnded('copies');

    expect(job.status).toBe('Completed');
    expect(await workspace.read('azureml/copies/model/model.txt')).toBe('HAM and eggs; rm -rf $HOME');
    expect(await workspace.read('ExperimentRun/dcid.copies/outputs/note.txt')).toBe('kept');
    expect(job.outputs?.['model']).toMatchObject({
      uri: 'azureml://datastores/workspaceblobstore/paths/azureml/copies/model/',
    });
    expect(job.properties).toMatchObject({ attempts: '1' });
  });

  it('tells of every status once, and of its completion', async () => {
    await workspace.submit('tells', { codeId: code, command: 'node --version', tags: { retrainId: 'rt-1' } });
    await workspace.untilEnded('tells');

    expect(statusesOf('tells')).toEqual([
      'NotStarted',
      'Queued',
      'Starting',
      'Running',
      'Finalizing',
      'Completed',
    ]);
    const completed = workspace.events.filter((event) => event.eventType.endsWith('RunCompleted'));
    expect(completed.find((event) => event.subject.endsWith('/runs/tells'))).toMatchObject({
      eventType: 'Microsoft.MachineLearningServices.RunCompleted',
      dataVersion: '',
      data: {
        runId: 'tells',
        experimentName: 'tests',
        runTags: { retrainId: 'rt-1' },
        runProperties: { attempts: '1' },
      },
    });
    const ids = workspace.events.map((event) => event.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('hands a folder of blobs, and a registered model, to the process', async () => {
    await workspace.client.modelVersions.createOrUpdate(group, workspaceName, 'words', '1', {
      properties: {
        modelType: 'custom_model',
        modelUri: codeUri('data/deep'),
      },
    });
    await workspace.submit('folders', {
      command: `node -e 'const { readFileSync, writeFileSync } = require("node:fs"); const [, folder, model, out] = process.argv; writeFileSync(out, readFileSync(folder + "/deep/b.txt", "utf8") + readFileSync(model + "/b.txt", "utf8"))' \${{inputs.data}} \${{inputs.model}} \${{outputs.file}}`,
      inputs: {
        data: { jobInputType: 'uri_folder', uri: `${workspace.blob.endpoint}/azureml/data` },
        model: { jobInputType: 'custom_model', uri: 'azureml:words:1' },
      },
      outputs: {
        file: { jobOutputType: 'uri_file', uri: 'azureml://datastores/workspaceblobstore/paths/out/one.txt' },
      },
    });
    const job = await workspace.untilEnded('folders');

    expect(job.properties?.['errorMessage']).toBeUndefined();
    expect(await workspace.read('out/one.txt')).toBe('spamspam');
  });

  it('sees nothing of the environment it was started from but what leads to programs', async () => {
    process.env['SECRET_OF_THE_CLOUD'] = 'do not pass on';
    await workspace.submit('surroundings', {
      codeId: code,
      command: 'node env.js ${{outputs.env}}',
      environmentVariables: { RETRAIN_ID: 'rt-1', HOME: '/root' },
      outputs: { env: { jobOutputType: 'uri_file' } },
    });
    await workspace.untilEnded('surroundings');
    const env = JSON.parse(await workspace.read('azureml/surroundings/env/env'));

    expect(Object.keys(env).sort()).toEqual(
      [
        ...['AZUREML_RUN_ID', 'HOME', 'MLFLOW_EXPERIMENT_ID', 'MLFLOW_EXPERIMENT_NAME', 'MLFLOW_RUN_ID'],
        ...['MLFLOW_TRACKING_TOKEN', 'MLFLOW_TRACKING_URI', 'NODE_EXTRA_CA_CERTS', 'PATH', 'RETRAIN_ID'],
        ...['TEMP', 'TMP', 'TMPDIR'],
        ...['CONDA_DEFAULT_ENV', 'CONDA_PREFIX', 'LD_LIBRARY_PATH', 'VIRTUAL_ENV'].filter(
          (name) => process.env[name] !== undefined,
        ),
      ].sort(),
    );
    expect(env.HOME).toBe(`${workspace.home}/azure-ml/jobs/surroundings/home`);
    expect(env.MLFLOW_RUN_ID).toBe('surroundings');
  });
});

describe('a distributed job', () => {
  const say = 'const { RANK, WORLD_SIZE, NODE_RANK, LOCAL_RANK, TF_CONFIG } = process.env;';
  const write = (what: string) =>
    `node -e '${say} require("node:fs").writeFileSync(process.argv[1] + "/" + ${what}, "x")' \${{outputs.ranks}}`;
  const outputs = { ranks: { jobOutputType: 'uri_folder' as const } };
  const filesOf = async (job: string) => {
    const found = await all(workspace.container.listBlobsFlat({ prefix: `azureml/${job}/ranks/` }));
    return found.map(({ name }) => name.split('/').at(-1)).sort();
  };

  it('runs a process for each rank, on as many machines as it takes', async () => {
    await workspace.submit('ranks', {
      command: write('[RANK, WORLD_SIZE, NODE_RANK, LOCAL_RANK].join("-")'),
      resources: { instanceCount: 2 },
      distribution: { distributionType: 'PyTorch', processCountPerInstance: 2 },
      environmentId: 'azureml://registries/azureml/environments/torch-2.6/versions/3',
      outputs,
    });
    expect((await workspace.untilEnded('ranks')).status).toBe('Completed');
    expect(await filesOf('ranks')).toEqual(['0-4-0-0', '1-4-0-1', '2-4-1-0', '3-4-1-1']);
  });

  it('tells workers and parameter servers of TensorFlow of each other', async () => {
    await workspace.submit('workers', {
      command: write(
        '["worker", "ps"].map((kind) => JSON.parse(TF_CONFIG).cluster[kind].length).concat(Object.values(JSON.parse(TF_CONFIG).task)).join("-")',
      ),
      distribution: { distributionType: 'TensorFlow', workerCount: 2, parameterServerCount: 1 },
      outputs,
    });
    expect((await workspace.untilEnded('workers')).status).toBe('Completed');
    expect(await filesOf('workers')).toEqual(['2-1-ps-0', '2-1-worker-0', '2-1-worker-1']);
  });

  it('fails with the first of its processes that does, and ends the others', async () => {
    await workspace.submit('uneven', {
      command: `node -e 'if (process.env.OMPI_COMM_WORLD_RANK === "1") { console.error("out of memory"); process.exit(5); } setInterval(() => {}, 1000)'`,
      distribution: { distributionType: 'Mpi', processCountPerInstance: 2 },
    });
    const job = await workspace.untilEnded('uneven');
    expect(job.properties?.['errorMessage']).toBe(
      'The process ended with exit code 5. Standard error ends with:\nout of memory\nprocess 1 of 2 ended with exit code 5',
    );
  });
});

describe('a job that goes wrong', () => {
  it('fails with the end of its standard error when its exit code is not zero', async () => {
    await workspace.submit('fails', { codeId: code, command: 'node fail.js' });
    const job = await workspace.untilEnded('fails');

    expect(job.status).toBe('Failed');
    expect(job.properties).toMatchObject({
      errorCode: 'ExecutionFailed',
      errorMessage: 'The process ended with exit code 3. Standard error ends with:\nthe data has no labels',
    });
    expect(statusesOf('fails').at(-1)).toBe('Failed');
    expect(
      workspace.events.some(
        (event) => event.eventType.endsWith('RunCompleted') && event.subject.endsWith('/fails'),
      ),
    ).toBe(false);
  });

  it('fails when it outlasts its time limit, and its children end with it', async () => {
    await workspace.submit('never-ends', {
      codeId: code,
      command: 'node family.js ${{inputs.note}}',
      inputs: { note: { jobInputType: 'literal', value: `${workspace.home}/child-of-never-ends` } },
      limits: { jobLimitsType: 'Command', timeout: 'PT5S' },
    });
    const job = await workspace.untilEnded('never-ends');

    expect(job.status).toBe('Failed');
    expect(job.properties?.['errorMessage']).toBe(
      'The process was ended after 5 s, its limits.timeout; raise the limit, or reduce the work of the job',
    );
    const childPid = Number(readFileSync(`${workspace.home}/child-of-never-ends`, 'utf8'));
    await until(() => !isRunning(childPid));
  });

  it('fails and names the output it did not write', async () => {
    await workspace.submit('forgets', {
      command: 'node --version',
      outputs: { model: { jobOutputType: 'uri_folder' } },
    });
    const job = await workspace.untilEnded('forgets');

    expect(job.status).toBe('Failed');
    expect(job.properties?.['errorMessage']).toBe(
      'outputs.model: the job ended well but left no file in its folder; write to ${{outputs.model}} or drop the output',
    );
  });

  it('fails and names the input whose blob does not exist', async () => {
    await workspace.submit('starved', {
      command: 'node --version',
      inputs: {
        data: { jobInputType: 'uri_file', uri: 'azureml://datastores/workspaceblobstore/paths/no/such.csv' },
      },
    });
    const job = await workspace.untilEnded('starved');
    expect(job.properties?.['errorMessage']).toBe(
      'inputs.data: there is no blob azureml/no/such.csv; upload it or correct the uri',
    );
  });

  it('fails when the program does not exist', async () => {
    await workspace.submit('no-program', { command: 'no-such-program --help' });
    const job = await workspace.untilEnded('no-program');
    expect(job.properties).toMatchObject({ errorCode: 'ProgramNotStarted' });
  });
});

describe('a fault on demand', () => {
  const errorOf = async (job: string) => {
    const path = `/history/v1.0${localCloud.workspaceId}/runs/${job}/details`;
    return (await workspace.fetch(path)).json.error;
  };

  it.each([
    ['capacity', 'UserError', 'JobNodeCountExceedsCoreQuota'],
    ['throttled', 'RequestThrottled', null],
    ['platform', 'ServiceError', null],
  ])('%s befalls as many of the next jobs as are named, before they begin', async (kind, root, inner) => {
    workspace.azureMl.setJobFaults({ faults: [{ job: `unlucky-${kind}`, kind }] });
    for (const name of [`unlucky-${kind}-1`, `unlucky-${kind}-2`]) {
      await workspace.submit(name, { command: 'node --version' });
      await workspace.untilEnded(name);
    }
    expect(await errorOf(`unlucky-${kind}-1`)).toMatchObject({
      error: { code: root, details: [], innerError: inner && { code: inner, innerError: null } },
      componentName: 'local',
    });
    expect(statusesOf(`unlucky-${kind}-1`)).not.toContain('Running');
    expect((await workspace.untilEnded(`unlucky-${kind}-2`)).status).toBe('Completed');
  });

  it('preempted kills the process of a job that runs', async () => {
    workspace.azureMl.setJobFaults({ faults: [{ job: 'taken', kind: 'preempted' }] });
    await workspace.submit('taken', { codeId: code, command: 'node forever.js' });
    expect((await workspace.untilEnded('taken')).status).toBe('Failed');
    expect((await errorOf('taken')).error.message).toBe(
      'AzureMLCompute job failed.\nPreemptionError: the machine was taken away while the job ran',
    );
    expect(statusesOf('taken')).toContain('Running');
  });

  it('that is none is refused', () => {
    const broken = { faults: [{ job: '', kind: 'fire', time: 1 }] };
    expect(() => workspace.azureMl.setJobFaults(broken)).toThrow(
      /^The faults cannot be read: body\.faults\.0\.job: .*; body\.faults\.0\.kind: .*; body\.faults\.0: .*"time"/,
    );
  });
});

describe('cancelling', () => {
  it('ends a running job as Canceled; how that goes is read from the job, for nobody here may read the operation', async () => {
    await workspace.submit('canceled', { codeId: code, command: 'node forever.js' });
    await workspace.untilStatus('canceled', 'Running');
    await expect(
      workspace.client.jobs.beginCancelAndWait(group, workspaceName, 'canceled'),
    ).rejects.toMatchObject({ statusCode: 403, code: 'AuthorizationFailed' });

    expect((await workspace.untilEnded('canceled')).status).toBe('Canceled');
    expect(statusesOf('canceled').slice(-3)).toEqual(['Running', 'CancelRequested', 'Canceled']);
  });

  it('ends a waiting job at once, and lets the next one run', async () => {
    const forever = { codeId: code, command: 'node forever.js' };
    await workspace.submit('first', forever);
    await workspace.submit('second', forever);
    await workspace.submit('third', forever);
    await workspace.untilStatus('second', 'Running');
    expect((await workspace.client.jobs.get(group, workspaceName, 'third')).properties.status).toBe('Queued');
    await workspace.cancel('third');
    expect(statusesOf('third')).toEqual(['NotStarted', 'Queued', 'Canceled']);

    await workspace.submit('fourth', { command: 'node --version' });
    await workspace.cancel('first');
    await workspace.untilEnded('first');
    expect((await workspace.untilEnded('fourth')).status).toBe('Completed');
    await workspace.cancel('second');
  });

  it('leaves a job that has ended as it is', async () => {
    await workspace.submit('done', { command: 'node --version' });
    await workspace.untilEnded('done');
    await workspace.cancel('done');
    expect((await workspace.untilEnded('done')).status).toBe('Completed');
  });
});

describe('submitting', () => {
  const definition = { command: 'node -e "1"', tags: { a: '1' } };

  it('again under the same name with the same definition changes nothing but labels', async () => {
    await workspace.submit('twice', definition);
    await workspace.untilEnded('twice');
    const again = await workspace.submit('twice', { ...definition, tags: { b: '2' } });

    expect(again.properties.status).toBe('Completed');
    expect(again.properties.tags).toEqual({ a: '1', b: '2' });
    expect(statusesOf('twice')).toHaveLength(6);
  });

  it('what was read back is the same definition', async () => {
    const read = await workspace.client.jobs.get(group, workspaceName, 'twice');
    const again = await workspace.client.jobs.createOrUpdate(group, workspaceName, 'twice', read);
    expect(again.properties.status).toBe('Completed');
  });

  it('a different definition under the same name is refused in the documented words', async () => {
    await expect(workspace.submit('twice', { ...definition, command: 'node -e "2"' })).rejects.toMatchObject({
      statusCode: 400,
      code: 'UserError',
      message: expect.stringContaining('A job with this name already exists.'),
    });
  });

  it.each([
    [
      'an unknown code asset',
      { command: 'node x.js', codeId: idOf('codes', 'nope') },
      'codeId: no asset nope, version 1',
    ],
    ['a pipe', { command: 'node x.js | sort' }, '"|" at character 11 would need a shell'],
    [
      'an undeclared input',
      { command: 'node ${{inputs.data}}' },
      'names no input of this job; declare inputs.data',
    ],
    [
      'a limit that is no duration',
      { command: 'node', limits: { jobLimitsType: 'Command', timeout: '2h' } },
      'limits.timeout',
    ],
    [
      'another datastore',
      {
        command: 'node',
        inputs: { d: { jobInputType: 'uri_file', uri: 'azureml://datastores/lake/paths/x' } },
      },
      'datastore "lake" does not exist',
    ],
  ] as const)('%s is refused before anything runs', async (_what, job, message) => {
    await expect(workspace.submit('refused', job)).rejects.toMatchObject({
      statusCode: 400,
      code: 'UserError',
      message: expect.stringContaining(message),
    });
    await expect(workspace.client.jobs.get(group, workspaceName, 'refused')).rejects.toMatchObject({
      statusCode: 404,
      code: 'ResourceNotFound',
    });
  });

  it('the client on its own submits a job without files', async () => {
    const job = await workspace.client.jobs.createOrUpdate(group, workspaceName, 'by-client', {
      properties: {
        jobType: 'Command',
        environmentId: nodeId,
        command: 'node -e ${{inputs.program}}',
        inputs: { program: { jobInputType: 'literal', value: '1 + 1' } },
      },
    });
    expect(job.properties.experimentName).toBe('Default');
    expect((await workspace.untilEnded('by-client')).status).toBe('Completed');
  });

  it('the client on its own loses the uri of an input, and the refusal says what to do', async () => {
    const properties: CommandJob = {
      jobType: 'Command',
      environmentId: nodeId,
      command: 'node',
      inputs: { data: { jobInputType: 'uri_folder', uri: 'azureml:mail:1' } },
    };
    await expect(
      workspace.client.jobs.createOrUpdate(group, workspaceName, 'refused', { properties }),
    ).rejects.toMatchObject({
      code: 'UserError',
      message: expect.stringContaining('azure-sdk-for-js issue 29328'),
    });
  });

  it('a name that would leave the folder of jobs is refused', async () => {
    await expect(workspace.submit('..', { command: 'node' })).rejects.toMatchObject({
      statusCode: expect.any(Number),
    });
    await expect(workspace.submit('../../etc', { command: 'node' })).rejects.toMatchObject({
      code: 'UserError',
    });
  });
});

describe('listing and deleting', () => {
  it('lists by tag, newest first', async () => {
    for (const name of ['list-1', 'list-2']) {
      await workspace.submit(name, { command: 'node --version', tags: { listed: 'yes' } });
      await workspace.untilEnded(name);
    }
    const jobs = await all(workspace.client.jobs.list(group, workspaceName, { tag: 'listed' }));
    expect(jobs.map((job) => job.name)).toEqual(['list-2', 'list-1']);
  });

  it('forgets a deleted job, and refuses to delete one that runs', async () => {
    await expect(
      workspace.client.jobs.beginDeleteAndWait(group, workspaceName, 'list-1'),
    ).rejects.toMatchObject({ statusCode: 403 });
    await expect(workspace.client.jobs.get(group, workspaceName, 'list-1')).rejects.toMatchObject({
      statusCode: 404,
    });

    await workspace.submit('busy', { codeId: code, command: 'node forever.js' });
    await expect(workspace.client.jobs.beginDelete(group, workspaceName, 'busy')).rejects.toMatchObject({
      code: 'UserError',
    });
    await workspace.cancel('busy');
  });
});

it('nothing counts as work once every job has ended', async () => {
  await until(() => workspace.work.busy === 0);
});

/** A process that has ended but that nobody has asked about yet is still listed, as a zombie. */
function isRunning(pid: number): boolean {
  const state = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).stdout.trim();
  return state !== '' && !state.startsWith('Z');
}
