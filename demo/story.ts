/**
 * The story the demo plays: a first champion, then week after week of mail.
 *
 * Owns: the order of what happens outside Ratchet: mail, uploads, reports, the monitor, people, the passing of time.
 * Does not own: anything Ratchet decides. Every number shown is read from outside: from the API, the registry, the
 * manifests and the answers of the endpoint.
 *
 * Invariants
 * 1. A week's mail is scored before it is uploaded, so no model has seen it.
 * 2. Time moves only when nothing is under way anywhere.
 */
import { join } from 'node:path';
import type { Mail } from '../examples/spam-filter/corpus.ts';
import type { SpamModel } from '../examples/spam-filter/model.ts';
import type { Served } from '../examples/spam-filter/production.ts';
import { addTallies, metricsOf, tallyMail } from '../examples/spam-filter/tally.ts';
import {
  historyFiles,
  isoDay,
  type MailFile,
  mailFile,
  type Week,
  weekMs,
  weeksFrom,
} from '../examples/spam-filter/weeks.ts';
import { historyEnd, sampleModel, uploadMail } from '../local/launch/sample-model.ts';
import { failedAtRequests } from './find-missing.ts';
import { leastMailsMonitored, runMonitor } from './monitor.ts';
import type { Observations, WeekResult } from './observations.ts';
import { loadVersion, readManifests, registeredVersions } from './read-workspace.ts';
import { approveWhatWaits } from './releasing.ts';
import { spoilFile } from './spoil-file.ts';
import { openTimeline, type StoryParts, type Timeline } from './timeline.ts';

export const model = sampleModel.name;
export const storyStart = historyEnd;

const hourMs = 3_600_000;
/** After the end of a week, whose mail is uploaded at once. */
const afterWeek = { reportMs: hourMs, correctionMs: 3 * hourMs, monitorMs: 4 * hourMs } as const;
const dayMs = 24 * hourMs;
/** The week whose mail is uploaded broken at first. */
const spoiledWeek = '2002-09-19';
/** After this week a colleague has improved the scoring code. */
const hastyWeek = '2002-08-15';
/** As models of this name are deployed: `version-1`. */
const versionOf = (deployment: string): string => deployment.replace(/^version-/, '');

interface Told {
  /** Signals that were sent. */
  readonly signalIds: string[];
  /** Files that were sent broken, by name. */
  readonly spoiled: string[];
  /** Versions that have scored mail, in order. */
  readonly served: string[];
}

export async function playStory(
  stage: StoryParts,
  mails: readonly Mail[],
  weekCount: number | undefined,
): Promise<Omit<Observations, 'durationMs'>> {
  const startMs = Date.parse(storyStart);
  const time = openTimeline(stage, startMs);
  const told: Told = { signalIds: [], spoiled: [], served: [] };

  const first = await makeFirstChampion(stage, time, historyFiles(mails, startMs), told);
  stage.view.title('Week by week');
  stage.view.weekHeader();
  const weeks: WeekResult[] = [];
  for (const week of weeksFrom(mails, startMs, weekCount)) {
    weeks.push(await playWeek(stage, time, week, first, told));
  }
  // What waits gets its answer when its wait is over.
  const endMs = startMs + (weeks.length + 1) * weekMs;
  await passWeeks(time, endMs);
  told.signalIds.push(...monthlyTicks(startMs, endMs));
  const cloud = stage.local.cloud();
  return {
    ...told,
    weeks,
    deferrals: time.deferrals(),
    decisions: await stage.api.decisions(),
    runs: await stage.api.runs(),
    releases: await stage.api.releases(),
    registered: await registeredVersions(cloud),
    manifests: await readManifests(cloud),
  };
}

/** Answers the model that would score for ever if nothing were retrained. */
async function makeFirstChampion(
  stage: StoryParts,
  time: Timeline,
  history: readonly MailFile[],
  told: Told,
): Promise<SpamModel> {
  const { api, local, view } = stage;
  view.title('The first champion');
  for (const file of history) await upload(stage, time, file, told);
  const asked = await api.askForRun('There is no champion yet.', 'first-champion');
  told.signalIds.push(asked.signalId);
  await time.passUntil(time.nowMs() + hourMs);
  await approveWhatWaits(stage, time);
  await time.passUntil(time.nowMs() + hourMs);
  const [first] = time.releases();
  if (first?.state !== 'serving') throw new Error(await explainNoChampion(stage));
  return loadVersion(local.cloud(), first.model.version, join(local.home, 'first-champion'));
}

async function playWeek(
  stage: StoryParts,
  time: Timeline,
  week: Week,
  first: SpamModel,
  told: Told,
): Promise<WeekResult> {
  const { tally, asked } = await serveWeek(stage, time, week);
  const versions = [...asked.keys()].map(versionOf);
  told.served.push(...versions.filter((version) => !told.served.includes(version)));
  const result: WeekResult = {
    weekStart: isoDay(week.startMs),
    n: week.mails.length,
    versions,
    failed: [...asked.values()].reduce((sum, { failed }) => sum + failed, 0),
    accuracy: metricsOf(tally).accuracy ?? null,
    accuracyNeverRetrained: metricsOf(tallyMail(first, week.mails)).accuracy ?? null,
  };
  stage.view.week(result);
  if (result.weekStart === hastyWeek) await publishHastyScoring(stage, time);
  if (week.mails.length === 0) return result;

  const file = mailFile(week.startMs, week.mails);
  const isSpoiled = result.weekStart === spoiledWeek;
  if (isSpoiled) stage.view.happens(time.nowMs(), 'upload', `${file.name}, out of an export that broke`);
  await upload(stage, time, isSpoiled ? spoilFile(file) : file, told);
  await time.passUntil(week.endMs + afterWeek.reportMs);
  const breaches = await stage.production.report(week, tally);
  told.signalIds.push(...breaches.map(({ signalId }) => signalId));
  await time.passUntil(week.endMs + afterWeek.correctionMs);
  const accepted = isSpoiled ? await correct(stage, time, file, told) : file;
  await time.passUntil(week.endMs + afterWeek.monitorMs);
  if (week.mails.length >= leastMailsMonitored) await monitor(stage, time, accepted.name, told);
  return result;
}

