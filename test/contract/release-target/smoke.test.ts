/** Smoke requests over the wire: the application's own clients against a server that answers as deployments do. */
import { inspect } from 'node:util';
import * as sdk from '@azure/core-rest-pipeline';
import { CredentialUnavailableError, ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ResourceManager } from '../../../shared/azure/resource-manager.ts';
import { Scoring } from '../../../shared/azure/scoring.ts';
import { OnlineEndpointTarget } from '../../../shared/release/targets/online-endpoint.ts';
import { deployment, endpoint, modelId } from '../azure-ml/online-fixture.ts';
import {
  type Call,
  closedPort,
  failureOf,
  openFront,
  openReleasing,
  type Releasing,
  type Reply,
  targetOf,
  version,
} from './target-fixture.ts';

const key = 'k3y-that-nobody-may-see-0123456789';
const token = 'eyJhbGciOi.t0ken-of-the-endpoint.0123456789';
const smoke = { requests: [{ text: 'hello' }, { text: 'buy now' }] };
const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) });

let r: Releasing;
let front: Awaited<ReturnType<typeof openFront>>;
let scored: Call[] = [];
/** Where the endpoint says that it answers; null: at the front itself. */
let scoringUri: string | null = null;
let score: (call: Call, count: number) => Reply;

/** The workspace here has no data plane: the front is one, and hands out what lets callers in. */
const handle = (call: Call): Reply | undefined => {
  if (/\/listKeys\?/.test(call.path)) return json({ primaryKey: key, secondaryKey: 'other' });
  if (/\/token\?/.test(call.path)) return json({ accessToken: token, expiryTimeUtc: 0, tokenType: 'Bearer' });
  if (call.path !== '/score') return undefined;
  scored.push(call);
  return score(call, scored.length);
};
const nameScoring = ({ path }: Call, text: string): string => {
  if (!/\/onlineEndpoints\/[\w-]+\?/.test(path)) return text;
  const body = JSON.parse(text);
  body.properties.scoringUri = scoringUri ?? `${front.endpoint}/score`;
  return JSON.stringify(body);
};

beforeAll(async () => {
  r = await openReleasing();
  front = await openFront(r, handle, nameScoring);
  for (const authMode of ['Key', 'AMLToken', 'AADToken']) {
    await r.makeEndpoint(`by-${authMode.toLowerCase()}`, endpoint({ authMode }));
    await r.makeDeployment(
      `by-${authMode.toLowerCase()}`,
      'version-2',
      deployment({ model: modelId('m', '2') }),
    );
  }
});
afterAll(async () => {
  front.close();
  await r.workspace.close();
});
beforeEach(() => {
  scored = [];
  scoringUri = null;
  score = () => json({ model: { version: '2' } });
});

const ask = async (name = 'by-key', more: object = {}) =>
  (await r.target(name, { smoke: { ...smoke, ...more } }, front.endpoint)).askVersion(version('2'));

describe('a deployment', () => {
  it('answers every smoke request as its version, whatever the traffic', async () => {
    expect(await ask()).toEqual({
      answered: true,
      why: 'deployment version-2 answered 2 smoke requests as version 2',
    });
    expect(scored.map(({ method, body }) => [method, JSON.parse(body)])).toEqual(
      smoke.requests.map((request) => ['POST', request]),
    );
    for (const { headers } of scored)
      expect(headers).toMatchObject({
        authorization: `Bearer ${key}`,
        'azureml-model-deployment': 'version-2',
        'content-type': 'application/json',
      });
  });

  it('is let in by a token of the endpoint, where it takes that', async () => {
    expect((await ask('by-amltoken')).answered).toBe(true);
    expect(scored[0]!.headers.authorization).toBe(`Bearer ${token}`);
  });

  it('is let in by a token of Entra for Azure Machine Learning, where it takes that', async () => {
    expect((await ask('by-aadtoken')).answered).toBe(true);
    const sent = scored[0]!.headers.authorization!.slice('Bearer '.length);
    expect(r.workspace.identity.verify(sent)?.aud.replace(/\/$/, '')).toBe('https://ml.azure.com');
  });

  it.each([2, '2'])('may bear its version as %j', async (found) => {
    score = () => json({ meta: [{ 'a/b': found }] });
    expect((await ask('by-key', { versionAt: '/meta/0/a~1b' })).answered).toBe(true);
  });
});

const asked = 'deployment version-2, asked as version 2 with smoke request';

