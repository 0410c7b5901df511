/** Links that sign a person of this machine in, once. */

import { writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { SignInLinks } from '../../../local/functions-host/sign-in/sign-in-links.ts';
import { makeSignInLink } from '../../../local/launch/sign-in-link.ts';
import { newHome, startTestHost, type TestHost, writeApp } from './test-host.ts';

const who = {
  'app.js': `
    const { app } = require('@azure/functions');
    app.http('who', { route: 'signed-in/who', authLevel: 'anonymous', methods: ['GET'], handler: async (request) => ({
      jsonBody: { name: request.headers.get('x-ms-client-principal-name') },
    }) });
  `,
};
const ada = { name: 'ada', roles: ['approver'], token: 'a'.repeat(43) };

describe('a link that signs in', () => {
  const { home, remove } = newHome();
  let on: TestHost;
  let off: TestHost;

  beforeAll(async () => {
    const signInFile = join(home, 'people.json');
    writeFileSync(signInFile, JSON.stringify({ people: [ada] }));
    const appDirectory = writeApp(join(home, 'app'), who);
    off = await startTestHost({ appDirectory, home: join(home, 'off') });
    on = await startTestHost({ appDirectory, home: join(home, 'on'), signInFile });
  });
  afterAll(async () => {
    await on?.stop();
    await off?.stop();
    remove();
  });

  const follow = (link: string, headers = {}) => fetch(link, { redirect: 'manual', headers });
  const whoIs = async (cookie: string) =>
    (
      (await (await fetch(`${on.url}/api/signed-in/who`, { headers: { cookie } })).json()) as {
        name: string | null;
      }
    ).name;

  test('leads to the page with a session, and is good once', async () => {
    const link = await makeSignInLink(on.url, ada.token);
    const first = await follow(link!);
    expect([first.status, first.headers.get('location')]).toEqual([303, '/api/ui']);
    const cookie = first.headers.get('set-cookie')!;
    expect(cookie).toMatch(/; Path=\/api\/signed-in; HttpOnly; SameSite=Lax;/);
    expect(await whoIs(cookie.split(';')[0]!)).toBe('ada');
    const second = await follow(link!);
    expect([second.status, second.headers.get('set-cookie')]).toEqual([410, null]);
    expect(await second.text()).toMatch(/was used before.*ratchet ui prints another/);
  });

  test('has no token in it, and is another every time', async () => {
    const [one, other] = [await makeSignInLink(on.url, ada.token), await makeSignInLink(on.url, ada.token)];
    expect(one).not.toBe(other);
    expect(one).not.toContain(ada.token);
    expect(new URL(one!).searchParams.get('ticket')).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test('is made for nobody without a token, for nobody of a session, and not where sign-in is off', async () => {
    expect(await makeSignInLink(on.url, 'b'.repeat(43))).toBeNull();
    expect(await makeSignInLink(off.url, ada.token)).toBeNull();
    const answer = await follow((await makeSignInLink(on.url, ada.token))!);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const response = await fetch(`${on.url}/.auth/login/link`, { method: 'POST', headers: { cookie } });
    expect(response.status).toBe(401);
  });

  test.each(['https://evil.example/', '//evil.example/', '/\\evil.example/', 'javascript:alert(1)'])(
    'leads nowhere but to a path of this host: %s',
    async (back) => {
      const link = await makeSignInLink(on.url, ada.token);
      const answer = await follow(`${link}&post_login_redirect_uri=${encodeURIComponent(back)}`);
      expect(answer.headers.get('location')).toBe('/api/ui');
    },
  );

  test.each(['', 'x', 'A'.repeat(43), 'A'.repeat(10_000)])('is not guessed: %s', async (ticket) => {
    const answer = await follow(`${on.url}/.auth/login/link?ticket=${ticket}`);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('is not used up by a browser that only looks ahead', async () => {
    const link = await makeSignInLink(on.url, ada.token);
    const ahead = await follow(link!, { 'sec-purpose': 'prefetch;prerender' });
    expect([ahead.status, ahead.headers.get('set-cookie')]).toEqual([503, null]);
    expect((await follow(link!)).status).toBe(303);
  });

  test('is taken under a name of this machine alone', async () => {
    const link = new URL((await makeSignInLink(on.url, ada.token))!);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const headers = { host: `rebound.example:${link.port}` };
      request(
        { host: '127.0.0.1', port: link.port, path: `${link.pathname}${link.search}`, headers },
        (response) => {
          response.resume();
          resolve(response.statusCode);
        },
      )
        .on('error', reject)
        .end();
    });
    expect(status).toBe(403);
    expect((await follow(link.href)).status).toBe(303);
  });

  test('is good for ten minutes, and of very many the latest', () => {
    const links = new SignInLinks();
    const person = { ...ada, roles: ['approver' as const], teams: [], id: 'id' };
    const ticket = links.make(person, 0);
    expect(links.take(ticket, 600_000)).toBeNull();
    const [first, ...rest] = Array.from({ length: 101 }, () => links.make(person, 0));
    expect(links.take(first!, 1)).toBeNull();
    expect(links.take(rest.at(-1)!, 599_999)).toBe(person);
  });
});
