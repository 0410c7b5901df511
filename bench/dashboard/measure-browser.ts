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
  /** From opening it to the last model. */
  readonly allModelsMs: number;
  /** From an act to the frame with its answer, with every model there. */
  readonly interactions: readonly { readonly act: string; readonly ms: number }[];
  readonly rounds: number;
}

const row = 'table tbody tr';
const search = 'input[type=search]';
/** The page says how many there are once all have come. */
const allHaveCome = `[...document.querySelectorAll('main [role=status]')].some(({ textContent }) => /^[\\d,.\\s]+ models?$/.test(textContent.trim()))`;

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
  const looks: Look[] = [];
  // The first look loads what every other one has.
  for (let round = 0; round <= rounds; round++) {
    const look = await lookOnce(browser, seeded, say);
    if (look === null) return null;
    if (round > 0) looks.push(look);
  }
  return {
    firstRenderMs: median(looks.map(({ renderMs }) => renderMs)),
    allModelsMs: median(looks.map(({ allMs }) => allMs)),
    interactions: Object.keys(interactions).map((act, at) => ({
      act,
      ms: median(looks.map(({ interactionsMs }) => interactionsMs[at]!)),
    })),
    rounds,
  };
}

interface Look {
  readonly renderMs: number;
  readonly allMs: number;
  readonly interactionsMs: readonly number[];
}

async function lookOnce(
  browser: Browser,
  { local }: Seeded,
  say: (line: string) => void,
): Promise<Look | null> {
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
    // The page's Content-Security-Policy evaluates no text, which waitForFunction would have it do.
    for (const giveUpAtMs = performance.now() + 60_000; !(await page.evaluate<boolean>(allHaveCome)); ) {
      if (performance.now() > giveUpAtMs) throw new Error('the page does not come to have every model');
      await page.waitForTimeout(5);
    }
    const allMs = performance.now() - beganAtMs;
    const interactionsMs: number[] = [];
    for (const act of Object.values(interactions)) interactionsMs.push(await answerTo(page, act));
    return { renderMs, allMs, interactionsMs };
  } finally {
    await context.close();
  }
}

/** What a person does to the table when all models are there. Each is timed until the frame with its answer has been drawn. */
const interactions = {
  'a key in the search that leaves nothing': typing('nothing-is-called-so'),
  'the search emptied, every model again': typing(''),
  'a search that leaves eleven models': typing('model-77'),
  'emptied again': typing(''),
  'sorted by name': clicking('Model'),
  'sorted by name, the other way round': clicking('Model'),
} as const;

function typing(text: string): string {
  return `
    const input = document.querySelector(${JSON.stringify(search)});
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, 'value').set.call(input, ${JSON.stringify(text)});
    input.dispatchEvent(new Event('input', { bubbles: true }));`;
}

function clicking(name: string): string {
  return `[...document.querySelectorAll('th button')].find(({ textContent }) => textContent.startsWith(${JSON.stringify(name)})).click();`;
}

/** It runs in the page, which knows nothing of this file. */
function answerTo(page: Page, act: string): Promise<number> {
  return page.evaluate<number>(`(async () => {
    const shown = () => [...document.querySelectorAll(${JSON.stringify(row)})].map(({ textContent }) => textContent).join();
    const before = shown();
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const beganAtMs = performance.now();
    ${act}
    while (shown() === before && performance.now() - beganAtMs < 5000) await frame();
    await frame();
    return performance.now() - beganAtMs;
  })()`);
}