/** The mail of a day is scored at its end, and then people look at what waits for them; where nothing does, later. */
async function serveWeek(stage: StoryParts, time: Timeline, week: Week): Promise<Served> {
  const asked = new Map<string, { mails: number; failed: number }>();
  const tallies: Served['tally'][] = [];
  for (let fromMs = week.startMs; fromMs < week.endMs; ) {
    const untilMs =
      fromMs === week.startMs || time.isBusy() ? fromMs + dayMs : nextTickOr(fromMs, week.endMs);
    const mails = week.mails.filter(({ date }) => Date.parse(date) >= fromMs && Date.parse(date) < untilMs);
    fromMs = untilMs;
    await passWeeks(time, untilMs);
    const served = await stage.production.serve(mails);
    tallies.push(served.tally);
    for (const [deployment, { mails: count, failed }] of served.asked) {
      const known = asked.get(deployment) ?? { mails: 0, failed: 0 };
      asked.set(deployment, { mails: known.mails + count, failed: known.failed + failed });
    }
    await approveWhatWaits(stage, time);
    await takeBackHastyScoring(stage, time);
  }
  return { tally: addTallies(tallies), asked };
}

/** The end of the day with the next tick of the schedule, or of the week. */
function nextTickOr(fromMs: number, endMs: number): number {
  const [tick] = monthlyTicks(fromMs, endMs);
  if (tick === undefined) return endMs;
  return Math.min(endMs, (Math.floor(Date.parse(tick.slice(tickPrefix.length)) / dayMs) + 1) * dayMs);
}

async function publishHastyScoring({ colleague, view }: StoryParts, time: Timeline): Promise<void> {
  const version = await colleague.decodeLinks();
  view.happens(time.nowMs(), 'edit', `a colleague has the scoring code decode links: its version ${version}`);
}

async function takeBackHastyScoring({ colleague, view }: StoryParts, time: Timeline): Promise<void> {
  if (!time.releases().some(failedAtRequests) || !colleague.takeBack()) return;
  view.happens(time.nowMs(), 'edit', 'the colleague takes the change of the scoring code back');
}

/** Uploads what was broken again, under a name of its own. */
async function correct(stage: StoryParts, time: Timeline, file: MailFile, told: Told): Promise<MailFile> {
  const corrected = { ...file, name: file.name.replace('.csv', '-corrected.csv') };
  told.spoiled.push(file.name);
  stage.view.happens(time.nowMs(), 'upload', `${corrected.name}, exported again`);
  await upload(stage, time, corrected, told);
  return corrected;
}

async function monitor({ local, view }: StoryParts, time: Timeline, file: string, told: Told): Promise<void> {
  const champion = time.releases().find(({ isChampion }) => isChampion)!;
  const drift = await runMonitor(local.cloud(), {
    file,
    championRunId: champion.runId,
    settle: () => time.passUntil(time.nowMs()),
  });
  if (drift !== null) told.signalIds.push(drift);
  else view.happens(time.nowMs(), 'monitor', `no feature of ${file} is beyond its threshold`);
}

/** One file after the other: events of several come in any order. */
async function upload({ local }: StoryParts, time: Timeline, file: MailFile, told: Told): Promise<void> {
  told.signalIds.push(...(await uploadMail(local.cloud(), [file])));
  await time.passUntil(time.nowMs());
}

/** Lets time pass, with a stop after each tick of the schedule. */
async function passWeeks(time: Timeline, untilMs: number): Promise<void> {
  for (const tick of monthlyTicks(time.nowMs(), untilMs)) {
    await time.passUntil(Date.parse(tick.slice(tickPrefix.length)));
  }
  await time.passUntil(untilMs);
}

/** As the schedule `monthly` of models/spam-filter.yaml has it: the first of a month at 06:00. */
const tickPrefix = `schedule:${model}:monthly:`;

/** Ids of the signals of the schedule, after `fromMs` and by `untilMs`. */
function monthlyTicks(fromMs: number, untilMs: number): string[] {
  const from = new Date(fromMs);
  const months = Array.from({ length: 12 }, (_, index) =>
    Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + index, 1, 6),
  );
  return months
    .filter((tickMs) => tickMs > fromMs && tickMs <= untilMs)
    .map((tickMs) => `${tickPrefix}${new Date(tickMs).toISOString()}`);
}

async function explainNoChampion({ api, local }: StoryParts): Promise<string> {
  const [decisions, runs, releases] = [await api.decisions(), await api.runs(), await api.releases()];
  return [
    'the first champion was not released:',
    ...decisions.map((decision) => `  decision ${decision.outcome}: ${decision.sentence}`),
    ...runs.map((run) => `  run ${run.runId} ${run.phase} ${run.outcome ?? 'under way'}: ${run.sentence}`),
    ...releases.map(({ releaseId, state, sentence }) => `  release ${releaseId} ${state}: ${sentence}`),
    `  logs: ${local.logFiles.host}, ${local.logFiles.cloud}`,
  ].join('\n');
}
