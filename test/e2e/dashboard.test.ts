/** The page in a real browser, over a real service: what each view is for, and what holds for all of them. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace } from '../../shared/domain/trace.ts';
import { until } from '../until.ts';
import { openBrowser, type Visit, visit } from '../world/browser.ts';
import { type DashboardWorld, hostile, openDashboardWorld } from '../world/dashboard-world.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const patient = { timeout: 90_000 };

describe('the page', () => {
  let world: DashboardWorld;
  let browser: Browser;
  /** An approver who has requested nothing. */
  let bob: Visit;
  let asked: { readonly releaseId: string; readonly runId: string };

  const at = (page: Page, path: string) => page.goto(`${world.hostUrl}/api/ui${path}`);
  const see = (page: Page, text: string | RegExp) => page.getByText(text).first().waitFor(patient);
  const act = async (page: Page, label: string, reason: string): Promise<void> => {
    await page.getByRole('button', { name: label, exact: true }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason, for the ledger').fill(reason);
    await dialog.getByRole('button', { name: label, exact: true }).click();
    await dialog.getByRole('button', { name: 'Close' }).waitFor(patient);
  };
  const addressOfFirstDecision = async (): Promise<string> => {
    const [decision] = await world.decisions();
    return `/decisions/${encodeURIComponent(decision!.signal.id)}`;
  };

  beforeAll(async () => {
    [world, browser] = await Promise.all([openDashboardWorld(), openBrowser()]);
    bob = await visit(browser, world, 'bob', '/api/ui?q=tin&state=new');
    asked = await world.untilPeopleAreAsked();
  });

  afterAll(async () => {
    await browser?.close();
    await world?.close();
  });

  it('leads to the sign-in and back to the very address, with the filters in it', async () => {
    expect(new URL(bob.page.url()).search).toBe('?q=tin&state=new');
    await bob.page.getByRole('link', { name: 'tiny' }).waitFor();
    expect(await bob.page.getByLabel('Search models').inputValue()).toBe('tin');
    expect(await bob.page.getByRole('rowheader').count()).toBe(1);
  });

  it('shows the fleet, sorted and filtered as the address says, over a reload and back again', async () => {
    const { page } = bob;
    await at(page, '');
    await page.getByRole('link', { name: 'guarded', exact: true }).waitFor();
    expect(await page.getByRole('rowheader').count()).toBe(4);
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    await page.getByRole('button', { name: 'Model', exact: true }).click();
    expect(new URL(page.url()).search).toBe('?sort=model&way=down');
    await page.reload();
    await page.getByRole('link', { name: 'unsure', exact: true }).waitFor();
    const names = await page.getByRole('rowheader').getByRole('link').allTextContents();
    expect(names).toEqual(['unsure', 'tiny', 'guarded', 'broken']);
    await page.getByLabel('Search models').fill('guard');
    await page.getByText('1 of 4 models').waitFor();
    await page.getByRole('link', { name: 'guarded', exact: true }).click();
    await page.getByRole('heading', { level: 1, name: 'guarded' }).waitFor();
    await page.goBack();
    expect(await page.getByLabel('Search models').inputValue()).toBe('guard');
    await page.getByText('1 of 4 models').waitFor();
  });

  it('shows what others have written as text, whatever it is', async () => {
    const { page } = bob;
    await at(page, '/models/tiny');
    await see(page, hostile.replace('\u202e', '\ufffd'));
    expect(await page.locator('main img, main script').count()).toBe(0);
    expect(bob.troubles).toEqual([]);
  });

  it('has a run requested once, however often it is clicked, and shows its decision without being asked again', async () => {
    const jane = await visit(browser, world, 'jane', '/api/ui/decisions?model=tiny');
    const other = await jane.context.newPage();
    await at(other, '/models/tiny');
    await other.getByRole('button', { name: 'Request a run' }).click();
    const dialog = other.getByRole('dialog');
    await dialog.getByLabel('Reason, for the ledger').fill(hostile);
    expect(await dialog.locator('.command code').textContent()).toContain(
      "npx ratchet request tiny --reason '<img",
    );
    await dialog.getByRole('button', { name: 'Request a run' }).dblclick();
    await dialog.getByText('Done.').waitFor(patient);
    // The first tab was not touched.
    await jane.page.bringToFront();
    await see(jane.page, /requests a run: <img src=x/);
    const decisions = (await world.decisions()).filter(
      ({ signal }) => signal.model === 'tiny' && signal.kind === 'manual',
    );
    expect(decisions).toHaveLength(1);
    await jane.page.getByRole('link', { name: /requests a run/ }).click();
    await see(jane.page, 'The answer');
    await jane.page
      .getByRole('link', { name: /^tiny-\d{8}-[0-9a-f]{8}$/ })
      .first()
      .click();
    await see(jane.page, 'Train');
    await jane.page.reload();
    await jane.page
      .getByText('All 2 gates passed')
      .or(jane.page.getByText('Gate report'))
      .first()
      .waitFor(patient);
    await see(jane.page, 'accuracy at least 0.75');
    expect(await jane.page.locator('svg .limit').count()).toBeGreaterThan(0);
    await see(jane.page, /-evaluate: Completed/);
    await jane.close();
  });

  it('shows the log of a job, and of a pipeline that of the step which is chosen', async () => {
    const { page } = bob;
    await at(page, `/runs/${asked.runId}`);
    await page.getByLabel('Job', { exact: true }).selectOption('train');
    await see(page, /^step fit of .*-train: Completed\.$/);
    await see(page, 'trained on 1 partitions');
    await page.getByLabel('Step', { exact: true }).selectOption('keep');
    await see(page, /^step keep of .*-train: Completed\.$/);
    await see(page, `ratchet logs ${asked.runId} --phase train --step keep`);
  });

  it('shows who may not act why, and sends nothing', async () => {
    const vic = await visit(browser, world, 'vic', '/api/ui/models/tiny');
    const request = vic.page.getByRole('button', { name: 'Request a run' });
    await request.waitFor(patient);
    expect(await request.getAttribute('aria-disabled')).toBe('true');
    expect(await request.getAttribute('title')).toBe('It takes the role operator; vic has viewer.');
    await request.dispatchEvent('click');
    expect(await vic.page.getByRole('dialog').count()).toBe(0);
    await vic.close();
  });

  it('stops the fleet in one tab, and says so in another', async () => {
    const second = await bob.context.newPage();
    await at(second, '');
    await at(bob.page, '');
    await act(bob.page, 'Stop all runs', 'a drill of the switch');
    await second.bringToFront();
    await see(second, 'The kill switch is thrown: no run starts.');
    await see(second, /a drill of the switch/);
    await act(second, 'Let runs start again', 'the drill is over');
    await second.close();
    await bob.page.bringToFront();
    await bob.page.getByRole('button', { name: 'Close' }).click();
    await bob.page.getByText('The kill switch is thrown').waitFor({ ...patient, state: 'detached' });
    await at(bob.page, '/audit?q=drill');
    await see(bob.page, 'a drill of the switch');
    await see(bob.page, 'the drill is over');
  });

  it('shows what waits for whom, and has exactly what is shown approved', async () => {
    const { page } = bob;
    await at(page, '/inbox');
    const release = page.getByRole('article').filter({ hasText: asked.releaseId });
    await release.waitFor(patient);
    const { body } = await world.ask(`releases/${asked.releaseId}`);
    const { binding } = (body as { release: { binding: string } }).release;
    expect(await release.textContent()).toContain(binding);
    await release.getByRole('button', { name: 'Approve' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason, for the ledger').fill('it looks right');
    expect(await dialog.locator('.command code').textContent()).toContain("--reason 'it looks right'");
    await dialog.getByRole('button', { name: 'Approve' }).click();
    await dialog.getByRole('button', { name: 'Close' }).waitFor(patient);
    expect(await dialog.textContent()).toContain('Done. Approved: version 1 leaves stage sign-off.');
    await dialog.getByRole('button', { name: 'Close' }).click();
    await release.waitFor({ ...patient, state: 'detached' });
    await at(page, `/releases/${asked.releaseId}`);
    await see(page, 'it looks right');
    await see(page, /^serving, watched$|^settled$/);
    await see(page, '100 %');
  });

  it('keeps what it has while the service is away, and goes on by itself', async () => {
    const { page, context } = bob;
    await at(page, `/runs/${asked.runId}`);
    await see(page, 'Gate report');
    await context.setOffline(true);
    await see(page, 'No connection, trying again');
    await see(page, 'Gate report');
    await page.getByRole('button', { name: 'Accept', exact: true }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Reason, for the ledger').fill('seen by hand');
    await dialog.getByRole('button', { name: 'Accept', exact: true }).click();
    await see(page, /could not be reached/);
    await context.setOffline(false);
    await page.getByRole('status').getByText('Live').waitFor(patient);
    expect(await dialog.getByLabel('Reason, for the ledger').inputValue()).toBe('seen by hand');
    await dialog.getByRole('button', { name: 'Accept', exact: true }).click();
    await dialog.getByText(/^Done\./).waitFor(patient);
    await dialog.getByRole('button', { name: 'Close' }).click();
    await see(page, /^released$/);
  });

  it('shows the trace of a run: a row a span, with a bar, as the service tells it', async () => {
    const { page } = bob;
    await at(page, `/runs/${asked.runId}`);
    await page.locator('.trace > summary').click();
    await page.getByRole('rowheader', { name: 'step submit-job' }).first().waitFor(patient);
    const rows = await page.locator('.waterfall tbody tr').count();
    expect(await page.locator('.waterfall rect').count()).toBe(rows);
    const { status, body } = await world.ask(`traces/run/${asked.runId}`);
    const { trace } = body as { trace: Trace };
    expect([status, trace.isRead, trace.isCut]).toEqual([200, true, false]);
    expect(await page.locator('.trace').textContent()).toContain(trace.traceId);
    const [step] = trace.spans.filter(({ name }) => name === 'step submit-job');
    expect(step).toMatchObject({ attributes: { 'ratchet.run_id': asked.runId }, error: null });
    expect((await world.ask('traces/model/unsure')).status).toBe(404);
  });

  const pages = (): (readonly [string, string])[] => [
    ['', 'guarded'],
    ['/inbox', 'What waits for a person'],
    ['/decisions', 'requests a run'],
    ['/runs', asked.runId],
    [`/runs/${asked.runId}`, 'Gate report'],
    ['/releases', asked.releaseId],
    [`/releases/${asked.releaseId}`, 'Approvals'],
    ['/models/guarded', 'Time line'],
    ['/models/guarded/try', 'The text is valid.'],
    ['/models/guarded/versions/1', 'What it was made of'],
    ['/audit', 'The decision log'],
    ['/nowhere', 'There is no such page'],
  ];

  it('can be used by everybody, on every view: in both schemes, and on a phone', async () => {
    const { page, troubles, close } = await visit(browser, world, 'bob', '/api/ui', {
      reducedMotion: 'reduce',
    });
    const check = async (rules: string): Promise<string[]> => {
      const { violations } = (await page.evaluate(`axe.run(${rules})`)) as { violations: Violation[] };
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
    };
    for (const [path, text] of [...pages(), [await addressOfFirstDecision(), 'The answer'] as const]) {
      await at(page, path);
      await see(page, text);
      await page
        .locator('.loading')
        .first()
        .waitFor({ ...patient, state: 'detached' });
      if ((await page.locator('.trace').count()) > 0) {
        await page.locator('.trace > summary').click();
        await page.locator('.trace :is(.waterfall, .empty)').first().waitFor(patient);
      }
      await page.evaluate(axe);
      expect(await check(''), `${path}, light`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'dark' });
      expect(await check("{ runOnly: ['color-contrast'] }"), `${path}, dark`).toEqual([]);
      await page.emulateMedia({ colorScheme: 'light' });
      await page.setViewportSize({ width: 360, height: 740 });
      expect(await page.evaluate('document.documentElement.scrollWidth'), `${path}, on a phone`).toBe(360);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    expect(troubles).toEqual([]);
    await close();
  });

  it('is gone through by keyboard: past the head, into a view, through a dialog and out of it', async () => {
    const { page } = bob;
    await at(page, '');
    await page.getByRole('link', { name: 'guarded', exact: true }).waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await until(async () => (await page.evaluate('document.activeElement.id')) === 'main');
    await page.getByRole('link', { name: 'guarded', exact: true }).press('Enter');
    await page.getByRole('heading', { level: 1, name: 'guarded' }).waitFor();
    // What follows a view is done after it is drawn.
    await until(async () => (await page.evaluate('document.activeElement.tagName')) === 'H1');
    await until(async () => (await page.title()) === 'guarded · Ratchet');
    const freeze = page.getByRole('button', { name: 'Freeze', exact: true });
    await freeze.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await until(() => freeze.evaluate((element) => element.ownerDocument.activeElement === element));
    await page.getByRole('group', { name: /^Time line/ }).focus();
    await page.keyboard.press('ArrowLeft');
    await until(async () => !(await page.locator('.picked').textContent())?.includes('Nothing is picked'));
  });

  it('loads less than 60 kB, and nothing from elsewhere', async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    let bytes = 0;
    const elsewhere: string[] = [];
    page.on('requestfinished', async (request) => {
      if (!request.url().startsWith(world.hostUrl)) elsewhere.push(request.url());
    });
    const shell = await fetch(`${world.hostUrl}/api/ui`);
    const html = await shell.text();
    const files = [...html.matchAll(/(?:href|src)="(\/api\/ui\/assets\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files).toHaveLength(3);
    for (const file of files) {
      const answer = await fetch(world.hostUrl + file, { headers: { 'accept-encoding': 'gzip' } });
      expect(answer.headers.get('content-encoding')).toBe('gzip');
      bytes += Number(answer.headers.get('content-length'));
      await answer.body?.cancel();
    }
    expect(bytes).toBeGreaterThan(10_000);
    expect(bytes).toBeLessThan(60_000);
    await page.goto(`${world.hostUrl}/api/ui`);
    await page.getByLabel('Token').waitFor();
    expect(elsewhere).toEqual([]);
    await context.close();
  });

  it('keeps what is on it when the session ends, until somebody has signed in again', async () => {
    const { page } = bob;
    await at(page, '/runs');
    await see(page, asked.runId);
    await world.killHost();
    await see(page, 'No connection, trying again');
    await world.startHost();
    await see(page, 'Your session has ended');
    await see(page, asked.runId);
    const other = await bob.context.newPage();
    await at(other, '/runs');
    await other.getByLabel('Token').fill(world.tokenOf('bob'));
    await other.getByRole('button', { name: 'Sign in' }).click();
    await other.getByText(asked.runId).first().waitFor(patient);
    await other.close();
    await page.getByText('Your session has ended').waitFor({ ...patient, state: 'detached' });
    await see(page, asked.runId);
  });
});

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}
