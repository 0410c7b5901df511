/** Mirrored traffic, weights while they change, and faults on demand, over the wire. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomFrom } from '../../../examples/spam-filter/model.ts';
import { until, untilSeen } from '../../until.ts';
import { at, endpoint, often } from './online-fixture.ts';
import { openScoring, type Scoring, toDeployment } from './serving-fixture.ts';

let s: Scoring;
beforeAll(async () => {
  s = await openScoring({ random: randomFrom(7) });
  await s.makeEndpoint('front');
  // Copies pile up on a machine with other work: none of them is to be turned away for that.
  const requestSettings = { requestTimeout: 'PT60S', maxConcurrentRequestsPerInstance: 100 };
  for (const name of ['blue', 'green', 'red'])
    await s.deploy('front', name, s.echoed({ requestSettings }, { MODEL: name }));
  await s.makeEndpoint('front', { traffic: { blue: 100 } });
});
afterAll(() => s.workspace.close());

const rowsOf = (deployment: string) =>
  s.rows().filter((row) => row['EndpointName'] === 'front' && row['DeploymentName'] === deployment);
const settled = (name: string) =>
  until(async () => {
    const { properties } = await s.client.onlineEndpoints.get(...at, name);
    return properties.provisioningState === 'Succeeded';
  });
const mirrored = (mirrorTraffic: object, traffic: object = { blue: 100 }) =>
  s.raw('PUT', 'onlineEndpoints/front', endpoint({ traffic, mirrorTraffic }));

describe('mirrored traffic', () => {
  it('copies a share of what names no deployment, and drops its answers', async () => {
    expect((await mirrored({ green: 50 })).status).toBe(200);
    await settled('front');
    const call = await s.caller('front');
    const before = rowsOf('blue').length;
    for (let request = 0; request < 100; request++) expect((await call()).json.model).toBe('blue');
    expect(rowsOf('blue').length - before).toBe(100);
    // Seeded: 50 are expected. A copy is logged when it is answered.
    await until(
      () => rowsOf('green').length > 30 && rowsOf('green').every((row) => row['ResponseCode'] === 200),
    );
    expect(rowsOf('green').length).toBeLessThan(70);
    expect(new Set(s.rows().map((row) => row['XRequestId'])).size).toBe(s.rows().length);
    await until(() => s.workspace.work.busy === 0);
    const copies = rowsOf('green').length;
    for (let request = 0; request < 20; request++) await call({}, toDeployment('blue'));
    await until(() => s.workspace.work.busy === 0);
    expect(rowsOf('green').length).toBe(copies);
  });

  it('is read by the api-versions that know it, and lost by a PUT of one that does not', async () => {
    await mirrored({ green: 10 });
    await settled('front');
    const read = async (version: string) =>
      (await s.raw('GET', 'onlineEndpoints/front', undefined, version)).json.properties;
    expect((await read('2023-04-01')).mirrorTraffic).toEqual({ green: 10 });
    expect((await read('2024-04-01')).mirrorTraffic).toEqual({ green: 10 });
    expect(await read('2022-10-01')).not.toHaveProperty('mirrorTraffic');
    // What is read can be sent again, and loses nothing.
    const whole = (await s.raw('GET', 'onlineEndpoints/front')).json;
    expect((await s.raw('PUT', 'onlineEndpoints/front', whole)).status).toBe(200);
    await settled('front');
    expect((await read('2023-04-01')).mirrorTraffic).toEqual({ green: 10 });
    const known = await s.client.onlineEndpoints.get(...at, 'front');
    await s.client.onlineEndpoints.beginCreateOrUpdateAndWait(...at, 'front', known, often);
    expect((await read('2023-04-01')).mirrorTraffic).toEqual({});
  });

  it.each([
    ['more than half', { green: 51 }, 'properties.mirrorTraffic.green: may be 50 at most'],
    ['to two deployments', { green: 10, red: 10 }, 'traffic is mirrored to one deployment only'],
    ['to one with live traffic', { blue: 10 }, 'a deployment takes live or mirrored traffic, not both'],
    ['to one that is not there', { none: 10 }, 'endpoint front has no deployment none'],
  ])('is refused %s', async (_what, mirrorTraffic, says) => {
    const refused = await mirrored(mirrorTraffic);
    expect(refused.status).toBe(400);
    expect(refused.json.error.message).toContain(says);
  });

  it('is refused of an api-version that does not know it', async () => {
    const body = endpoint({ mirrorTraffic: { green: 10 } });
    expect((await s.raw('PUT', 'onlineEndpoints/front', body, '2022-10-01')).status).toBe(400);
  });

  it('keeps its deployment from being deleted', async () => {
    await mirrored({ green: 10 });
    await settled('front');
    await expect(s.client.onlineDeployments.beginDelete(...at, 'front', 'green')).rejects.toMatchObject({
      statusCode: 400,
      message: "Can't delete deployment [green] with non-zero traffic weight",
    });
    await mirrored({});
    await settled('front');
  });
});

describe('faults on demand', () => {
  const set = (...faults: object[]) => s.workspace.azureMl.setFaults({ faults });
  afterAll(() => set());

  it('answer a share of the requests wrongly, as if the container had', async () => {
    const call = await s.caller('front');
    set({ endpoint: 'FRONT', deployment: 'red', failShare: 1, failStatus: 502 });
    const wrong = await call({}, toDeployment('red'));
    expect(wrong.status).toBe(424);
    expect(wrong.headers['ms-azureml-model-error-statuscode']).toBe('502');
    expect(s.rows().at(-1)).toMatchObject({ DeploymentName: 'red', ResponseCode: 424, ModelStatusCode: 502 });
    expect((await call({}, toDeployment('blue'))).status).toBe(200);
  });

  it('end a process each time it has been sent so many requests', async () => {
    const call = await s.caller('front');
    set({ endpoint: 'front', deployment: 'red', crashAfterRequests: 2 });
    const { pid } = (await call({}, toDeployment('red'))).json;
    const crashed = await call({}, toDeployment('red'));
    expect(crashed.headers['ms-azureml-model-error-reason']).toBe('model_not_ready');
    set();
    const after = await untilSeen(async () => {
      const answer = await call({}, toDeployment('red'));
      return answer.status === 200 ? answer.json.pid : undefined;
    });
    expect(after).not.toBe(pid);
  });

  it('refuse so many changes with 409', async () => {
    set({ endpoint: 'front', conflicts: 2 });
    const conflict = { statusCode: 409, code: 'Conflict' };
    await expect(s.deploy('front', 'red')).rejects.toMatchObject(conflict);
    await expect(s.makeEndpoint('front', { traffic: { blue: 100 } })).rejects.toMatchObject(conflict);
    await s.makeEndpoint('front', { traffic: { blue: 100 } });
  });

  it('make answers come late', async () => {
    const call = await s.caller('front');
    set({ endpoint: 'front', deployment: 'red', answerDelayMs: 150 });
    await call({}, toDeployment('red'));
    expect(s.rows().at(-1)!['TotalDurationMs']).toBeGreaterThanOrEqual(150);
  });

  it('make a deployment take longer, by the clock of the cloud', async () => {
    set({ endpoint: 'front', deployment: 'late', slowStartMs: 1_000_000_000 });
    await s.client.onlineDeployments.beginCreateOrUpdate(...at, 'front', 'late', s.echoed());
    const { properties } = await s.client.onlineDeployments.get(...at, 'front', 'late');
    expect(properties.provisioningState).toBe('Creating');
    await expect(s.makeEndpoint('front')).rejects.toThrow(/because deployment late is in Creating/);
  });

  it.each([
    [{}, 'body.faults'],
    [{ faults: [{}] }, 'body.faults.0.endpoint'],
    [{ faults: [{ endpoint: 'front', failShare: 2 }] }, 'body.faults.0.failShare'],
    [{ faults: [{ endpoint: 'front', wrong: 1 }] }, 'wrong'],
  ])('that cannot be read are refused: %j', (body, says) => {
    expect(() => s.workspace.azureMl.setFaults(body)).toThrow(says);
  });
});
