/** Trying a policy in a real browser, over what a real service has recorded: it says what `ratchet backtest` says. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { backtestOutput } from '../../cli/backtest/schema.ts';
import { main } from '../../cli/main.ts';
import { figuresOf } from '../../dashboard/format/trial.ts';
import { advanceTo } from '../../local/clock/advance.ts';
import { capturePrinted } from '../unit/cli/printed.ts';
import { openBrowser, type Visit, visit } from '../world/browser.ts';
import { openWorld, type World } from '../world/world.ts';

const startMs = Date.parse('2026-03-01T00:00:00Z');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const patient = { timeout: 60_000 };
const at = (day: number): string => new Date(startMs + day * dayMs).toISOString();
const ticks = ['schedule-tick', 'watchdog', 'reconcile-tick', 'purge-tick'];
/** Two weeks of bad reports before it asks. */
const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8')
  .replace('below: 0.9\n', 'below: 0.9\n      breaches: 2\n      windows: 2\n')
  .replace('policy:\n', 'policy:\n  budget: { window: P30D, money: 500, pricePerHour: 3 }\n');

describe('trying a policy', () => {
  const { out, err } = capturePrinted();
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-trial-'));
  let world: World;
  let browser: Browser;
  /** Who may read, and nothing else. */
  let vic: Visit;
  let page: Page;

  let nowMs = startMs;
  const passUntil = async (day: number): Promise<void> => {
    nowMs = startMs + day * dayMs;
    await advanceTo(world.controls(), nowMs, 300_000);
  };
  const report = async (day: number, accuracy: number): Promise<void> => {
    await passUntil(day);
    const { status } = await world.ask('models/tiny/metrics', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ window: `day ${day}`, observedAt: at(day), sample: 200, metrics: { accuracy } }),
    });
    expect(status).toBe(202);
    await passUntil(day + 0.25);
  };
  const open = (model: string) => page.goto(`${world.hostUrl}/api/ui/models/${model}/try?${span}`);
  const span = new URLSearchParams({ from: at(0), until: at(29) }).toString();
  const editor = () => page.getByLabel('Triggers and policy, as they stand in the model file');
  const play = () => page.getByRole('button', { name: 'Play it' }).click();

  beforeAll(async () => {
    const models = join(folder, 'models');
    mkdirSync(models);
    writeFileSync(join(models, 'tiny.yaml'), tiny);
    writeFileSync(join(models, 'idle.yaml'), tiny.replace('model: tiny', 'model: idle'));
    const env = Object.fromEntries(ticks.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
    const clockStart = new Date(startMs).toISOString();
    [world, browser] = await Promise.all([
      openWorld({ clock: 'virtual', clockStart, modelsFolder: models, env }),
      openBrowser(),
    ]);
    await world.requestRun('first');
    for (const [day, accuracy] of [
      [2, 0.96],
      [9, 0.85],
      [16, 0.84],
      [23, 0.95],
    ] as const)
      await report(day, accuracy);
    await passUntil(30);
    vic = await visit(browser, world, 'vic', '/api/ui/models/tiny', { reducedMotion: 'reduce' });
    page = vic.page;
  });

  afterAll(async () => {
    await browser?.close();
    await world?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('begins at the model with its triggers and its policy, and with no more than somebody has written', async () => {
    await page.getByRole('link', { name: 'Try a policy' }).click();
    await page.getByRole('heading', { level: 1, name: 'Try a policy for tiny' }).waitFor();
    await page.getByText('The text is valid.').waitFor(patient);
    expect(await editor().inputValue()).toBe(
      [
        'triggers:',
        '  metrics:',
        '    - name: accuracy-low',
        '      metric: accuracy',
        '      below: 0.9',
        '      breaches: 2',
        '      windows: 2',
        '  alerts:',
        '    - name: slow',
        '      rule: tiny-latency-high',
        '  registry: true',
        'policy:',
        '  cooldown: PT0S',
        '  budget:',
        '    money: 500',
        '    pricePerHour: 3',
        '  longestRun: PT10M',
        '  pollJobs: PT3S',
        '',
      ].join('\n'),
    );
  });

  it('says in which line what is wrong, with what was meant, and plays no such text', async () => {
    const written = await editor().inputValue();
    await editor().fill(written.replace('cooldown: PT0S', 'cooldwn: PT0S'));
    await page.getByText('did you mean "cooldown"').waitFor(patient);
    expect(await page.getByRole('button', { name: 'Play it' }).isDisabled()).toBe(true);
    expect(await editor().getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'line 13' }).press('Enter');
    const selected = await page.evaluate('getSelection().toString()');
    expect(selected).toBe('  cooldwn: PT0S');
    await page.getByRole('button', { name: 'Back to what is in force' }).click();
    await page.getByText('The text is valid.').waitFor(patient);
  });

  it('says in one sentence, and in figures, what the command says of the same files', async () => {
    await open('tiny');
    await page.getByText('The text is valid.').waitFor(patient);
    const written = await editor().inputValue();
    const tried = written.replace('      breaches: 2\n      windows: 2\n', '');
    await editor().fill(tried);
    writeFileSync(join(folder, 'quick.yaml'), tried);
    await play();
    const sentence = await page.locator('.verdict').textContent(patient);
    const url = world.apiRoot.replace(/\/api$/, '');
    const service = ['--url', url, '--token', world.tokenOf('vic')];
    const backtest = async (...of: string[]) => {
      out.length = 0;
      const quick = ['--policy', join(folder, 'quick.yaml'), '--from', at(0), '--until', at(29)];
      expect(await main(['backtest', 'tiny', ...quick, '--json', ...of]), err.join('\n')).toBe(0);
      return backtestOutput.parse(JSON.parse(out.join('\n')));
    };
    const found = await backtest(...service);
    const history = join(folder, 'history.jsonl');
    expect(await main(['export', 'events', 'tiny', '--out', history, ...service])).toBe(0);
    expect(await backtest('--events', history)).toEqual(found);
    expect(sentence).toBe(found.differences[0]!.sentence);
    expect(sentence).toMatch(
      /^This policy would have started 3 runs for .* of money and .* h of jobs, the one in force 2 runs for .*; it would have reacted to episode day 9 of 2026-03-10 7 days earlier\.$/,
    );
    const shown = page.getByRole('table', { name: 'Figures of both policies' }).locator('tbody tr');
    const cells = await shown.evaluateAll((rows) =>
      rows.map((row) => [...row.children].map(({ textContent }) => textContent)),
    );
    expect(cells).toEqual(figuresOf(found.policies).map(({ name, values }) => [name, ...values]));
    expect(cells[0]).toEqual(['Runs', '2 started, 2 released', '3 started, 3 released']);
    const differing = page.getByRole('table', { name: 'Decisions that differ' }).locator('tbody tr');
    expect(await differing.count()).toBe(found.differences[0]!.decisions.length);
    const unsaid = await page.locator('.unsaid li').allTextContents();
    expect(unsaid).toEqual(found.policies[1]!.cannotSay);
    expect(unsaid.join('\n')).toContain('The loss is no number');
  });

  it('shows on the axis of the page what would have been beside what was', async () => {
    const names = await page.locator('.lane-names text').allTextContents();
    for (const name of ['Runs', 'Champion', 'Episodes', 'Runs by the policy in force', 'Runs by this policy'])
      expect(names).toContain(name);
    await page.getByRole('group', { name: /^Time line/ }).focus();
    await page.keyboard.press('End');
    await page.locator('.picked strong').waitFor();
  });

  it('can be used by everybody: in both schemes, on a phone, and by keyboard alone', async () => {
    const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
    const check = async (rules: string): Promise<unknown> => {
      const { violations } = (await page.evaluate(`axe.run(${rules})`)) as { violations: unknown[] };
      return violations;
    };
    await page.evaluate(axe);
    expect(await check('')).toEqual([]);
    await page.emulateMedia({ colorScheme: 'dark' });
    expect(await check("{ runOnly: ['color-contrast'] }")).toEqual([]);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360);
    await page.setViewportSize({ width: 1280, height: 900 });
    const written = await editor().inputValue();
    await editor().focus();
    await page.keyboard.press('ControlOrMeta+End');
    await page.keyboard.type('  mostRuns: { count: 1, window: P30D }');
    await page.getByText('has changed since. Play it again.').waitFor(patient);
    await page.getByRole('button', { name: 'Play it' }).focus();
    await page.keyboard.press('Enter');
    await page.locator('.verdict').filter({ hasText: 'would have started 1 run for' }).waitFor(patient);
    expect(await page.getByRole('row', { name: 'rate limit' }).count()).toBeGreaterThan(0);
    await editor().fill(written);
  });

  it('keeps the span in the address and never the text, and says when what it shows is of another', async () => {
    expect(new URL(page.url()).search).toBe(`?${span}`);
    await page.getByLabel('Length').selectOption('7');
    expect(new URL(page.url()).search).toBe('?days=7');
    await page.getByText('has changed since. Play it again.').waitFor();
    await play();
    await page.locator('.verdict').filter({ hasText: 'would have started no run' }).waitFor(patient);
  });

  it('gives the whole model file with the text in it, which is valid', async () => {
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Download the model file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('tiny.yaml');
    const file = join(folder, 'tiny.yaml');
    await download.saveAs(file);
    expect(await main(['validate', file]), err.join('\n')).toBe(0);
    expect(readFileSync(file, 'utf8')).not.toContain('breaches');
    expect(readFileSync(file, 'utf8')).toContain('minimumRows: 4');
  });

  it('can be stopped while it reads, and goes on when it is played again', async () => {
    const held: (() => void)[] = [];
    await page.context().route('**/api/signed-in/decisions?**', async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.continue().catch(() => undefined);
    });
    await page.getByRole('button', { name: 'Read the history again' }).click();
    await page.getByText('Reading the history…').waitFor(patient);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('It was stopped.').waitFor(patient);
    await page.context().unroute('**/api/signed-in/decisions?**');
    for (const go of held) go();
    await play();
    await page.getByText('It was stopped.').waitFor({ ...patient, state: 'detached' });
    await page.locator('.verdict').waitFor(patient);
  });

  it('says of a model of which nothing is recorded what is missing, and of another time when there are records', async () => {
    await open('idle');
    await page.getByText('The text is valid.').waitFor(patient);
    await play();
    await page.getByText('Nothing is recorded of this model yet.').waitFor(patient);
    const early = new URLSearchParams({ from: at(-20), until: at(-10) });
    await page.goto(`${world.hostUrl}/api/ui/models/tiny/try?${early}`);
    await page.getByText('The text is valid.').waitFor(patient);
    await play();
    await page.getByText('Nothing is recorded in this time.').waitFor(patient);
    await open('nobody');
    await page.getByText('What is in force could not be read.').waitFor(patient);
    await page
      .getByText(/no model file is named "nobody"/)
      .first()
      .waitFor(patient);
  });

  it('keeps to the policy of the page, in the worker as well, which is loaded when it is needed', async () => {
    expect(vic.troubles).toEqual([]);
    const [worker] = page.workers();
    // Later: what a debugger runs at once is free of the policy.
    const made = `new Promise((resolve) => setTimeout(() => {
      try { resolve(new Function('return 1')()); } catch (error) { resolve(error.message); }
    }))`;
    expect(await worker!.evaluate(made)).toMatch(/Content Security Policy/);
    const shell = await (await fetch(`${world.hostUrl}/api/ui`)).text();
    expect(shell).not.toContain('trial-');
  });
});
