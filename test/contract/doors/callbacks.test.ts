/** Checks of Azure Pipelines and deployments of GitHub over the wire: what is answered, and what is called back, and where. */
import { createHmac } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTls } from '../../../local/tls/index.ts';
import { untilSeen } from '../../until.ts';
import { answers, type ControllersWorld, openControllersWorld } from './controllers.ts';
import { gitHubApp, jobToken, openOutside } from './outside.ts';

const secret = 'a-secret-of-the-app-long-enough-to-be-one';
let world: ControllersWorld;
let outside: Awaited<ReturnType<typeof openOutside>>;

beforeAll(async () => {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-controllers-'));
  // The authority of the local cloud, which the application trusts.
  outside = await openOutside(openTls(join(home, 'cloud', 'tls')));
  world = await openControllersWorld({
    home,
    env: {
      RATCHET_AZURE_DEVOPS_URL: outside.azureDevOps,
      RATCHET_GITHUB_URL: outside.gitHub,
      RATCHET_GITHUB_HOOK_SECRET: secret,
      RATCHET_GITHUB_APP_ID: gitHubApp.id,
      RATCHET_GITHUB_APP_KEY: gitHubApp.key,
    },
  });
}, 120_000);
afterAll(() => world?.close());

let ids = 0;
const guid = () => `${String(++ids).padStart(8, '0')}-0000-4000-8000-000000000000`;
const takenOf = (part: string) => outside.taken.filter(({ path }) => path.includes(part));

describe('a check of Azure Pipelines', () => {
  const check = () => ({
    ...{ PlanUrl: `${outside.azureDevOps}/`, ProjectId: guid(), HubName: 'checks', PlanId: guid() },
    ...{ JobId: guid(), TimelineId: guid(), TaskInstanceId: guid(), AuthToken: jobToken },
  });
  async function call(headers: Readonly<Record<string, string>>, body: unknown) {
    const response = await fetch(`${world.local.apiRoot}/controllers/azure-pipelines`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-functions-key': world.key, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    return { status: response.status, text: await response.text(), at: Date.now() };
  }
  const question = { model: 'served', version: '1', stage: 'production' };

  test.each(answers)(
    'on version %s at stage %s is answered %s, and called back right after',
    async (version, stage, usable) => {
      const headers = check();
      const answer = await call(headers, { model: 'served', version, stage });
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.text)).toMatchObject({ usable });
      const event = await untilSeen(() => takenOf(headers.PlanId)[0]);
      expect(event.path).toBe(
        `/contoso/${headers.ProjectId}/_apis/distributedtask/hubs/checks/plans/${headers.PlanId}/events`,
      );
      const { JobId: jobId, TaskInstanceId: taskId } = headers;
      const result = usable === 'yes' ? 'succeeded' : 'failed';
      expect(event.body).toEqual({ name: 'TaskCompleted', taskId, jobId, result });
    },
  );

  test('is called back again where Azure DevOps is away for a moment', async () => {
    const headers = check();
    outside.failNext([503]);
    expect((await call(headers, question)).status).toBe(200);
    expect((await untilSeen(() => takenOf(headers.PlanId)[0])).body).toMatchObject({ result: 'succeeded' });
  });

  test('of another organization is refused, and nothing is called', async () => {
    for (const PlanUrl of [
      'https://evil.example/contoso/',
      `${outside.azureDevOps}x/`,
      'http://127.0.0.1/',
    ]) {
      const headers = { ...check(), PlanUrl };
      expect((await call(headers, question)).status, PlanUrl).toBe(403);
      expect(takenOf(headers.PlanId)).toEqual([]);
    }
  });

  test.each([
    ['no token', { AuthToken: '' }, question],
    ['no organization', { PlanUrl: '' }, question],
    ['an id that is a path', { PlanId: '../../x' }, question],
    ['a body that is none', {}, '{'],
    ['a field too many', {}, { ...question, stages: 'x' }],
    ['a variable it has not got', {}, { ...question, version: '$(modelVersion)' }],
    ['a stage that is not there', {}, { ...question, stage: 'nowhere' }],
  ])('with %s is the fault of whoever asks', async (_what, more, body) => {
    const { status, text } = await call({ ...check(), ...more }, body);
    expect(status, text).toBe(400);
    expect(text).not.toContain(jobToken.slice(0, 30));
  });

  test('takes a key', async () => {
    expect((await call({ ...check(), 'x-functions-key': 'wrong' }, question)).status).toBe(401);
  });

  test('leaves its token nowhere', () => {
    const files = readdirSync(world.local.home, { recursive: true, withFileTypes: true });
    const kept = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
    expect(kept.length).toBeGreaterThan(10);
    for (const file of kept) expect(readFileSync(file).includes(jobToken.slice(20, 90)), file).toBe(false);
  });
});

