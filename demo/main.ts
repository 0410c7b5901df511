/** `npm run demo`: sets the stage, plays the story, says what happened, and cleans up. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pc from 'picocolors';
import { type Corpus, readCorpus } from '../examples/spam-filter/corpus.ts';
import { type Production, startProduction } from '../examples/spam-filter/production.ts';
import { advanceTo } from '../local/clock/advance.ts';
import { ensureEndpoint } from '../local/launch/ensure-endpoint.ts';
import { type LocalCloud, launchLocalCloud } from '../local/launch/local-cloud.ts';
import { onInterrupt } from '../local/launch/on-interrupt.ts';
import { forgetPorts } from '../local/launch/port-claims.ts';
import { requireNode24 } from '../local/launch/require-node.ts';
import { publishSampleCode, publishSampleScoring } from '../local/launch/sample-model.ts';
import { type Colleague, startColleague } from './colleague.ts';
import { exportEvents } from './export-events.ts';
import { type DemoOptions, helpText, readOptions } from './options.ts';
import { ratchetApi } from './ratchet-api.ts';
import { type DemoReport, makeReport } from './report.ts';
import { model, playStory, storyStart } from './story.ts';
import { terminalView, type View } from './view.ts';

requireNode24('npm run demo');

/** What has to be ended, in the order it began. */
const ends: (() => unknown)[] = [];

async function cleanUp(): Promise<void> {
  for (const end of ends.splice(0).reverse()) await end();
}

async function main(options: DemoOptions): Promise<DemoReport> {
  const beganMs = performance.now();
  const screen = options.json ? process.stderr : process.stdout;
  const live = screen.isTTY === true;
  const view = terminalView({
    write: (text) => screen.write(text),
    color: pc.isColorSupported && live,
    live,
  });
  view.title('Ratchet: a spam filter meets the mail of autumn 2002');
  const corpus = readCorpus();
  const home = makeHome(options, view);
  const colleague: Colleague = startColleague(join(home, 'colleague'), () => local.cloud());
  const local = await startLocal(home, colleague.modelsFolder);
  await publishSampleCode(local.cloud());
  await publishSampleScoring(local.cloud());
  const production = await startStandIn(local);
  describeStage(view, local, corpus);

  const people = { token: local.tokenOf('ada'), approver: local.tokenOf('ben') };
  const api = ratchetApi({ apiRoot: local.apiRoot, ...people }, model);
  const seen = await playStory({ local, api, production, colleague, view }, corpus.mails, options.weeks);
  if (options.events !== undefined)
    exportEvents(model, options.events, { apiRoot: local.apiRoot, token: people.token });
  const report = makeReport({ ...seen, durationMs: Math.round(performance.now() - beganMs) });
  view.closing(report);
  return report;
}

function makeHome(options: DemoOptions, view: View): string {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-demo-'));
  if (options.keep) ends.push(() => view.fact('kept', home));
  else
    ends.push(() => {
      rmSync(home, { recursive: true, force: true, maxRetries: 3 });
      forgetPorts(home);
    });
  return home;
}

async function startLocal(home: string, modelsFolder: string): Promise<LocalCloud> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const launching = launchLocalCloud({
    home,
    modelsFolder,
    clock: 'virtual',
    clockStart: storyStart,
    // Each look at the schedules costs the story real time: one on its first day, and one at each tick.
    env: { RATCHET_SCHEDULE_TICK: '0 0 6 1,15 * *', RATCHET_WATCHDOG_TICK: '0 30 6 1 * *' },
    signal,
  });
  ends.push(async () => {
    stopping.abort();
    await (await launching.catch(() => null))?.stop();
  });
  return launching;
}

async function startStandIn(local: LocalCloud): Promise<Production> {
  const making = ensureEndpoint(local.cloud(), model);
  // A change of an endpoint takes its time, which is virtual.
  await advanceTo(local.controls(), Date.parse(storyStart) + 1000);
  const { scoringUri, key } = await making;
  const production = startProduction({
    ...{ model, scoringUri, key, apiRoot: local.apiRoot },
    ca: readFileSync(local.cloud().caFile),
  });
  ends.push(() => production.stop());
  return production;
}

function describeStage(view: View, local: LocalCloud, corpus: Corpus): void {
  view.fact('application', `${local.apiRoot}, the built app on the embedded Functions host`);
  view.fact('cloud', 'Azure ML, Event Grid, Service Bus and storage, emulated on this machine');
  view.fact(
    'mail',
    `${corpus.mails.length} real mails by date; ${corpus.undated} without a usable date left out`,
  );
}

let options: DemoOptions;
try {
  options = readOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${helpText}`);
  process.exit(2);
}
if (options.help) {
  process.stdout.write(helpText);
  process.exit(0);
}
let interrupted = false;
onInterrupt(() => {
  interrupted = true;
  return cleanUp();
});
try {
  const report = await main(options);
  await cleanUp();
  if (options.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`);
  process.exitCode = report.happened ? 0 : 1;
} catch (error) {
  if (!interrupted)
    process.stderr.write(
      `\nThe demo could not continue: ${error instanceof Error ? error.message : error}\n`,
    );
  process.exitCode = 1;
  if (!interrupted) await cleanUp();
}
