/**
 * `npm run screenshots`: plays the demo, has one more version wait for approval, and takes pictures of the page over it into
 * docs/screenshots/. `--home FOLDER` takes a state folder that `npm run demo -- --keep` has left, in place of playing it.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { advanceTo } from '../../local/clock/advance.ts';
import { type LocalCloud, launchLocalCloud } from '../../local/launch/local-cloud.ts';
import type { OverviewPage } from '../../shared/domain/overview.ts';
import { openBrowser, visit } from '../world/browser.ts';

const out = resolve('docs/screenshots');
const model = 'spam-filter';

/** Plays four weeks of the story, after which a release is under way. Answers its state folder. */
async function playDemo(): Promise<string> {
  const play = promisify(execFile)(process.execPath, ['demo/main.ts', '--keep', '--weeks', '4'], {
    maxBuffer: 64 * 1024 * 1024,
  });
  // A story that is cut short is said to be incomplete, and that is all that is wrong with it.
  const { stdout } = await play.catch((error: unknown) => error as { stdout: string });
  const home = /^ *kept +(\S+)$/m.exec(stdout)?.[1];
  if (!home) throw new Error(`the demo did not say where its state is:\n${stdout.slice(-2_000)}`);
  return home;
}

const { home: given } = parseArgs({ options: { home: { type: 'string' } } }).values;
const home = given ?? (await playDemo());
const world = await launchLocalCloud({
  home,
  modelsFolder: join(home, 'colleague', 'models'),
  clock: 'virtual',
});
const browser = await openBrowser();
try {
  await askForVersion(world);
  mkdirSync(out, { recursive: true });
  for (const name of readdirSync(out)) rmSync(join(out, name));
  for (const scheme of ['light', 'dark'] as const) await takeAll(scheme);
  const sizes = readdirSync(out).map((name) => statSync(join(out, name)).size);
  console.log(
    `${sizes.length} pictures, ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1024)} kB`,
  );
} finally {
  await browser.close();
  await world.stop();
  if (!given) rmSync(home, { recursive: true, force: true });
}

/** Somebody requests a run; its challenger passes, and its release waits for another person. */
async function askForVersion(world: LocalCloud): Promise<void> {
  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await fetch(`${world.apiRoot}/signed-in/${path}`, {
      ...init,
      headers: {
        authorization: `Bearer ${world.tokenOf('ada')}`,
        ...{ 'content-type': 'application/json', 'idempotency-key': 'screenshots' },
      },
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return JSON.parse(text) as unknown;
  };
  const now = ((await ask('overview')) as OverviewPage).at;
  await ask(`models/${model}/signals`, {
    method: 'POST',
    body: JSON.stringify({ reason: 'labels of the help desk are in' }),
  });
  await advanceTo(world.controls(), Date.parse(now) + 2 * 3_600_000, 300_000);
}

async function takeAll(scheme: 'light' | 'dark'): Promise<void> {
  const { page, close } = await visit(browser, { ...world, tokenOf: world.tokenOf }, 'ben', '/api/ui', {
    ...{ colorScheme: scheme, viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' },
  });
  const take = async (name: string, path: string, text: string): Promise<void> => {
    await page.goto(`${world.hostUrl}/api/ui${path}`);
    await page.getByText(text).first().waitFor();
    // With the inbox comes the service's own time, by which times are said.
    await page.locator('nav .count').waitFor();
    await page.locator('.loading').first().waitFor({ state: 'detached' });
    await page.screenshot({ path: join(out, `${name}-${scheme}.png`), animations: 'disabled' });
  };
  await take('fleet', '', model);
  await take('model', `/models/${model}?days=90`, 'Time line');
  await take('inbox', '/inbox', 'What is signed');
  // In both schemes what a newcomer sees first; the others once.
  if (scheme === 'dark') return close();
  const run = await hrefOf(page, '/runs', /gates failed|passed/);
  await take('run', run, 'Gate report');
  const release = await hrefOf(page, '/releases', /rolled back/);
  await take('release', release, 'Stages');
  await close();
}

/** The first of a list whose row says that. */
async function hrefOf(page: Page, list: string, says: RegExp): Promise<string> {
  await page.goto(`${world.hostUrl}/api/ui${list}`);
  const row = page.getByRole('row').filter({ hasText: says }).first();
  await row.waitFor();
  const href = await row.locator('td').nth(1).getByRole('link').getAttribute('href');
  return href!.replace('/api/ui', '');
}
