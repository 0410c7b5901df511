/** A browser that signs in to the embedded host: a page, a session, and where it leads back to. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

describe('a browser', () => {
  const { home, remove } = newHome();
  const signInFile = join(home, 'people.json');
  let on: TestHost;
  let off: TestHost;

  beforeAll(async () => {
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

  const page = (back: string): string =>
    `${on.url}/.auth/login/aad?post_login_redirect_uri=${encodeURIComponent(back)}`;
  const signIn = (back: string, token: string, headers = {}) =>
    fetch(page(back), {
      ...{ method: 'POST', redirect: 'manual', headers: { origin: on.url, ...headers } },
      body: new URLSearchParams({ token }),
    });
  const whoIs = async (cookie: string) =>
    (await (await fetch(`${on.url}/api/signed-in/who`, { headers: { cookie } })).json()) as {
      name: string | null;
    };

  test('signs in with a token, has a session then, and is led back', async () => {
    const shown = await fetch(page('/api/signed-in/who'));
    expect(shown.status).toBe(200);
    expect(shown.headers.get('content-security-policy')).toMatch(/^default-src 'none'/);
    const answer = await signIn('/api/signed-in/who?a=1', ada.token);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/api/signed-in/who?a=1']);
    const [cookie] = answer.headers.get('set-cookie')!.split(';');
    expect(await whoIs(cookie!)).toEqual({ name: 'ada' });
    expect(await whoIs(`other=1; ${cookie!}; more=2`)).toEqual({ name: 'ada' });
  });

  test('is nobody any more once it has signed out, and is led to where it was', async () => {
    const [cookie] = (await signIn('/', ada.token)).headers.get('set-cookie')!.split(';');
    const out = await fetch(`${on.url}/.auth/logout?post_logout_redirect_uri=%2Fapi%2Fui`, {
      ...{ redirect: 'manual', headers: { cookie: cookie! } },
    });
    expect([out.status, out.headers.get('location')]).toEqual([302, '/api/ui']);
    expect(out.headers.getSetCookie()).toEqual([
      'AppServiceAuthSession=; Path=/api/signed-in; HttpOnly; SameSite=Lax; Max-Age=0',
      'AppServiceAuthSession=; Path=/.auth/logout; HttpOnly; SameSite=Lax; Max-Age=0',
    ]);
    expect(await whoIs(cookie!)).toEqual({ name: null });
    const away = await fetch(`${on.url}/.auth/logout?post_logout_redirect_uri=//evil.example`, {
      redirect: 'manual',
    });
    expect(away.headers.get('location')).toBe('/');
    expect((await fetch(`${off.url}/.auth/logout`)).status).toBe(404);
  });

  test.each([
    '',
    'AppServiceAuthSession=',
    `AppServiceAuthSession=${'A'.repeat(43)}`,
    `AppServiceAuthSession=${ada.token}`,
  ])('with the cookie %j is nobody', async (cookie) => expect(await whoIs(cookie)).toEqual({ name: null }));

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    '/a\\b',
    'javascript:alert(1)',
    'x',
    '',
  ])('is not led to %j', async (back) => {
    const answer = await signIn(back, ada.token);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/']);
  });

  test('has what it asked for on the page as text', async () => {
    const html = await (await fetch(page('/"><script>alert(1)</script>'))).text();
    expect(html).not.toContain('<script>');
  });

  test('is nobody with a token that is nobody’s, and from a page of another site', async () => {
    const wrong = await signIn('/', 'b'.repeat(43));
    expect([wrong.status, wrong.headers.get('set-cookie')]).toEqual([401, null]);
    expect(await wrong.text()).not.toContain('b'.repeat(43));
    expect((await signIn('/', ada.token, { origin: 'http://evil.example' })).status).toBe(403);
    expect((await signIn('/', ada.token, { 'content-type': 'text/plain' })).status).toBe(415);
  });

  test('finds no such page where sign-in is off', async () => {
    expect((await fetch(`${off.url}/.auth/login/aad`)).status).toBe(404);
  });
});