describe('a deployment is not believed', () => {
  it.each<[string, Reply, string]>([
    ['another version', json({ model: { version: '1' } }), 'answered 200 with version "1" at /model/version'],
    ['a version like it', json({ model: { version: '2.0' } }), 'with version "2.0" at /model/version'],
    ['no version', json({ label: 'spam' }), 'without a version at /model/version: {"label":"spam"}'],
    ['a version of null', json({ model: { version: null } }), 'with version null at /model/version'],
    ['text in place of JSON', { status: 200, body: 'ok' }, 'answered 200 with what is not JSON: ok'],
    ['nothing', { status: 200, body: '' }, 'answered 200 with what is not JSON: nothing'],
    [
      'JSON within JSON',
      json(JSON.stringify({ model: { version: '2' } })),
      'without a version at /model/version',
    ],
    [
      'a failure of its model',
      { status: 424, body: 'list index\nout of range' },
      'answered 424: list index out of range',
    ],
    ['a fault', { status: 500, body: '' }, 'answered 500'],
    ['another success', { status: 201, body: '{"model":{"version":"2"}}' }, 'answered 201: {"model"'],
    ['a long answer', json('x'.repeat(2_000_000)), 'the answer breaks off or has more than 1 MB'],
  ])('that answers with %s', async (_what, reply, why) => {
    score = () => reply;
    const answer = await ask();
    expect(answer.answered).toBe(false);
    expect(answer.why).toContain(`${asked} 1 of 2, `);
    expect(answer.why).toContain(why);
    expect(answer.why.length).toBeLessThan(400);
  });

  it.each([
    [503, true],
    [500, undefined],
  ])('whose container is known to have answered %i', async (status, silent) => {
    const headers = { 'ms-azureml-model-error-statuscode': String(status) };
    score = () => ({ status: 424, body: '', headers });
    expect(await ask()).toMatchObject({ answered: false, why: `${asked} 1 of 2, answered 424` });
    expect((await ask()).silent).toBe(silent);
  });

  it('that answers one request well and the next badly', async () => {
    score = (_call, count) => json({ model: { version: count === 1 ? '2' : '1' } });
    expect(await ask()).toEqual({
      answered: false,
      why: `${asked} 2 of 2, answered 200 with version "1" at /model/version`,
    });
  });

  it('that sends callers elsewhere: nobody follows with the key', async () => {
    score = () => ({ status: 307, body: '', headers: { location: `${front.endpoint}/score` } });
    expect((await ask()).why).toBe(`${asked} 1 of 2, answered 307`);
    expect(scored).toHaveLength(1);
  });

  it('that answers with the key of its caller, which is not repeated', async () => {
    score = ({ headers }) => ({ status: 400, body: `you sent ${headers.authorization} and ${key}` });
    const answer = await ask();
    expect(answer.why).toBe(`${asked} 1 of 2, answered 400: you sent Bearer *** and ***`);
  });

  it('that has no instance, once a call has waited as long as it may', async () => {
    score = (_call, count) => (count < 3 ? { status: 503, body: '' } : json({ model: { version: '2' } }));
    expect((await ask()).answered).toBe(true);
    score = () => ({ status: 503, body: 'no instance' });
    expect((await ask()).why).toBe(`${asked} 1 of 2, answered 503: no instance`);
  });
});

describe('nobody can say', () => {
  it('where the endpoint cannot be reached', async () => {
    scoringUri = `https://localhost:${await closedPort()}/score`;
    const failure = await failureOf(ask());
    expect(failure).toMatchObject({ code: 'azure-unavailable', subject: { endpoint: 'by-key' } });
    expect(failure.message).toContain('asking deployment version-2 of endpoint by-key: connect ECONNREFUSED');
    expect(inspect(failure, { depth: 20, showHidden: true })).not.toContain(key);
  });

  it.each([401, 403])('where the endpoint lets us in no more (%i)', async (status) => {
    score = () => ({ status, body: '' });
    const failure = await failureOf(ask());
    expect(failure).toMatchObject({ code: 'azure-unavailable' });
    expect(failure.message).toBe(
      `asking deployment version-2 of endpoint by-key: the endpoint answered ${status}: it takes what authMode Key says; check the app's identity and its roles, listed in docs/settings.md`,
    );
  });

  it('where Entra gives no token', async () => {
    const { tls } = r.workspace;
    const trust = { tlsOptions: { ca: [tls.ca] } };
    const credential = new ManagedIdentityCredential();
    const target = new OnlineEndpointTarget({
      target: targetOf('by-aadtoken', { smoke }),
      workspace: (await r.wiring.settings()).workspace,
      resources: new ResourceManager(sdk, {
        ...{ endpoint: front.endpoint, credential, scope: `${front.endpoint}/.default`, tls: trust },
      }),
      scoring: new Scoring(sdk, trust),
      token: async () => {
        throw new CredentialUnavailableError('no identity is assigned');
      },
      now: () => new Date(),
    });
    const failure = await failureOf(target.askVersion(version('2')));
    expect(failure).toMatchObject({ code: 'azure-unavailable', subject: { endpoint: 'by-aadtoken' } });
    expect(failure.message).toContain("no identity is assigned; check the app's identity and its roles");
    expect(scored).toEqual([]);
  });

  it('where more is asked than the endpoint takes', async () => {
    score = () => ({ status: 429, body: '' });
    expect(await failureOf(ask())).toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(
        /answered 429: more is asked of it than it takes; .*release\.target\.instances/,
      ),
    });
  });

  it('in time: the answer that does not come is none', async () => {
    const asking = new Scoring(sdk, { tlsOptions: { ca: [r.workspace.tls.ca] } });
    const over = new AbortController();
    score = () => {
      over.abort();
      return { status: 200, body: '{}' };
    };
    const about = { asked: 'asking', subject: {} };
    const of = { uri: `${front.endpoint}/score`, deployment: 'version-2', secret: key, body: {} };
    expect(await asking.ask(about, { ...of, signal: over.signal })).toBeNull();
  });

  it('at an address that is not TLS: the key is not sent there', async () => {
    scoringUri = 'http://localhost/score';
    expect(await failureOf(ask())).toMatchObject({
      code: 'azure-refused',
      message: expect.stringContaining('must begin with https://; found "http://localhost/score"'),
    });
  });
});
