/** A release's target over the wire: the application's own clients against the local workspace. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { deployment, endpoint, modelId } from '../azure-ml/online-fixture.ts';
import { failureOf, openFront, openReleasing, type Releasing, version } from './target-fixture.ts';

let r: Releasing;
beforeAll(async () => {
  r = await openReleasing();
});
afterAll(() => r.workspace.close());

const serve = async (name: string, ...versions: string[]) => {
  await r.makeEndpoint(name);
  for (const number of versions)
    await r.makeDeployment(name, `version-${number}`, deployment({ model: modelId('m', number) }));
};
const give = (name: string, traffic: Record<string, number>) => r.makeEndpoint(name, endpoint({ traffic }));

describe('what a target serves', () => {
  it('is read with its deployments, without those that get nothing', async () => {
    await serve('seen', '1', '2');
    await give('seen', { 'version-1': 100, 'version-2': 0 });
    const observed = await (await r.target('seen')).observe();
    expect(observed).toEqual({
      at: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      isUpdating: false,
      traffic: { 'version-1': 100 },
      mirror: {},
      deployments: expect.arrayContaining([
        { deployment: 'version-1', model: { name: 'm', version: '1' }, state: 'ready' },
        { deployment: 'version-2', model: { name: 'm', version: '2' }, state: 'ready' },
      ]),
    });
  });

  it('is about to change while the endpoint or one of its deployments is', async () => {
    await serve('moving', '1');
    const target = await r.target('moving');
    await r.beginEndpoint('moving', endpoint({ traffic: { 'version-1': 100 } }));
    expect(await target.observe()).toMatchObject({ isUpdating: true });
    await r.settle('moving');
    await r.beginDeployment('moving', 'version-2', deployment({ model: modelId('m', '2') }));
    expect(await target.observe()).toMatchObject({
      isUpdating: true,
      deployments: expect.arrayContaining([
        expect.objectContaining({ deployment: 'version-2', state: 'changing' }),
      ]),
    });
    await r.settle('moving');
    expect(await target.observe()).toMatchObject({ isUpdating: false, traffic: { 'version-1': 100 } });
  });

  it('is seen as somebody else has changed it', async () => {
    await serve('foreign', '1', '2');
    const target = await r.target('foreign');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: {} });
    await r.settle('foreign');
    await give('foreign', { 'version-1': 40, 'version-2': 60 });
    expect((await target.observe()).traffic).toEqual({ 'version-1': 40, 'version-2': 60 });
  });

  it('is nothing where there is no endpoint: the error says how to make it', async () => {
    const target = await r.target('no-such');
    for (const call of [
      () => target.observe(),
      () => target.deploy(version('1')),
      () => target.shift({ traffic: {}, mirror: {} }),
      () => target.askVersion(version('1')),
    ]) {
      const failure = await failureOf(call());
      expect(failure).toMatchObject({ code: 'not-found', subject: { endpoint: 'no-such' } });
      expect(failure.message).toContain(
        `workspace ${localCloud.workspace} has no online endpoint of this name; correct release.target.endpoint, or make it: az ml online-endpoint create --name no-such`,
      );
    }
    await target.retire('version-1');
  });
});

describe('a version', () => {
  it('is deployed as the file says, without traffic, and once however often it is asked for', async () => {
    await serve('deployed');
    const target = await r.target('deployed', {
      instances: 3,
      settings: { LEVEL: 'low', RATCHET_RELEASE: 'x' },
    });
    expect(await target.deploy(version('2'))).toEqual({
      state: 'changing',
      why: 'deployment version-2 of endpoint deployed is in state Creating',
    });
    expect((await target.deploy(version('2'))).state).toBe('changing');
    await r.settle('deployed');
    const before = await r.readDeployment('deployed', 'version-2');
    expect((await target.deploy(version('2'))).state).toBe('ready');
    expect(await r.readDeployment('deployed', 'version-2')).toEqual(before);
    expect(before).toMatchObject({
      tags: { ratchetRelease: 'release-of-2' },
      sku: { capacity: 3 },
      properties: {
        model: modelId('m', '2'),
        instanceType: 'Standard_DS3_v2',
        environmentId: expect.stringMatching(/\/environments\/node\/versions\/24$/),
        environmentVariables: {
          LEVEL: 'low',
          RATCHET_MODEL_NAME: 'm',
          RATCHET_MODEL_VERSION: '2',
          RATCHET_RELEASE: 'release-of-2',
        },
      },
    });
    expect((await target.observe()).traffic).toEqual({});
  });

  it('waits while another change of the endpoint is under way', async () => {
    await serve('busy', '1');
    const target = await r.target('busy');
    await r.beginEndpoint('busy', endpoint({ traffic: { 'version-1': 100 } }));
    const waiting = await target.deploy(version('2'));
    expect(waiting).toMatchObject({ state: 'changing' });
    expect(waiting.why).toMatch(
      /^it is asked for again: deploying m:2 to endpoint busy: Azure answered 409 Conflict /,
    );
    await r.settle('busy');
    await target.deploy(version('2'));
    await r.settle('busy');
    expect((await target.deploy(version('2'))).state).toBe('ready');
  });

  it('does not take the place of another under its name', async () => {
    await serve('taken');
    await r.makeDeployment('taken', 'version-2', deployment({ model: modelId('other', '7') }));
    const before = await r.readDeployment('taken', 'version-2');
    const failure = await failureOf((await r.target('taken')).deploy(version('2')));
    expect(failure).toMatchObject({
      code: 'azure-refused',
      subject: { endpoint: 'taken', deployment: 'version-2' },
    });
    expect(failure.message).toBe(
      `deploying m:2 to endpoint taken: there is a deployment version-2 already, with model ${modelId('other', '7')}; it is not replaced: delete it, or see who made it`,
    );
    expect(await r.readDeployment('taken', 'version-2')).toEqual(before);
  });

  it('that fails does so with the reason of the service, and how to read its log', async () => {
    await serve('failing');
    const target = await r.target('failing');
    await target.deploy(version('1', 'version-1', 'lost'));
    await r.settle('failing');
    const { workspace, resourceGroup } = localCloud;
    await expect
      .poll(() => target.deploy(version('1', 'version-1', 'lost')))
      .toEqual({
        state: 'failed',
        why: expect.stringMatching(
          new RegExp(
            `^deployment version-1 of endpoint failing is in state Failed: BadArgument: Unable to download user model: .* has no files; read its log: az ml online-deployment get-logs --name version-1 --endpoint-name failing --workspace-name ${workspace} --resource-group ${resourceGroup}$`,
          ),
        ),
      });
  });

  it('that the workspace does not have is refused', async () => {
    await serve('unknown');
    const failure = await failureOf((await r.target('unknown')).deploy(version('99')));
    expect(failure.code).toBe('azure-refused');
    expect(failure.message).toContain('deploying m:99 to endpoint unknown: Azure answered 400 UserError');
  });

  it('finds no room beside 20 others: the error says what to do', async () => {
    await r.makeEndpoint('full');
    for (let count = 1; count <= 20; count++) await r.makeDeployment('full', `other-${count}`);
    const target = await r.target('full');
    const failure = await failureOf(target.deploy(version('2')));
    expect(failure.code).toBe('azure-refused');
    expect(failure.message).toMatch(
      /OutOfQuota: endpoint full has 20 deployments.*; delete deployments that serve nothing \(an endpoint has at most 20\), ask for fewer instances or another instanceType in release\.target, or have the quota raised$/,
    );
    expect((await target.observe()).deployments).toHaveLength(20);
    await target.retire('other-7');
    await r.settle('full');
    expect((await target.deploy(version('2'))).state).toBe('changing');
    await r.settle('full');
  });

  it('answers, where no smoke requests are configured, as far as the workspace says', async () => {
    await serve('silent', '1');
    const target = await r.target('silent');
    expect(await target.askVersion(version('1'))).toEqual({
      answered: true,
      why: `deployment version-1 of endpoint silent is in state Succeeded with model ${modelId('m', '1')}, as the workspace has it; no smoke requests are configured (release.target.smoke)`,
    });
    expect((await target.askVersion(version('2', 'version-1'))).answered).toBe(false);
    expect(await target.askVersion(version('2'))).toMatchObject({
      answered: false,
      why: expect.stringMatching(/^deployment version-2 of endpoint silent is not there/),
    });
  });
});

describe('a change of who answers', () => {
  it('keeps everything else that the endpoint has', async () => {
    const own = `${localCloud.workspaceId.replace(/\/providers.*/, '')}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/own`;
    const kept = {
      identity: { type: 'UserAssigned', userAssignedIdentities: { [own]: {} } },
      tags: { team: 'mail', cost: '42' },
    };
    const properties = {
      authMode: 'AMLToken',
      description: 'Filters mail.',
      publicNetworkAccess: 'Disabled',
      properties: { made: 'by-us' },
    };
    await r.makeEndpoint('kept', endpoint(properties, kept));
    for (const number of ['1', '2'])
      await r.makeDeployment('kept', `version-${number}`, deployment({ model: modelId('m', number) }));
    const target = await r.target('kept');
    await target.shift({ traffic: { 'version-1': 90, 'version-2': 10 }, mirror: {} });
    await r.settle('kept');
    await target.shift({ traffic: { 'version-2': 100 }, mirror: {} });
    await r.settle('kept');
    const now = await r.readEndpoint('kept');
    expect(now).toMatchObject({
      ...kept,
      properties: { ...properties, traffic: { 'version-1': 0, 'version-2': 100 } },
    });
    expect((await target.observe()).traffic).toEqual({ 'version-2': 100 });
    await target.shift({ traffic: {}, mirror: {} });
    await r.settle('kept');
    expect((await target.observe()).traffic).toEqual({});
  });

  it('that is there already is not asked for', async () => {
    await serve('same', '1');
    const target = await r.target('same');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: {} });
    await r.settle('same');
    const before = await r.readEndpoint('same');
    await target.shift({ traffic: { 'version-1': 100, 'version-2': 0 }, mirror: {} });
    expect(await r.readEndpoint('same')).toEqual(before);
  });

  it('is an outage, not a refusal, while another is under way', async () => {
    await serve('contested', '1', '2');
    const target = await r.target('contested');
    await r.beginEndpoint('contested', endpoint({ traffic: { 'version-1': 100 } }));
    const failure = await failureOf(target.shift({ traffic: { 'version-2': 100 }, mirror: {} }));
    expect(failure).toMatchObject({ code: 'azure-unavailable', retryable: true });
    expect(failure.message).toMatch(
      /^changing the traffic of endpoint contested: Azure answered 409 Conflict /,
    );
    await r.settle('contested');
    await target.shift({ traffic: { 'version-2': 100 }, mirror: {} });
    await r.settle('contested');
    expect((await target.observe()).traffic).toEqual({ 'version-2': 100 });
  });

  it.each([
    [{ 'version-1': 50 }, 'traffic must sum to 100, or to 0 for none at all; it sums to 50'],
    [{ 'version-1': 50.5, 'version-2': 49.5 }, 'each percent must be a whole number from 0 to 100'],
    [{ 'version-1': 110, 'version-2': -10 }, 'each percent must be a whole number from 0 to 100'],
    [{ 'version-9': 100 }, 'deployment version-9 is not there, or not ready'],
  ])('to %j is refused before anything is sent', async (traffic, why) => {
    const failure = await failureOf((await r.target('kept')).shift({ traffic, mirror: {} }));
    expect(failure).toMatchObject({ code: 'azure-refused', subject: { endpoint: 'kept' } });
    expect(failure.message).toContain(why);
  });

  it('goes to no deployment that is not ready', async () => {
    await serve('early', '1');
    const target = await r.target('early');
    await target.deploy(version('2'));
    const failure = await failureOf(target.shift({ traffic: { 'version-2': 100 }, mirror: {} }));
    expect(failure.message).toContain('deployment version-2 is not there, or not ready');
    await r.settle('early');
  });
});

describe('a deployment', () => {
  it('is deleted once it answers nobody, and stays deleted', async () => {
    await serve('retiring', '1', '2');
    const target = await r.target('retiring');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: {} });
    await r.settle('retiring');
    const failure = await failureOf(target.retire('version-1'));
    expect(failure).toMatchObject({ code: 'azure-refused', subject: { deployment: 'version-1' } });
    expect(failure.message).toBe(
      'deleting deployment version-1 of endpoint retiring: it answers 100 % of the requests and is sent copies of 0 %; take them from it first',
    );
    await target.retire('version-2');
    await r.settle('retiring');
    await target.retire('version-2');
    const { deployments } = await target.observe();
    expect(deployments.map(({ deployment: name }) => name)).toEqual(['version-1']);
  });

  it('that is being deleted is waited for', async () => {
    await serve('leaving', '1');
    const target = await r.target('leaving');
    await target.retire('version-1');
    expect(await failureOf(target.retire('version-1'))).toMatchObject({ code: 'azure-unavailable' });
    expect((await target.deploy(version('1'))).state).toBe('changing');
    await r.settle('leaving');
    await target.retire('version-1');
    expect((await target.deploy(version('1'))).why).toContain('in state Creating');
    await r.settle('leaving');
  });
});

describe('an answer that is lost', () => {
  it('leaves one deployment, and one change, when the call is repeated', async () => {
    await serve('losing', '1');
    let toLose = 0;
    const front = await openFront(r, ({ method }) => (method === 'PUT' && toLose-- > 0 ? 'lose' : undefined));
    const target = await r.target('losing', {}, front.endpoint);
    try {
      // Longer than a call's own retries.
      toLose = 9;
      expect(await failureOf(target.deploy(version('2')))).toMatchObject({ code: 'azure-unavailable' });
      toLose = 0;
      expect((await target.deploy(version('2'))).state).toBe('changing');
      await r.settle('losing');
      expect((await target.deploy(version('2'))).state).toBe('ready');
      toLose = 9;
      const to = { traffic: { 'version-2': 100 }, mirror: {} };
      expect(await failureOf(target.shift(to))).toMatchObject({ code: 'azure-unavailable' });
      toLose = 0;
      await r.settle('losing');
      await target.shift(to);
      const seen = await target.observe();
      expect(seen).toMatchObject({ isUpdating: false, traffic: { 'version-2': 100 } });
      expect(seen.deployments).toHaveLength(2);
    } finally {
      front.close();
    }
  });

  it('to a call that its own retries repeat is waited for as a change under way', async () => {
    await serve('retried');
    let toLose = 1;
    const front = await openFront(r, ({ method }) => (method === 'PUT' && toLose-- > 0 ? 'lose' : undefined));
    try {
      const target = await r.target('retried', {}, front.endpoint);
      expect((await target.deploy(version('2'))).state).toBe('changing');
      await r.settle('retried');
      expect((await target.deploy(version('2'))).state).toBe('ready');
    } finally {
      front.close();
    }
  });
});

describe('a step', () => {
  it('costs few calls', async () => {
    await serve('counted', '1');
    let calls: string[] = [];
    const front = await openFront(r, ({ method }) => {
      calls.push(method);
      return undefined;
    });
    const target = await r.target('counted', {}, front.endpoint);
    const costOf = async (step: () => Promise<unknown>) => {
      calls = [];
      await step();
      await r.settle('counted');
      return calls.join(' ');
    };
    try {
      expect(await costOf(() => target.observe())).toBe('GET GET');
      expect(await costOf(() => target.deploy(version('2')))).toBe('GET GET PUT');
      expect(await costOf(() => target.deploy(version('2')))).toBe('GET GET');
      expect(await costOf(() => target.shift({ traffic: { 'version-2': 100 }, mirror: {} }))).toBe(
        'GET GET PUT',
      );
      expect(await costOf(() => target.shift({ traffic: { 'version-2': 100 }, mirror: {} }))).toBe('GET GET');
      expect(await costOf(() => target.retire('version-1'))).toBe('GET DELETE');
    } finally {
      front.close();
    }
  });
});

describe('errors', () => {
  it('never lead to the token that was sent', async () => {
    const { inspect } = await import('node:util');
    const seen: string[] = [];
    const refuse = { status: 400, body: '{"error":{"code":"BadRequest","message":"no"}}' };
    const front = await openFront(r, ({ headers }) => {
      seen.push(String(headers.authorization).slice('Bearer '.length));
      return refuse;
    });
    try {
      const failure = await failureOf((await r.target('any', {}, front.endpoint)).observe());
      expect(failure.message).toBe('reading endpoint any: Azure answered 400 BadRequest no');
      expect(seen[0]).toMatch(/.{20}/);
      expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain(seen[0]);
    } finally {
      front.close();
    }
  });

  it('come of pages that are none of the service, and nothing is believed of those', async () => {
    await serve('garbled', '1');
    for (const body of ['<html>busy</html>', '[]', 'null', '"text"', '{"value":3}', '{"name":"garbled"}']) {
      const front = await openFront(r, () => ({ status: 200, body }));
      const target = await r.target('garbled', {}, front.endpoint);
      for (const call of [
        () => target.observe(),
        () => target.deploy(version('2')),
        () => target.retire('version-1'),
      ])
        expect(await failureOf(call())).toMatchObject({ code: 'azure-unavailable' });
      front.close();
    }
    expect((await (await r.target('garbled')).observe()).deployments).toHaveLength(1);
  });
});

describe('an address in an answer', () => {
  it('is followed to the next page of the same service', async () => {
    await serve('paged', '1', '2');
    const paths: string[] = [];
    const front = await openFront(
      r,
      ({ path }) => void paths.push(path),
      ({ path }, text) => {
        const { value } = JSON.parse(text);
        if (!Array.isArray(value)) return text;
        const isFirst = !path.includes('page=2');
        const nextLink = `${front.endpoint}${path}&page=2`;
        return JSON.stringify(isFirst ? { value: [value[0]], nextLink } : { value: value.slice(1) });
      },
    );
    const { deployments } = await (await r.target('paged', {}, front.endpoint)).observe();
    expect(deployments.map(({ deployment: name }) => name).sort()).toEqual(['version-1', 'version-2']);
    expect(paths).toHaveLength(3);
    front.close();
  });

  it('is not followed elsewhere: no token goes there', async () => {
    await serve('lured', '1');
    let visits = 0;
    const elsewhere = await openFront(r, () => {
      visits++;
      return { status: 200, body: '{"value":[]}' };
    });
    const front = await openFront(
      r,
      () => undefined,
      (_call, text) => {
        const body = JSON.parse(text);
        if (Array.isArray(body.value)) body.nextLink = `${elsewhere.endpoint}/subscriptions/x?page=2`;
        if (body.name !== 'version-1') return JSON.stringify(body);
        body.properties.provisioningState = 'Failed';
        body.properties.properties.AzureAsyncOperationUri = `${elsewhere.endpoint}/subscriptions/x`;
        return JSON.stringify(body);
      },
    );
    const target = await r.target('lured', {}, front.endpoint);
    const { host } = new URL(elsewhere.endpoint);
    expect(await failureOf(target.observe())).toMatchObject({
      code: 'azure-unavailable',
      message: `listing the deployments of endpoint lured: the answer leads to ${host}`,
    });
    const { state, why } = await target.deploy(version('1'));
    expect(state).toBe('failed');
    expect(why).toContain(
      `the service gives no reason here (reading why deployment version-1 failed: the answer leads to ${host})`,
    );
    expect(visits).toBe(0);
    elsewhere.close();
    front.close();
  });
});
