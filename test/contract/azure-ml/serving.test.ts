/** Deployments that are served by real processes, and asked over the wire. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../../examples/spam-filter/model.ts';
import { until, untilSeen } from '../../until.ts';
import { at, often } from './online-fixture.ts';
import { modelId, openScoring, type Scoring, toDeployment } from './serving-fixture.ts';
import { appToken, ask } from './workspace-fixture.ts';

let s: Scoring;
beforeAll(async () => {
  s = await openScoring({ random: randomFrom(20260301) });
});
afterAll(() => s.workspace.close());

const isRunning = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a deployment with code', () => {
  it('has succeeded once its process is ready, and answers at the scoring address', async () => {
    await s.makeEndpoint('front');
    const made = await s.deploy('front', 'blue');
    expect(made.properties.provisioningState).toBe('Succeeded');
    await s.makeEndpoint('front', { traffic: { blue: 100 } });
    const call = await s.caller('front');
    const answer = await call({ mail: 1 }, { 'x-ms-client-request-id': 'mine-1', 'x-extra': 'yes' });
    expect(answer.status).toBe(200);
    expect(answer.headers).toMatchObject({
      'azureml-model-deployment': 'blue',
      'x-ms-client-request-id': 'mine-1',
      'x-own': 'kept',
      'x-request-id': expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(answer.json).toMatchObject({
      asked: { mail: 1 },
      model: 'm:1',
      script: 'echo.mjs',
      files: ['m1'],
      path: '/predict',
      headers: { 'x-extra': 'yes', 'x-request-id': answer.headers['x-request-id'] },
    });
    // Neither the key nor what is for the service alone.
    expect(answer.json.headers).not.toHaveProperty('authorization');
    // What it needs, and nothing of this machine.
    expect(answer.json.variables).toEqual(
      [
        ...['AML_APP_ROOT', 'AZUREML_ENTRY_SCRIPT', 'AZUREML_MODEL_DIR', 'HOME', 'MODEL', 'PATH'],
        ...['SERVER_PORT', 'TEMP', 'TMP', 'TMPDIR'],
      ].sort(),
    );
  });

  it('that ends before it is ready has failed, says so as the service does, and keeps its log', async () => {
    await s.makeEndpoint('broken');
    await expect(s.deploy('broken', 'blue', s.echoed({}, { EXIT: '7' }))).rejects.toThrow(/failed/);
    const { properties } = await s.client.onlineDeployments.get(...at, 'broken', 'blue');
    expect(properties.provisioningState).toBe('Failed');
    const operation = await s.workspace.fetch(properties.properties!['AzureAsyncOperationUri']!);
    expect(operation.json.error).toMatchObject({
      code: 'ResourceNotReady',
      message: expect.stringMatching(
        /^User container has crashed or terminated: the process ended with exit code 7\./,
      ),
    });
    const { content } = await s.client.onlineDeployments.getLogs(...at, 'broken', 'blue', { tail: 1 });
    expect(content).toBe('the model does not load\n');
  });

  it('that is never ready has failed after the time of its probe', async () => {
    await s.makeEndpoint('slow');
    const readinessProbe = { initialDelay: 'PT0S', period: 'PT0.05S', failureThreshold: 4 };
    await expect(s.deploy('slow', 'blue', s.echoed({ readinessProbe }, { UNREADY: '1' }))).rejects.toThrow(
      /failed/,
    );
    const { properties } = await s.client.onlineDeployments.get(...at, 'slow', 'blue');
    const operation = await s.workspace.fetch(properties.properties!['AzureAsyncOperationUri']!);
    expect(operation.json.error.message).toMatch(
      /Readiness probe failed: (?:HTTP probe failed with statuscode: 503|ECONNREFUSED)/,
    );
  });

  it.each([
    ['a script that is not there', 'other.mjs', /the code has no file "other.mjs"/],
    ['a script outside of the code', '../echo.mjs', /lies outside of the code/],
    ['a script that nothing here runs', 'score.R', /is run by its extension on this machine, one of \.ts/],
  ])('fails with %s', async (_what, scoringScript, says) => {
    const codeId = s.echoed().properties.codeConfiguration!.codeId!;
    const endpoint = `wrong-${scoringScript.replace(/\W+/g, '-').replace(/^-/, '')}`;
    await s.makeEndpoint(endpoint);
    const body = s.echoed({ codeConfiguration: { codeId, scoringScript } });
    await expect(s.deploy(endpoint, 'blue', body)).rejects.toThrow(/failed/);
    const { properties } = await s.client.onlineDeployments.get(...at, endpoint, 'blue');
    const operation = await s.workspace.fetch(properties.properties!['AzureAsyncOperationUri']!);
    expect(operation.json.error).toMatchObject({ code: 'BadArgument', message: expect.stringMatching(says) });
  });

  it('serves with its old process until the new one is ready, and goes on with it where that fails', async () => {
    await s.makeEndpoint('moving');
    await s.deploy('moving', 'blue');
    await s.makeEndpoint('moving', { traffic: { blue: 100 } });
    const call = await s.caller('moving');
    const first = (await call()).json;
    await expect(s.deploy('moving', 'blue', s.echoed({}, { EXIT: '1' }))).rejects.toThrow(/failed/);
    expect((await call()).json.pid).toBe(first.pid);
    await s.deploy('moving', 'blue', s.echoed({ model: modelId('m', '2') }, { MODEL: 'm:2' }));
    const second = (await call()).json;
    expect(second).toMatchObject({ model: 'm:2', files: ['m2'] });
    await until(() => !isRunning(first.pid));
    const more = { requestSettings: { maxConcurrentRequestsPerInstance: 3 } };
    await s.deploy('moving', 'blue', s.echoed({ model: modelId('m', '2'), ...more }, { MODEL: 'm:2' }));
    expect((await call()).json.pid).toBe(second.pid);
  });

  it('answers with its old process what that was asked before the new one was ready', async () => {
    await s.makeEndpoint('draining');
    const requestSettings = { requestTimeout: 'PT60S', maxConcurrentRequestsPerInstance: 5 };
    await s.deploy('draining', 'blue', s.echoed({ requestSettings }));
    const call = await s.caller('draining');
    const file = join(s.workspace.home, 'drained');
    const asked = s.rows('AmlOnlineEndpointConsoleLog').length;
    const held = call({ until: file }, toDeployment('blue'));
    // It has reached the process: nothing else prints meanwhile.
    await until(() => s.rows('AmlOnlineEndpointConsoleLog').length > asked);
    const deployed = s.deploy('draining', 'blue', s.echoed({ requestSettings }, { MODEL: 'm:2' }));
    await until(async () => (await call({}, toDeployment('blue'))).json.model === 'm:2');
    writeFileSync(file, '');
    expect((await held).json).toMatchObject({ model: 'm:1', asked: { until: file } });
    await deployed;
  });

  it('is started again when its process ends, and answers 424 meanwhile', async () => {
    await s.makeEndpoint('dying');
    await s.deploy('dying', 'blue');
    const call = await s.caller('dying');
    const before = (await call({}, toDeployment('blue'))).json.pid;
    const dead = await call({ die: true }, toDeployment('blue'));
    expect(dead.status).toBe(424);
    expect(dead.headers).toMatchObject({
      'ms-azureml-model-error-reason': 'model_not_ready',
      'ms-azureml-model-error-statuscode': '503',
    });
    const after = await untilSeen(async () => {
      const { status, json } = await call({}, toDeployment('blue'));
      return status === 200 ? (json.pid as number) : undefined;
    });
    expect(after).not.toBe(before);
  });

  it('is started again when it fails its liveness probe, and takes no requests while it is not ready', async () => {
    await s.makeEndpoint('sick');
    // Long enough to start on a busy machine; a process that fails is started again after as long.
    const probe = { initialDelay: 'PT0S', period: 'PT0.02S', timeout: 'PT10S' };
    const probes = {
      livenessProbe: { ...probe, failureThreshold: 400 },
      readinessProbe: { ...probe, failureThreshold: 1000, successThreshold: 2 },
    };
    await s.deploy('sick', 'blue', s.echoed(probes));
    const call = await s.caller('sick');
    const { pid } = (await call({ sick: true }, toDeployment('blue'))).json;
    await until(() => !isRunning(pid));
    const after = await untilSeen(async () => {
      const { status, json } = await call({}, toDeployment('blue'));
      return status === 200 ? (json.pid as number) : undefined;
    });
    expect(after).not.toBe(pid);
  });

  it('keeps no secret of what it is given and prints', async () => {
    const secret = 'a-very-secret-value-of-mine';
    await s.makeEndpoint('secrets');
    await s.deploy('secrets', 'blue', s.echoed({}, { API_KEY: secret, SAY: `the key is ${secret}` }));
    const { content } = await s.client.onlineDeployments.getLogs(...at, 'secrets', 'blue', {});
    expect(content).toContain('the key is ***');
    const printed = s.rows('AmlOnlineEndpointConsoleLog').map((row) => String(row['Message']));
    expect(printed).toContain('the key is ***');
    expect(printed.join('\n')).not.toContain(secret);
  });

  it('has no process any more once it is deleted', async () => {
    await s.makeEndpoint('gone');
    await s.deploy('gone', 'blue');
    const call = await s.caller('gone');
    const { pid } = (await call({}, toDeployment('blue'))).json;
    await s.client.onlineDeployments.beginDeleteAndWait(...at, 'gone', 'blue', often);
    expect(isRunning(pid)).toBe(false);
    expect((await call({}, toDeployment('blue'))).status).toBe(404);

    await s.deploy('gone', 'green');
    const { pid: next } = (await call({}, toDeployment('green'))).json;
    await s.client.onlineEndpoints.beginDeleteAndWait(...at, 'gone', often);
    expect(isRunning(next)).toBe(false);
    expect((await call({}, toDeployment('green'))).status).toBe(404);
    // One that is made again under the name takes no key of the one before.
    await s.makeEndpoint('gone');
    expect((await call()).status).toBe(401);
  });
});

describe('requests', () => {
  beforeAll(async () => {
    await s.makeEndpoint('shared');
    const requestSettings = { requestTimeout: 'PT60S', maxConcurrentRequestsPerInstance: 2 };
    await s.deploy('shared', 'blue', s.echoed({ requestSettings }, { MODEL: 'blue' }));
    await s.deploy('shared', 'green', s.echoed({ requestSettings }, { MODEL: 'green' }));
    await s.makeEndpoint('shared', { traffic: { blue: 80, green: 20 } });
  });

  it('are spread by weight, and go where their header says regardless of it', async () => {
    const call = await s.caller('shared');
    const counts: Record<string, number> = { blue: 0, green: 0 };
    for (let request = 0; request < 200; request++) counts[(await call()).json.model]! += 1;
    // Seeded: the same each time. 40 are expected; a share of another weight would be far away.
    expect(counts['blue']! + counts['green']!).toBe(200);
    expect(counts['green']).toBeGreaterThan(20);
    expect(counts['green']).toBeLessThan(65);
    for (const name of ['blue', 'green']) {
      const answer = await call({}, toDeployment(name));
      expect(answer.json.model).toBe(name);
      expect(answer.headers['azureml-model-deployment']).toBe(name);
      expect(answer.json.headers).not.toHaveProperty('azureml-model-deployment');
    }
    expect((await call({}, toDeployment('none'))).status).toBe(404);
  });

  it('without the key are answered 401, with either key until it is regenerated', async () => {
    const url = await s.urlOf('shared');
    const { ca } = s.workspace.tls;
    const post = (token: string | null) => ask(url, ca, { method: 'POST', body: '{}', token });
    for (const token of [null, 'wrong', appToken(s.workspace), appToken(s.workspace, 'https://ml.azure.com')])
      expect((await post(token)).status).toBe(401);
    const { primaryKey, secondaryKey } = await s.client.onlineEndpoints.listKeys(...at, 'shared');
    expect((await post(primaryKey!)).status).toBe(200);
    expect((await post(secondaryKey!)).status).toBe(200);
    await s.client.onlineEndpoints.beginRegenerateKeysAndWait(...at, 'shared', { keyType: 'Secondary' });
    expect((await post(primaryKey!)).status).toBe(200);
    expect((await post(secondaryKey!)).status).toBe(401);
    const keys = { primaryKey: 'p'.repeat(20), secondaryKey: 's'.repeat(20) };
    await s.makeEndpoint('keyed', { keys });
    expect(await s.client.onlineEndpoints.listKeys(...at, 'keyed')).toMatchObject(keys);
    expect((await s.client.onlineEndpoints.get(...at, 'keyed')).properties.keys).toBeNull();
  });

  it('to an endpoint with tokens take one of its own', async () => {
    await s.makeEndpoint('tokens', { authMode: 'AMLToken' });
    await s.makeEndpoint('others', { authMode: 'AMLToken' });
    await s.deploy('tokens', 'blue');
    const { ca } = s.workspace.tls;
    const url = await s.urlOf('tokens');
    const post = (token: string) =>
      ask(url, ca, { method: 'POST', body: '{}', token, headers: toDeployment('blue') });
    const own = await s.client.onlineEndpoints.getToken(...at, 'tokens');
    const other = await s.client.onlineEndpoints.getToken(...at, 'others');
    expect((await post(own.accessToken!)).status).toBe(200);
    expect(own.refreshAfterTimeUtc!).toBeLessThan(own.expiryTimeUtc!);
    expect((await post(other.accessToken!)).status).toBe(401);
    expect((await post(appToken(s.workspace))).status).toBe(401);
    await expect(s.client.onlineEndpoints.listKeys(...at, 'tokens')).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  it('to an endpoint with tokens of Entra take one for Azure Machine Learning, and none of a job', async () => {
    await s.makeEndpoint('entra', { authMode: 'AADToken' });
    await s.deploy('entra', 'blue');
    const { ca } = s.workspace.tls;
    const url = await s.urlOf('entra');
    const post = (token: string) =>
      ask(url, ca, { method: 'POST', body: '{}', token, headers: toDeployment('blue') });
    const resource = 'https://ml.azure.com';
    expect((await post(appToken(s.workspace, resource))).status).toBe(200);
    expect((await post(appToken(s.workspace))).status).toBe(401);
    const ofJob = s.workspace.identity.issue({ resource, subject: 'job:run-1:1' }).token;
    expect((await post(ofJob)).status).toBe(401);
  });

  it.each([201, 204, 400, 404, 500, 503])(
    'that the container answers with %i come back as 424 with its status',
    async (status) => {
      const call = await s.caller('shared');
      const answer = await call({ status }, toDeployment('blue'));
      expect(answer.status).toBe(424);
      expect(answer.headers).toMatchObject({
        'ms-azureml-model-error-reason': 'model_error',
        'ms-azureml-model-error-statuscode': String(status),
      });
      expect(s.rows().at(-1)).toMatchObject({ ResponseCode: 424, ModelStatusCode: status });
    },
  );

  it('that the container answers with more than 10 MiB come back as 424', async () => {
    const call = await s.caller('shared');
    const answer = await call({ bytes: 11 * 2 ** 20 }, toDeployment('blue'));
    expect(answer.status).toBe(424);
    expect(answer.headers['ms-azureml-model-error-reason']).toBe('response_payload_too_large');
    expect((await call({}, toDeployment('blue'))).status).toBe(200);
  });

  it.each(['..%2fscore', 'score%00', '%00', '/score', '..', '', 'score/'])(
    'for the path %j reach no container',
    async (path) => {
      const [url, token] = [await s.urlOf('shared'), await s.keyOf('shared')];
      const before = s.rows().length;
      const asked = await ask(url.replace(/score$/, path), s.workspace.tls.ca, {
        ...{ token, method: 'POST', body: '{}' },
      });
      expect(asked.status).toBe(404);
      for (const row of s.rows().slice(before)) expect(row['ModelStatusCode']).toBeNull();
    },
  );

  it('that take longer than requestTimeout are answered 408', async () => {
    await s.makeEndpoint('hasty');
    await s.deploy('hasty', 'blue', s.echoed({ requestSettings: { requestTimeout: 'PT0.2S' } }));
    const call = await s.caller('hasty');
    const answer = await call({ until: '/never' }, toDeployment('blue'));
    expect(answer.status).toBe(408);
    expect(s.rows().at(-1)).toMatchObject({ ResponseCode: 408, ModelStatusCode: null });
  });

  it('beyond twice the concurrency of an instance are answered 429', async () => {
    const call = await s.caller('shared');
    const file = join(s.workspace.home, 'go');
    const held = Array.from({ length: 4 }, () => call({ until: file }, toDeployment('green')));
    const refused = await untilSeen(async () => {
      const answer = await call({}, toDeployment('green'));
      return answer.status === 429 ? answer : undefined;
    });
    expect(refused.headers['ms-azureml-model-error-reason']).toBe('too_many_pending_request');
    expect((await call({}, toDeployment('blue'))).status).toBe(200);
    writeFileSync(file, '');
    const statuses = (await Promise.all(held)).map(({ status }) => status);
    expect(statuses).toContain(200);
    expect((await call({}, toDeployment('green'))).status).toBe(200);
  });

  it('of other methods, other paths and without a deployment that takes them are refused', async () => {
    const [url, token] = [await s.urlOf('shared'), await s.keyOf('shared')];
    const { ca } = s.workspace.tls;
    expect((await ask(url, ca, { token })).status).toBe(405);
    const other = await ask(url.replace(/score$/, 'other'), ca, { token, method: 'POST', body: '{}' });
    expect(other.status).toBe(404);
    const named = await ask(url.replace(/score$/, 'predict'), ca, { token, method: 'POST', body: '{}' });
    expect(named.status).toBe(200);
    const huge = await ask(url, ca, { token, method: 'POST', body: 'x'.repeat(11 * 2 ** 20) });
    expect(huge.status).toBe(413);
    await s.makeEndpoint('idle');
    const idle = await s.caller('idle');
    expect(await idle()).toMatchObject({
      status: 404,
      json: { error: { message: expect.stringMatching(/^Endpoint idle has no deployment with traffic/) } },
    });
  });

  it('to a deployment without code are told why nothing answers', async () => {
    await s.makeEndpoint('no-code');
    await s.deploy('no-code', 'blue', s.echoed({ codeConfiguration: null }));
    const call = await s.caller('no-code');
    expect(await call({}, toDeployment('blue'))).toMatchObject({
      status: 501,
      json: { error: { message: expect.stringContaining('neither images nor MLflow models are run here') } },
    });
  });
});

describe('after a restart', () => {
  it('what was served is served again, with the same keys at the same address', async () => {
    await s.makeEndpoint('kept');
    await s.deploy('kept', 'blue');
    await s.makeEndpoint('kept', { traffic: { blue: 100 } });
    const call = await s.caller('kept');
    const { pid } = (await call()).json;
    await s.workspace.restart();
    expect(isRunning(pid)).toBe(false);
    const again = await untilSeen(async () => {
      const { status, json } = await call();
      return status === 200 ? (json.pid as number) : undefined;
    });
    expect(again).not.toBe(pid);
  });

  it('what was being made is made anew', async () => {
    await s.makeEndpoint('halfway');
    const starts = () =>
      s.rows('AmlOnlineEndpointConsoleLog').filter((row) => row['Message'] === 'halfway starts').length;
    const body = s.echoed({}, { UNREADY: '1', SAY: 'halfway starts' });
    await s.client.onlineDeployments.beginCreateOrUpdate(...at, 'halfway', 'blue', body);
    await until(() => starts() === 1);
    await s.workspace.restart();
    await until(() => starts() === 2);
    const { properties } = await s.client.onlineDeployments.get(...at, 'halfway', 'blue');
    expect(properties.provisioningState).toBe('Creating');
  });
});
