/** What a person in front of the page waits for, in Chromium. */
import { existsSync } from 'node:fs';
import { type Browser, chromium, type Page } from 'playwright-core';
import { linkForTheFirst } from '../../local/launch/sign-in-link.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import { median } from '../measure/statistics.ts';
import type { Seeded } from './seed-fleet.ts';

export interface BrowserFigures {
  /** From opening the address to the first models that are to be seen. */
  readonly firstRenderMs: number;
  /** From a key in the search field to the models it leaves. */
  readonly interactionMs: number;
  readonly rounds: number;
}

const row = 'table tbody tr';
const search = 'input[type=search]';
/** Nothing on the page has it: every row goes. */
const unknownText = 'nothing-is-called-so';

/** Null: there is no browser, or no table of models on the page. */
export async function measureBrowser(
  seeded: Seeded,
  { chromium: path, rounds }: { readonly chromium: string; readonly rounds: number },
  { say, ends }: Measuring,
): Promise<BrowserFigures | null> {
  if (!existsSync(path)) {
    say(`the page is not measured: no browser at ${path}`);
    return null;
  }
  say('the page in Chromium');
  const browser = await chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
  ends.defer(() => browser.close());
  const renders: number[] = [];
  const interactions: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const figures = await lookOnce(browser, seeded, say);
    if (figures === null) return null;
    if (round === 0) continue;
    renders.push(figures.renderMs);
    interactions.push(figures.interactionMs);
  }
  return { firstRenderMs: median(renders), interactionMs: median(interactions), rounds };
}

async function lookOnce(
  browser: Browser,
  { local }: Seeded,
  say: (line: string) => void,
): Promise<{ renderMs: number; interactionMs: number } | null> {
  const link = await linkForTheFirst(local);
  if (link === null) throw new Error('the service makes no sign-in link');
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  try {
    const page = await context.newPage();
    const beganAtMs = performance.now();
    await page.goto(link, { waitUntil: 'commit' });
    const shown = await page.waitForSelector(row, { timeout: 20_000 }).catch(() => null);
    const renderMs = performance.now() - beganAtMs;
    if (shown === null || !(await page.$(search))) {
      say('the page is not measured: it has no table of models with a search field');
      return null;
    }
    // The rest of the fleet comes after its first page.
    await page.waitForLoadState('networkidle', { timeout: 5_000 }).catch(() => {});
    return { renderMs, interactionMs: await answerToAKey(page) };
  } finally {
    await context.close();
  }
}

/** Until the frame in which the table has changed has been drawn. It runs in the page, which knows nothing of this file. */
function answerToAKey(page: Page): Promise<number> {
  const [field, rows, text] = [search, row, unknownText].map((each) => JSON.stringify(each));
  return page.evaluate<number>(`(async () => {
    const input = document.querySelector(${field});
    const before = document.querySelectorAll(${rows}).length;
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const beganAtMs = performance.now();
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${text});
    input.dispatchEvent(new Event('input', { bubbles: true }));
    while (document.querySelectorAll(${rows}).length === before && performance.now() - beganAtMs < 5000) await frame();
    await frame();
    return performance.now() - beganAtMs;
  })()`);
}
