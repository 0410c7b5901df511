/** Serving in the local cloud's own process: what its log workspace tells, and what a kill leaves. */
import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { LogsQueryClient, LogsQueryResultStatus } from '@azure/monitor-query-logs';
import { BlobServiceClient } from '@azure/storage-blob';
import { describe, expect, it } from 'vitest';
import { newModel, saveModel } from '../../../examples/spam-filter/model.ts';
import { localCloud } from '../../../local/cloud-context.ts';
import type { CloudState } from '../../../local/launch/cloud-state.ts';
import { publishCode } from '../../../local/launch/publish-assets.ts';
import { publishSampleScoring } from '../../../local/launch/sample-model.ts';
import { longUri } from '../../../shared/azure/run-files.ts';
import { until, untilSeen } from '../../until.ts';
import { startCloudProcess, temporaryHome } from '../storage/cloud-process.ts';
import { at, deployment, endpoint, modelId, often } from './online-fixture.ts';
import { echo, toDeployment } from './serving-fixture.ts';
import { ask } from './workspace-fixture.ts';

const systemClock = ['--clock', 'system'];

/** Tokens of the cloud's own identity endpoint: several clouds may be asked by one process. */
function credentialOf({ identityEndpoint, identityHeader }: CloudState) {
  return {
    async getToken(scopes: string | string[]) {
      const resource = [scopes].flat()[0]!.replace(/\/\.default$/, '');
      const url = `${identityEndpoint}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
      const answer = await fetch(url, { headers: { 'x-identity-header': identityHeader } });
      const { access_token: token } = (await answer.json()) as { access_token: string };
      return { token, expiresOnTimestamp: Date.now() + 3_600_000 };
    },
  };
}

/** A model `m:1` that the sample's scoring script loads, and an endpoint `front`. */
async function prepare(home: string, state: CloudState) {
  const ca = readFileSync(state.caFile, 'utf8');
  const client = new AzureMachineLearningWorkspaces(credentialOf(state), localCloud.subscriptionId, {
    endpoint: state.armEndpoint,
    tlsOptions: { ca },
  });
  const folder = join(home, 'made', 'model');
  saveModel(folder, newModel());
  const container = BlobServiceClient.fromConnectionString(state.storage).getContainerClient(
    localCloud.container,
  );
  await container.createIfNotExists();
  for (const file of ['model.json', 'weights.f32'])
    await container.getBlockBlobClient(`runs/r1/model/${file}`).uploadFile(join(folder, file));
  const uri = 'azureml://datastores/workspaceblobstore/paths/runs/r1/model/';
  const properties = { modelUri: longUri(localCloud.workspaceId, uri) };
  await client.modelVersions.createOrUpdate(...at, 'm', '1', { properties });
  await client.onlineEndpoints.beginCreateOrUpdateAndWait(...at, 'front', endpoint(), often);
  const deploy = (name: string, more: object) =>
    client.onlineDeployments.beginCreateOrUpdateAndWait(
      ...at,
      'front',
      name,
      deployment({ model: modelId('m', '1'), ...more }),
      often,
    );
  const { scoringUri } = (await client.onlineEndpoints.get(...at, 'front')).properties;
  const { primaryKey } = await client.onlineEndpoints.listKeys(...at, 'front');
  const call = (name: string, body: object) =>
    ask(scoringUri!, ca, {
      ...{ method: 'POST', token: primaryKey!, body: JSON.stringify(body), headers: toDeployment(name) },
    });
  return { client, ca, deploy, call };
}

it('requests are counted by deployment over a window, and printed lines are found, by the client of Azure Monitor', async () => {
  const home = temporaryHome();
  const { state } = await startCloudProcess(home, systemClock);
  const { deploy, call, ca } = await prepare(home, state);
  const logs = new LogsQueryClient(credentialOf(state), {
    ...{ endpoint: state.logsEndpoint, tlsOptions: { ca } },
    credentials: { scopes: ['https://api.loganalytics.io/.default'] },
  });
  const rowsOf = async (query: string) => {
    const result = await logs.queryWorkspace(state.logsWorkspaceId, query, { duration: 'PT1H' });
    if (result.status !== LogsQueryResultStatus.Success) throw result.partialError;
    return result.tables[0]!.rows;
  };
  const shown = /```kusto\n(.*?)```/s.exec(readFileSync('docs/local-cloud/serving.md', 'utf8'))![1]!;
  const documented = shown.replace("'spam'", "'front'");
  const counted =
    "AmlOnlineEndpointTrafficLog | where EndpointName == 'front' | summarize requests = count(), failed = countif(ModelStatusCode >= 500), p95 = percentile(TotalDurationMs, 95) by DeploymentName | order by DeploymentName asc";
  expect(await rowsOf(counted)).toEqual([]);

  const { environmentId, ...codeConfiguration } = await publishSampleScoring(state);
  await deploy('blue', {
    environmentId,
    codeConfiguration,
    environmentVariables: { RATCHET_MODEL_NAME: 'm', RATCHET_MODEL_VERSION: '1' },
  });
  const mails = [{ id: 'a', text: 'hello' }];
  for (let request = 0; request < 3; request++)
    expect((await call('blue', { mails })).json).toEqual({
      predictions: [{ id: 'a', score: 0.5, label: 1 }],
      model: { name: 'm', version: '1' },
    });
  const faults = [{ endpoint: 'front', deployment: 'blue', failShare: 1, failStatus: 503 }];
  const put = (body: object) =>
    fetch(`${state.control}/online-endpoints/faults`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  expect((await put({ faults })).status).toBe(200);
  expect((await call('blue', { mails })).status).toBe(424);
  expect(await rowsOf(counted)).toEqual([['blue', 4, 1, expect.any(Number)]]);
  expect(await rowsOf(documented)).toEqual([['blue', 4, 1, expect.any(Number)]]);
  const unknown = await put({ faults: [{ endpoint: 'front', failShar: 1 }] });
  expect(unknown.status).toBe(400);
  expect(await unknown.text()).toContain('failShar');
  const printed = "AmlOnlineEndpointConsoleLog | where DeploymentName == 'blue' | project Message";
  await until(async () => {
    const [line] = await rowsOf(printed);
    expect(line).toEqual([expect.stringMatching(/^scores \{"name":"m","version":"1"\} on port \d+$/)]);
  });
});

it('a cloud that is killed leaves no process, and serves again what it served once it is back', async () => {
  const home = temporaryHome();
  const first = await startCloudProcess(home, systemClock);
  const { deploy, call } = await prepare(home, first.state);
  const codeConfiguration = await publishEcho(home, first.state);
  await deploy('blue', { codeConfiguration, environmentVariables: { MODEL: 'm:1' } });
  const { pid } = (await call('blue', {})).json;
  await first.kill();
  await until(() => !isRunning(pid));

  const second = await startCloudProcess(home, systemClock);
  expect(second.state.scoringEndpoint).toBe(first.state.scoringEndpoint);
  const again = await untilSeen(async () => {
    const { status, json } = await call('blue', {});
    return status === 200 ? json : undefined;
  });
  expect(again).toMatchObject({ model: 'm:1', files: ['model'] });
  expect(again.pid).not.toBe(pid);
});

/** Processes that run code of a deployment below a folder, as Linux tells. */
function processesOf(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`AML_APP_ROOT=${realpathSync(home)}/`);
      } catch {
        return false; // gone, or not ours
      }
    })
    .map(Number);
}

async function publishEcho(home: string, state: CloudState) {
  const folder = join(home, 'made', 'code');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'echo.mjs'), echo);
  const { version } = await publishCode(state, { name: 'echo', version: null, folder });
  return { codeId: `${localCloud.workspaceId}/codes/echo/versions/${version}`, scoringScript: 'echo.mjs' };
}

describe.runIf(process.platform === 'linux')('a cloud that is killed', () => {
  it.each(['deployment-before-commit', 'deployment-after-commit'])(
    'at %s has the deployment served by one process once it is back',
    async (point) => {
      const home = temporaryHome();
      const first = await startCloudProcess(home, systemClock, { RATCHET_CRASH_AT: point });
      const { deploy, call, client } = await prepare(home, first.state);
      const codeConfiguration = await publishEcho(home, first.state);
      void deploy('blue', { codeConfiguration }).catch(() => undefined);
      await first.ended;
      await until(() => processesOf(home).length === 0);

      await startCloudProcess(home, systemClock);
      await until(async () => {
        const { properties } = await client.onlineDeployments.get(...at, 'front', 'blue');
        return properties.provisioningState === 'Succeeded';
      });
      const { pid } = await untilSeen(async () => {
        const { status, json } = await call('blue', {});
        return status === 200 ? (json as { pid: number }) : undefined;
      });
      expect(processesOf(home)).toEqual([pid]);
    },
  );

  it('while a process is not ready yet starts it again, once', async () => {
    const home = temporaryHome();
    const first = await startCloudProcess(home, systemClock);
    const { deploy, client } = await prepare(home, first.state);
    const codeConfiguration = await publishEcho(home, first.state);
    void deploy('blue', { codeConfiguration, environmentVariables: { UNREADY: '1' } }).catch(() => undefined);
    const [before] = await untilSeen(() => (processesOf(home).length > 0 ? processesOf(home) : undefined));
    await first.kill();
    await until(() => processesOf(home).length === 0);

    await startCloudProcess(home, systemClock);
    const [after, ...more] = await untilSeen(() =>
      processesOf(home).length > 0 ? processesOf(home) : undefined,
    );
    expect(after).not.toBe(before);
    expect(more).toEqual([]);
    const { properties } = await client.onlineDeployments.get(...at, 'front', 'blue');
    expect(properties.provisioningState).toBe('Creating');
  });
});

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