describe('a deployment of GitHub', () => {
  let runs = 100;
  const delivery = (version: string, stage: string, more: object = {}) => ({
    ...{ action: 'requested', environment: `served/${stage}`, event: 'push' },
    deployment_callback_url: `${outside.gitHub}/repos/contoso/models/actions/runs/${++runs}/deployment_protection_rule`,
    deployment: { id: runs, ref: `served/${version}`, payload: {} },
    repository: { id: 1, full_name: 'contoso/models' },
    ...{ installation: { id: 77 }, ...more },
  });
  const sign = (body: string, by = secret) => `sha256=${createHmac('sha256', by).update(body).digest('hex')}`;
  async function deliver(event: object | string, more: Readonly<Record<string, string>> = {}) {
    const body = typeof event === 'string' ? event : JSON.stringify(event);
    const response = await fetch(`${world.local.apiRoot}/hooks/github`, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', 'x-github-event': 'deployment_protection_rule' },
        ...{ 'x-github-delivery': guid(), 'x-hub-signature-256': sign(body), ...more },
      },
      body,
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  }
  const reviewsOf = (event: { deployment: { id: number } }) =>
    takenOf(`/runs/${event.deployment.id}/`).map(({ body }) => body);

  test.each([
    ['1', 'production', 'approved'],
    ['3', 'canary', 'rejected'],
    ['9', 'production', 'rejected'],
    ['1', 'nowhere', 'rejected'],
  ])('of version %s at stage %s is %s', async (version, stage, state) => {
    const event = delivery(version, stage);
    expect(await deliver(event)).toMatchObject({ status: 202, body: { repeated: false } });
    const review = await untilSeen(() => reviewsOf(event)[0]);
    expect(review).toEqual({
      environment_name: `served/${stage}`,
      state,
      comment: expect.stringMatching(/\w/),
    });
  });

  test('that does not say which version it means is rejected, with what to mend', async () => {
    const event = delivery('7', 'production', { environment: 'production' });
    await deliver(event);
    const review = await untilSeen(() => reviewsOf(event)[0]);
    expect(review).toMatchObject({ state: 'rejected', comment: expect.stringContaining('MODEL/STAGE') });
  });

  test('waits, saying why once, until the version may be used, over an outage of GitHub and a repeated delivery', async () => {
    await world.release('4', {
      state: 'canary',
      stage: 'canary',
      step: 10,
      endedAt: null,
      sentence: 'Tried.',
    });
    const event = delivery('4', 'production');
    await deliver(event);
    expect(await untilSeen(() => reviewsOf(event)[0])).toEqual({
      environment_name: 'served/production',
      comment: 'Waiting: Its release has not come to stage production, but is canary: Tried.',
    });
    await world.release('4', {
      state: 'serving',
      stage: 'production',
      endedAt: null,
      sentence: 'It serves.',
    });
    expect(await deliver(event)).toMatchObject({ status: 202, body: { repeated: true } });
    const review = await untilSeen(() => reviewsOf(event)[1], 60_000);
    expect(review).toMatchObject({ state: 'approved' });
    expect(await deliver(event)).toMatchObject({ body: { repeated: true } });
    expect(reviewsOf(event)).toHaveLength(2);
  });

  test.each([
    ['nobody', { 'x-hub-signature-256': '' }, 401],
    ['who has another secret', { 'x-hub-signature-256': sign('{}', 'b'.repeat(40)) }, 401],
    ['who signs with SHA-1', { 'x-hub-signature-256': `sha1=${'a'.repeat(40)}` }, 401],
  ])('from %s is refused', async (_who, headers, status) => {
    expect((await deliver(delivery('1', 'production'), headers)).status).toBe(status);
  });

  test('whose body was changed on the way is refused', async () => {
    const body = JSON.stringify(delivery('3', 'canary'));
    const changed = body.replace('served/3', 'served/1');
    expect((await deliver(changed, { 'x-hub-signature-256': sign(body) })).status).toBe(401);
  });

  test('that would have another host called is refused, though it is signed', async () => {
    const url = 'https://evil.example/repos/contoso/models/actions/runs/1/deployment_protection_rule';
    expect((await deliver(delivery('1', 'production', { deployment_callback_url: url }))).status).toBe(403);
  });

  test.each(['{', '[]', 'null', '{"action":"requested"}', '{"action":1}'])('of %s is a 400', async (body) => {
    expect((await deliver(body)).status).toBe(400);
  });

  test('of other events is passed over', async () => {
    expect(await deliver({ zen: 'x' }, { 'x-github-event': 'ping' })).toEqual({
      status: 200,
      body: { ignored: 'event' },
    });
    expect((await deliver(delivery('1', 'production', { action: 'other' }))).body).toEqual({
      ignored: 'action',
    });
  });

  test('makes no call that GitHub refuses, but the outage that was asked for', () => {
    expect(outside.refused.map((call) => call.slice(0, 3)).filter((status) => status !== '503')).toEqual([]);
  });
});
