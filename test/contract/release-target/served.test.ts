/** A release's target over the wire, where deployments are processes that answer: the whole way of a version. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { untilSeen } from '../../until.ts';
import { openScoring, type Scoring } from '../azure-ml/serving-fixture.ts';
import { targetOf, version } from './target-fixture.ts';

/** Answers with the version that its deployment was given, or as its settings say. */
const scoring = `
import { createServer } from 'node:http';
const { env } = process;
if (env.EXIT) { console.error('the model does not load'); process.exit(3); }
createServer((request, response) => {
  if (request.method === 'GET') return response.writeHead(200).end();
  const chunks = [];
  request.on('data', (chunk) => chunks.push(chunk)).on('end', () => {
    if (env.BREAKS) return response.writeHead(500).end('no such column');
    const asked = JSON.parse(Buffer.concat(chunks).toString());
    const model = { name: env.RATCHET_MODEL_NAME, version: env.SAYS ?? env.RATCHET_MODEL_VERSION };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ model, release: env.RATCHET_RELEASE, asked }));
  });
}).listen(Number(env.SERVER_PORT), '127.0.0.1');
`;

let s: Scoring;
beforeAll(async () => {
  s = await openScoring();
  await s.workspace.addCode('bearing', { 'score.mjs': scoring });
});
afterAll(() => s.workspace.close());

const smoke = { requests: [{ text: 'hello' }, { text: 'buy now' }] };

function targetAt(endpoint: string, more: object = {}) {
  const { workspace } = s;
  const wiring = createWiring({
    RATCHET_WORKSPACE_ID: localCloud.workspaceId,
    RATCHET_ARM_ENDPOINT: workspace.endpoint,
    RATCHET_CA_FILE: workspace.tls.caFile,
    RATCHET_STORAGE: workspace.blob.connectionString,
    RATCHET_CONTAINER: localCloud.container,
  });
  const code = { environment: 'azureml:echo:1', code: 'azureml:bearing:1', script: 'score.mjs' };
  return wiring.releaseTarget(targetOf(endpoint, { ...code, smoke, ...more }));
}
type Target = Awaited<ReturnType<typeof targetAt>>;

const deployed = (target: Target, number: string) =>
  untilSeen(async () => {
    const found = await target.deploy(version(number));
    return found.state === 'changing' ? undefined : found;
  });
const settled = (target: Target) =>
  untilSeen(async () => {
    const observed = await target.observe();
    return observed.isUpdating ? undefined : observed;
  });

describe('a version', () => {
  it('is deployed, answers, is sent copies, answers a share, then everybody, and the old one is deleted', async () => {
    await s.makeEndpoint('whole');
    const target = await targetAt('whole');
    expect((await deployed(target, '1')).state).toBe('ready');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: {} });
    await settled(target);
    expect((await deployed(target, '2')).state).toBe('ready');
    expect(await target.askVersion(version('2'))).toEqual({
      answered: true,
      why: 'deployment version-2 answered 2 smoke requests as version 2',
    });
    const steps = [
      { traffic: { 'version-1': 100 }, mirror: { 'version-2': 20 } },
      { traffic: { 'version-1': 90, 'version-2': 10 }, mirror: {} },
      { traffic: { 'version-2': 100 }, mirror: {} },
    ];
    for (const step of steps) {
      await target.shift(step);
      expect(await settled(target)).toMatchObject(step);
      await target.shift(step);
      expect(await settled(target)).toMatchObject(step);
    }
    const call = await s.caller('whole');
    expect((await call({ text: 'hello' })).json).toEqual({
      ...{ model: { name: 'm', version: '2' }, release: 'release-of-2', asked: { text: 'hello' } },
    });
    await target.retire('version-1');
    const { deployments } = await settled(target);
    expect(deployments).toEqual([
      { deployment: 'version-2', model: { name: 'm', version: '2' }, state: 'ready' },
    ]);
  });

  it.each(['AMLToken', 'AADToken'])('answers at an endpoint with authMode %s', async (authMode) => {
    const endpoint = `by-${authMode.toLowerCase()}`;
    await s.makeEndpoint(endpoint, { authMode });
    const target = await targetAt(endpoint);
    await deployed(target, '1');
    expect(await target.askVersion(version('1'))).toMatchObject({ answered: true });
  });

  it('is not believed where another one answers', async () => {
    await s.makeEndpoint('lying');
    const target = await targetAt('lying', { settings: { SAYS: '1' } });
    expect((await deployed(target, '2')).state).toBe('ready');
    expect(await target.askVersion(version('2'))).toEqual({
      answered: false,
      why: 'deployment version-2, asked as version 2 with smoke request 1 of 2, answered 200 with version "1" at /model/version',
    });
  });

  it('that breaks on requests does not answer, ready or not', async () => {
    await s.makeEndpoint('breaking');
    const target = await targetAt('breaking', { settings: { BREAKS: 'yes' } });
    expect((await deployed(target, '2')).state).toBe('ready');
    const { answered, why } = await target.askVersion(version('2'));
    expect(answered).toBe(false);
    expect(why).toMatch(/smoke request 1 of 2, answered 424: .*no such column/);
  });

  it('that never starts fails with the reason of the service', async () => {
    await s.makeEndpoint('dying');
    const target = await targetAt('dying', { settings: { EXIT: 'yes' } });
    const { state, why } = await deployed(target, '2');
    expect(state).toBe('failed');
    expect(why).toMatch(
      /^deployment version-2 of endpoint dying is in state Failed: \w+: .+; read its log: az ml online-deployment get-logs --name version-2 /,
    );
  });
});

describe('copies', () => {
  it('that a client of before they were known has ended are seen to be ended', async () => {
    await s.makeEndpoint('old-client');
    const target = await targetAt('old-client');
    await deployed(target, '1');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: {} });
    await settled(target);
    await deployed(target, '2');
    await target.shift({ traffic: { 'version-1': 100 }, mirror: { 'version-2': 30 } });
    expect((await settled(target)).mirror).toEqual({ 'version-2': 30 });
    await s.makeEndpoint('old-client', { traffic: { 'version-1': 100 } });
    expect((await settled(target)).mirror).toEqual({});
  });
});
