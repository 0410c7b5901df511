/** The host plays App Service authentication for any app: what of a request an app sees, with it on and off. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, send, startTestHost, type TestHost, writeApp } from './test-host.ts';

const echo = {
  'app.js': `
    const { app } = require('@azure/functions');
    app.http('echo', { authLevel: 'anonymous', methods: ['GET', 'POST'], handler: async (request) => ({
      jsonBody: { headers: Object.fromEntries(request.headers), user: request.user, on: process.env.WEBSITE_AUTH_ENABLED },
    }) });
  `,
};

const ada = { name: 'ada', roles: ['operator', 'approver'], teams: ['ml-leads'], token: 'a'.repeat(43) };
const forged = {
  'X-MS-CLIENT-PRINCIPAL': 'forged',
  'x-ms-client-principal-id': 'forged',
  'X-Ms-Client-Principal-Name': 'forged',
  'X-MS-CLIENT-PRINCIPAL-IDP': 'forged',
  'x-ms-client-principal-anything': 'forged',
};

interface Echoed {
  readonly headers: Readonly<Record<string, string>>;
  readonly user: { readonly id?: string; readonly username?: string } | null;
  readonly on: string;
}

describe('an app', () => {
  const { home, remove } = newHome();
  const signInFile = join(home, 'people.json');
  let on: TestHost;
  let off: TestHost;

  beforeAll(async () => {
    writeFileSync(signInFile, JSON.stringify({ people: [ada] }));
    const appDirectory = writeApp(join(home, 'app'), echo);
    off = await startTestHost({ appDirectory, home: join(home, 'off') });
    on = await startTestHost({ appDirectory, home: join(home, 'on'), signInFile });
  });
  afterAll(async () => {
    await on?.stop();
    await off?.stop();
    remove();
  });

  const ask = async (host: TestHost, headers: Record<string, string>) => {
    const { status, body } = await send(`${host.url}/api/echo`, { headers });
    return { status, body, echoed: status === 200 ? (JSON.parse(body) as Echoed) : null };
  };
  const principalsOf = ({ headers }: Echoed) =>
    Object.keys(headers).filter((name) => name.startsWith('x-ms-client-principal'));

  test('sees no principal that comes from outside', async () => {
    const { echoed } = await ask(on, { ...forged, 'x-test': 'kept' });
    expect(principalsOf(echoed!)).toEqual([]);
    expect(echoed).toMatchObject({ user: null, on: 'True', headers: { 'x-test': 'kept' } });
  });

  test('sees who a token is of, and nothing of what was forged beside it', async () => {
    const { echoed } = await ask(on, { ...forged, authorization: `Bearer ${ada.token}` });
    const { people } = JSON.parse(readFileSync(signInFile, 'utf8')) as { people: { id: string }[] };
    expect(JSON.stringify(echoed)).not.toContain('forged');
    expect(principalsOf(echoed!).sort()).toEqual(
      ['', '-id', '-idp', '-name'].map((end) => `x-ms-client-principal${end}`),
    );
    const principal = JSON.parse(
      Buffer.from(echoed!.headers['x-ms-client-principal']!, 'base64').toString(),
    ) as { auth_typ: string; claims: { typ: string; val: string }[] };
    expect(principal.auth_typ).toBe('aad');
    expect(principal.claims.filter(({ typ }) => typ === 'roles').map(({ val }) => val)).toEqual([
      'operator',
      'approver',
      'ml-leads',
    ]);
    expect(echoed!.user).toMatchObject({ id: people[0]!.id, username: 'ada' });
  });

  test.each(['Bearer x', `bearer ${'b'.repeat(43)}`, `BEARER   ${'a'.repeat(42)}`])(
    'is not reached with a token that is nobody’s: %s',
    async (authorization) => {
      const { status, body } = await ask(on, { authorization });
      expect(status).toBe(401);
      expect(body).not.toContain(authorization.split(' ').at(-1));
    },
  );

  test.each(['Basic YTpi', 'Bearer', 'SharedKey a:b', ''])(
    'is reached by nobody in particular with another authorization: %s',
    async (authorization) => {
      const { echoed } = await ask(on, { ...forged, authorization });
      expect(principalsOf(echoed!)).toEqual([]);
    },
  );

  test('where it is off sees what anybody sends, as in Azure', async () => {
    const { echoed } = await ask(off, { ...forged, authorization: `Bearer ${ada.token}` });
    expect(echoed!.headers).toMatchObject({ 'x-ms-client-principal': 'forged' });
  });

  test('has no token in its log', () => {
    for (const { entries } of [on, off]) expect(JSON.stringify(entries)).not.toContain(ada.token);
  });
});

describe('the platform’s word', () => {
  test('is the host’s, whatever settings and environment say', async () => {
    const { home, remove } = newHome();
    const settingsFile = join(home, 'local.settings.json');
    writeFileSync(settingsFile, JSON.stringify({ Values: { WEBSITE_AUTH_ENABLED: 'True' } }));
    process.env['WEBSITE_AUTH_ENABLED'] = 'True';
    const appDirectory = writeApp(join(home, 'app'), echo);
    const host = await startTestHost({ appDirectory, home: join(home, 'host'), settingsFile });
    try {
      const { body } = await send(`${host.url}/api/echo`);
      expect(JSON.parse(body)).toMatchObject({ on: 'False' });
    } finally {
      await host.stop();
      remove();
    }
  });

  test('does not come with people who cannot be read: the host does not start', async () => {
    const { home, remove } = newHome();
    const signInFile = join(home, 'people.json');
    writeFileSync(signInFile, '{"people": [{"name": "eve", "roles": ["admin"]}]}');
    const appDirectory = writeApp(join(home, 'app'), echo);
    await expect(startTestHost({ appDirectory, home: join(home, 'host'), signInFile })).rejects.toThrow(
      /people\.json: one value is wrong:\n {2}people\.0\.roles\.0: /,
    );
    remove();
  });
});
