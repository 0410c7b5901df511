/** A link in a notice, followed in a browser: who may look, who may act, and what no link and no form brings about. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import type { InboxNotice } from '../../local/notices/inbox.ts';
import type { ReleaseRow } from '../../shared/domain/release-state.ts';
import { makeEndpoint, stagedModel } from '../world/endpoint.ts';
import { openWorld, type World } from '../world/world.ts';

const stages = `
- { stage: first, kind: approval, need: 2, within: P1D }
- { stage: second, kind: approval, within: P1D }
- { stage: production, kind: production, keepOld: PT1H }`.trim();

describe('a link to an approval', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-approval-page-'));
  // Links are good until a deadline by the clock of the platform: virtual time begins at it.
  let nowMs = Date.now();
  let world: World;
  /** Of the stage `first`, and of `second`. */
  const links: string[] = [];

  const pass = async (minutes: number): Promise<void> => {
    nowMs += minutes * 60_000;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  const inbox = async (): Promise<readonly InboxNotice[]> =>
    (await (await fetch(`${world.cloud().control}/notices`)).json()) as InboxNotice[];
  const latestLink = async (): Promise<string> => {
    const waits = (await inbox()).filter(({ type }) => type === 'approval.waits').at(-1)!;
    return waits.data.links.find(({ title }) => title === 'Look at it, approve or reject')!.url;
  };
  const release = async (): Promise<ReleaseRow> => {
    const { body } = await world.ask('releases?model=tiny');
    return (body as { releases: ReleaseRow[] }).releases[0]!;
  };

  /** Signs in as a browser does: through the page that the link leads to, with a cookie afterwards. */
  async function signIn(name: string): Promise<string> {
    const led = await fetch(links[0]!, { headers: { accept: 'text/html' }, redirect: 'manual' });
    expect(led.status).toBe(302);
    const page = new URL(led.headers.get('location')!, links[0]);
    expect(page.pathname).toBe('/.auth/login/aad');
    const answer = await fetch(page, {
      method: 'POST',
      headers: { origin: page.origin },
      body: new URLSearchParams({ token: world.tokenOf(name) }),
      redirect: 'manual',
    });
    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.get('location')!, links[0]).href).toBe(links[0]);
    const cookie = answer.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^AppServiceAuthSession=\S+; Path=\/api\/signed-in; HttpOnly; SameSite=Lax/);
    expect(cookie).not.toContain(world.tokenOf(name));
    return cookie.split(';')[0]!;
  }

  async function open(link: string, cookie: string) {
    const answer = await fetch(link, { headers: { accept: 'text/html', cookie } });
    const html = await answer.text();
    const token = /name="token" value="([^"]+)"/.exec(html)?.[1] ?? null;
    return { status: answer.status, headers: answer.headers, html, token };
  }

  async function send(link: string, cookie: string, form: Record<string, string>, headers = {}) {
    const { origin } = new URL(link);
    const sent = fetch(link, {
      method: 'POST',
      headers: { accept: 'text/html', origin, cookie, ...headers },
      body: new URLSearchParams({ action: 'approve', reason: 'looked <b>well</b>', ...form }),
    });
    await pass(1);
    const answer = await sent;
    return { status: answer.status, html: await answer.text() };
  }

  beforeAll(async () => {
    writeFileSync(join(folder, 'tiny.yaml'), `${stagedModel({ stages })}notices: [{ to: local }]\n`);
    const clockStart = new Date(nowMs).toISOString();
    world = await openWorld({ modelsFolder: folder, clock: 'virtual', clockStart });
    await makeEndpoint(world, 'tiny', () => pass(1));
    await world.requestRun('first');
    await pass(15);
    links.push(await latestLink());
  });

  afterAll(async () => {
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('lets nobody in by itself, and leads a browser to the sign-in', async () => {
    const [link] = links as [string];
    const plain = await fetch(link, { redirect: 'manual' });
    expect(plain.status).toBe(401);
    expect((await fetch(link, { headers: { 'x-functions-key': 'x' } })).status).toBe(401);
    expect((await fetch(link, { headers: { authorization: 'Bearer nobody' } })).status).toBe(401);
    const { status } = await send(link, '', {});
    expect(status).toBe(401);
  });

  it('shows exactly what is approved, with a policy that lets the page do nothing else', async () => {
    const { status, headers, html } = await open(links[0]!, await signIn('bob'));
    expect(status).toBe(200);
    expect(headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; style-src 'sha256-[^']+'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'$/,
    );
    expect(headers.get('cache-control')).toBe('no-store');
    expect(html).not.toMatch(/<script|onerror|javascript:/i);
    const { binding, digest, releaseId } = await release();
    for (const part of [binding!, digest!, releaseId, 'You are bob', 'Stage in the file'])
      expect(html).toContain(part);
  });

  it('does nothing by being looked at, by whoever and however often', async () => {
    for (const name of ['bob', 'eve', 'jane', 'vic']) await open(links[0]!, await signIn(name));
    expect(await release()).toMatchObject({ state: 'waiting-for-approval', stage: 'first', approvals: [] });
  });

  it('gives no form to who requested the run, nor to who is no approver, and takes none from them', async () => {
    const bobs = (await open(links[0]!, await signIn('bob'))).token!;
    for (const [name, why] of [
      ['jane', 'jane requested the run, and cannot approve its release'],
      ['vic', 'approve-release: vic may not: it takes the role approver'],
      ['olga', 'approve-release: olga may not: it takes the role approver'],
    ] as const) {
      const cookie = await signIn(name);
      const { html, token } = await open(links[0]!, cookie);
      expect(html).toContain(why);
      expect(token).toBeNull();
      expect((await send(links[0]!, cookie, { token: bobs })).status, name).toBe(403);
    }
    expect((await release()).approvals).toEqual([]);
  });

  it('takes a form from its own page alone, with the token of who sends it', async () => {
    const [link] = links as [string];
    const cookie = await signIn('bob');
    const token = (await open(link, cookie)).token!;
    const eves = (await open(link, await signIn('eve'))).token!;
    const good = { token };
    expect((await send(link, cookie, good, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await send(link, cookie, good, { origin: 'null' })).status).toBe(403);
    expect((await send(link, cookie, good, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    expect((await send(link, cookie, good, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(link, cookie, { token: eves })).status).toBe(403);
    expect((await send(link, cookie, { token: 'A'.repeat(43) })).status).toBe(403);
    expect((await send(link, cookie, { ...good, reason: ' ' })).status).toBe(400);
    expect((await send(link, cookie, { ...good, reason: 'x'.repeat(1_001) })).status).toBe(400);
    expect((await send(link, cookie, { ...good, action: 'abort' })).status).toBe(400);
    expect((await send(link, cookie, { ...good, reason: 'x'.repeat(20_000) })).status).toBe(413);
    expect((await release()).approvals).toEqual([]);
  });

  it('is good for nothing once anything of it is changed, or for another release', async () => {
    const cookie = await signIn('bob');
    const url = new URL(links[0]!);
    const token = url.searchParams.get('link')!;
    const [said, digest] = token.split('.') as [string, string];
    const decoded = JSON.parse(Buffer.from(said, 'base64url').toString()) as string[];
    const forged = Buffer.from(JSON.stringify([decoded[0], 'f'.repeat(64), decoded[2]])).toString(
      'base64url',
    );
    for (const wrong of ['', token.slice(1), `${forged}.${digest}`, `${said}.${'A'.repeat(43)}`, said]) {
      url.searchParams.set('link', wrong);
      const { status, html } = await open(url.href, cookie);
      expect(status).toBe(404);
      expect(html).toContain('this link is not one that was sent');
    }
    const other = links[0]!.replace(/releases\/[^/]+\//, 'releases/tiny-20260101-1f2e3d4c-release/');
    const { status, html } = await open(other, cookie);
    expect(status).toBe(404);
    expect(html).toContain('this link is of another release');
  });

  it('approves for who sends the form, once, whatever is sent again', async () => {
    const [link] = links as [string];
    const cookie = await signIn('bob');
    const { token } = await open(link, cookie);
    const first = await send(link, cookie, { token: token! });
    expect(first.status).toBe(200);
    expect(first.html).toContain('Approved by bob; 1 more must.');
    // What others have written is text on the page.
    expect(first.html).toContain('looked &lt;b&gt;well&lt;/b&gt;');
    const again = await send(link, cookie, { token: token!, action: 'reject' });
    expect(again.html).toContain('Approved by bob; 1 more must.');
    const row = await release();
    expect(row).toMatchObject({ state: 'waiting-for-approval', stage: 'first' });
    expect(row.approvals).toMatchObject([{ by: 'bob', actor: { kind: 'person', name: 'bob' } }]);
    const { html, token: none } = await open(link, cookie);
    expect(html).toContain('bob has approved before: another person must.');
    expect(none).toBeNull();
  });

  it('says what has changed once the release asks for something else, and does nothing there', async () => {
    const [link] = links as [string];
    const cookie = await signIn('eve');
    const { token } = await open(link, cookie);
    expect((await send(link, cookie, { token: token! })).status).toBe(200);
    await pass(5);
    expect(await release()).toMatchObject({ state: 'waiting-for-approval', stage: 'second' });
    links.push(await latestLink());
    expect(links[1]).not.toBe(link);
    const bob = await signIn('bob');
    const old = await open(link, bob);
    expect(old.html).toContain('the stage changed from first to second');
    expect(old.token).toBeNull();
    // A form that was opened before: of the other stage.
    const bobs = (await open(links[1]!, bob)).token!;
    expect((await send(link, bob, { token: bobs })).status).toBe(403);
    expect(await release()).toMatchObject({ stage: 'second', approvals: [] });
  });

  it('rejects, too, only what it is of', async () => {
    const eve = await signIn('eve');
    const { token } = await open(links[1]!, eve);
    const answer = await send(links[1]!, eve, { token: token!, action: 'reject', reason: 'not today' });
    expect(answer.status).toBe(200);
    expect(answer.html).toContain('Rejected: version 1 goes back.');
    await pass(5);
    expect(await release()).toMatchObject({ state: 'rejected' });
    expect((await inbox()).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['approval.waits', 'release.ended']),
    );
  });
});
