/** A real Chromium for the tests of the page, and somebody signed in in it. */
import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import type { World } from './world.ts';

const places: readonly string[] = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/usr/bin/google-chrome-stable',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:/Program Files/Google/Chrome/Application/chrome.exe',
  'C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe',
];

/** Throws where there is none: a page that nobody has looked at is not tested. */
function findChromium(): string {
  const given = process.env['CHROME_PATH'];
  if (given && !existsSync(given))
    throw new Error(
      `CHROME_PATH is ${given}, where nothing is; name the program of a Chromium, Chrome or Edge`,
    );
  const found = given ?? places.find((place) => existsSync(place));
  if (found) return found;
  throw new Error(
    [
      `the tests of the page need Chromium, Chrome or Edge; none is at ${places.join(', ')}.`,
      'Debian and Ubuntu: sudo apt-get install -y --no-install-recommends chromium. macOS: brew install --cask chromium.',
      'Elsewhere install one, and set CHROME_PATH to its program.',
    ].join('\n'),
  );
}

export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: findChromium(),
    args: [
      ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
      ...['--disable-background-networking', '--disable-component-update'],
    ],
  });
}

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** Whatever the browser refused or a script threw. */
  readonly troubles: string[];
  close(): Promise<void>;
}

/** Somebody opens an address, is led to the sign-in, signs in, and comes back to it. */
export async function visit(
  browser: Browser,
  world: Pick<World, 'hostUrl' | 'tokenOf'>,
  name: string,
  path: string,
  options: BrowserContextOptions = {},
): Promise<Visit> {
  const context = await browser.newContext({
    ...{ viewport: { width: 1280, height: 900 }, locale: 'en-GB', timezoneId: 'Europe/Berlin' },
    ...options,
  });
  const troubles: string[] = [];
  const page = await context.newPage();
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) troubles.push(message.text());
  });
  await page.goto(world.hostUrl + path);
  await page.getByLabel('Token').fill(world.tokenOf(name));
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL(world.hostUrl + path);
  return { page, context, troubles, close: () => context.close() };
}
