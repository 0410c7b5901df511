import { statSync } from 'node:fs';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { signToken } from '../../../local/identity/token.ts';
import { appToken, openWorkspace, type Workspace } from './workspace-fixture.ts';

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterAll(() => workspace.close());

const subscription = '/subscriptions/00000000-0000-0000-0000-000000000000';
const root = `${subscription}/resourceGroups/local/providers/Microsoft.MachineLearningServices/workspaces/ratchet`;
const version = '?api-version=2022-10-01';

describe('a request without a good token', () => {
  const stranger = signToken(Buffer.alloc(32), {
    ...{ aud: 'https://management.azure.com', iss: 'x', sub: 'app', appid: 'x' },
    ...{ iat: 0, exp: 4_000_000_000 },
  });
  it.each([
    ['none', () => null, 'AuthenticationFailed'],
    ['one that is no token', () => 'nonsense', 'InvalidAuthenticationToken'],
    ['one signed by somebody else', () => stranger, 'InvalidAuthenticationToken'],
    ['one that was altered', () => `${appToken(workspace).slice(0, -4)}AAAA`, 'InvalidAuthenticationToken'],
    [
      'one for another resource',
      () => appToken(workspace, 'https://storage.azure.com'),
      'InvalidAuthenticationTokenAudience',
    ],
    [
      'one that has expired',
      () =>
        workspace.identity.issue({ resource: 'https://management.azure.com', subject: 'app', lifetimeS: -1 })
          .token,
      'InvalidAuthenticationToken',
    ],
  ])('%s is answered with 401', async (_what, token, code) => {
    const paths = [
      `${root}/jobs${version}`,
      `/mlflow/v1.0${root}/api/2.0/mlflow/runs/get?run_id=x`,
      '/elsewhere',
    ];
    for (const path of paths) {
      const answer = await workspace.fetch(path, { token: token() });
      expect(answer.status).toBe(401);
      expect(answer.headers['www-authenticate']).toMatch(/^Bearer /);
      expect(answer.json.error).toMatchObject({ code, message: expect.any(String) });
    }
  });
});

describe('a request that cannot be answered', () => {
  const model = `${root}/models/m/versions/1${version}`;
  it.each([
    ['an unknown resource', 'GET', `${root}/models/none${version}`, undefined, 404, 'ResourceNotFound'],
    ['an unknown kind', 'GET', `${root}/pipelines${version}`, undefined, 404, 'ResourceNotFound'],
    ['a path of another service', 'GET', '/tenants', undefined, 404, 'ResourceNotFound'],
    [
      'another subscription',
      'GET',
      `/subscriptions/1/resourceGroups/local${version}`,
      undefined,
      404,
      'SubscriptionNotFound',
    ],
    [
      'another group',
      'GET',
      `${subscription}/resourceGroups/other/providers/x${version}`,
      undefined,
      404,
      'ResourceGroupNotFound',
    ],
    [
      'another workspace',
      'GET',
      `${root.replace('ratchet', 'other')}/jobs${version}`,
      undefined,
      404,
      'ResourceNotFound',
    ],
    ['no api-version', 'GET', `${root}/jobs`, undefined, 400, 'MissingApiVersionParameter'],
    ['a wrong method', 'PATCH', `${root}/jobs/x${version}`, '{}', 405, 'MethodNotAllowed'],
    ['a body that is no JSON', 'PUT', model, '{"properties": ', 400, 'InvalidRequestContent'],
    ['a body without properties', 'PUT', model, '{}', 400, 'UserError'],
    ['a body of null', 'PUT', model, 'null', 400, 'UserError'],
    ['no body', 'PUT', model, undefined, 400, 'UserError'],
    [
      'labels that are no texts',
      'PUT',
      model,
      '{"properties":{"modelUri":"x","tags":{"a":1}}}',
      400,
      'UserError',
    ],
    ['a body that is too large', 'PUT', model, `"${'x'.repeat(5_000_000)}"`, 413, 'RequestEntityTooLarge'],
    ['a list from nowhere', 'GET', `${root}/jobs${version}&$skip=-1`, undefined, 400, 'UserError'],
    [
      'a name with a slash in it',
      'PUT',
      `${root}/models/a%2F..%2Fb/versions/1${version}`,
      '{"properties":{}}',
      400,
      'UserError',
    ],
  ])('%s: %s %s', async (_what, method, path, body, status, code) => {
    const answer = await workspace.fetch(path, { method, ...(body !== undefined && { body }) });
    expect(answer.status).toBe(status);
    expect(answer.json.error).toMatchObject({ code, message: expect.any(String) });
  });

  it('names what it would have answered when the method is wrong', async () => {
    const answer = await workspace.fetch(`${root}/jobs/x${version}`, { method: 'PATCH' });
    expect(answer.headers['allow']).toBe('GET, PUT, DELETE');
  });
});

it('fixed words of a path match in any case', async () => {
  const shouted = root
    .replace('resourceGroups', 'RESOURCEGROUPS')
    .replace('local', 'Local')
    .replace('workspaces', 'Workspaces');
  expect((await workspace.fetch(`${shouted}/JOBS${version}`)).json).toEqual({ value: [] });
});

describe('the managed-identity endpoint', () => {
  const ask = (query: string, header?: string) => {
    const { IDENTITY_ENDPOINT, IDENTITY_HEADER } = workspace.identity.environment;
    return fetch(`${IDENTITY_ENDPOINT}${query}`, {
      headers: { 'X-IDENTITY-HEADER': header ?? IDENTITY_HEADER },
    });
  };

  it('gives a real credential a token that the workspace takes', async () => {
    const token = await new ManagedIdentityCredential().getToken('https://management.azure.com/.default');
    expect(token.expiresOnTimestamp).toBeGreaterThan(Date.now() + 3_600_000);
    expect((await workspace.fetch(`${root}${version}`, { token: token.token })).status).toBe(200);
  });

  it('wants the secret header, a resource and a version', async () => {
    expect((await ask('?api-version=2019-08-01&resource=https://a', 'guess')).status).toBe(401);
    expect((await ask('?api-version=2019-08-01')).status).toBe(400);
    expect((await ask('?resource=https://a')).status).toBe(400);
  });

  it('answers in the documented shape', async () => {
    const answer = (await (
      await ask('?api-version=2019-08-01&resource=https://vault.azure.net')
    ).json()) as object;
    expect(answer).toMatchObject({
      access_token: expect.any(String),
      expires_on: expect.stringMatching(/^\d+$/),
      resource: 'https://vault.azure.net',
      token_type: 'Bearer',
    });
  });

  it.skipIf(process.platform === 'win32')('keeps its secrets, and the server its key, to their owner', () => {
    for (const file of ['identity/signing-key', 'identity/identity-header', 'tls/server-key.pem']) {
      expect(statSync(`${workspace.home}/${file}`).mode & 0o777, file).toBe(0o600);
    }
  });
});
