/**
 * The story the demo plays: a first champion, then week after week of mail.
 *
 * Owns: the order of what happens outside Ratchet: uploads, reports, the monitor, the passing of time.
 * Does not own: anything Ratchet decides. Every number shown is read from outside: from the API, the registry, the
 * manifests and the production application.
 *
 * Invariants
 * 1. A week's mail is scored before it is uploaded, so no model has seen it.
 * 2. Time moves only when nothing is under way anywhere.
 */
import type { Mail } from '../examples/spam-filter/corpus.ts';
import type { ReleasedModel } from '../examples/spam-filter/production.ts';
import { metricsOf, tallyMail } from '../examples/spam-filter/tally.ts';
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
import { leastMailsMonitored, runMonitor } from './monitor.ts';
import type { Observations, WeekResult } from './observations.ts';
import { readManifests, registeredVersions } from './read-workspace.ts';
import { scoreWeek } from './score-week.ts';
import { spoilFile } from './spoil-file.ts';
import { openTimeline, type StoryParts, type Timeline } from './timeline.ts';

export const model = sampleModel.name;
export const storyStart = historyEnd;

const hourMs = 3_600_000;
/** After the end of a week, whose mail is uploaded at once. */
const afterWeek = { reportMs: hourMs, correctionMs: 3 * hourMs, monitorMs: 4 * hourMs } as const;
/** The week whose mail is uploaded broken at first. */
const spoiledWeek = '2002-09-19';

interface Told {
  /** Signals that were sent. */
  readonly signalIds: string[];
  /** Files that were sent broken, by name. */
  readonly spoiled: string[];
}

export async function playStory(
  stage: StoryParts,
  mails: readonly Mail[],
  weekCount: number | undefined,
): Promise<Omit<Observations, 'durationMs'>> {
  const startMs = Date.parse(storyStart);
  const time = openTimeline(stage, startMs);
  const told: Told = { signalIds: [], spoiled: [] };

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
    registered: await registeredVersions(cloud),
    manifests: await readManifests(cloud),
    takenUp: stage.production.releases().map((release) => release.version),
  };
}

async function makeFirstChampion(
  stage: StoryParts,
  time: Timeline,
  history: readonly MailFile[],
  told: Told,
): Promise<ReleasedModel> {
  const { api, production, view } = stage;
  view.title('The first champion');
  for (const file of history) await upload(stage, time, file, told);
  const asked = await api.askForRun('There is no champion yet.', 'first-champion');
  told.signalIds.push(asked.signalId);
  await time.passUntil(time.nowMs() + hourMs);
  const first = production.champion();
  if (!first) throw new Error(await explainNoChampion(stage));
  return first;
}

async function playWeek(
  stage: StoryParts,
  time: Timeline,
  week: Week,
  first: ReleasedModel,
  told: Told,
): Promise<WeekResult> {
  await passWeeks(time, week.endMs);
  const champion = stage.production.champion() ?? first;
  const tally = scoreWeek(week.mails, [first, ...stage.production.releases()]);
  const result: WeekResult = {
    weekStart: isoDay(week.startMs),
    n: week.mails.length,
    championVersion: champion.version,
    accuracy: metricsOf(tally).accuracy ?? null,
    accuracyNeverRetrained: metricsOf(tallyMail(first.model, week.mails)).accuracy ?? null,
  };
  stage.view.week(result);
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
  if (week.mails.length >= leastMailsMonitored) await monitor(stage, time, accepted.name, champion, told);
  return result;
}

/** Uploads what was broken again, under a name of its own. */
async function correct(stage: StoryParts, time: Timeline, file: MailFile, told: Told): Promise<MailFile> {
  const corrected = { ...file, name: file.name.replace('.csv', '-corrected.csv') };
  told.spoiled.push(file.name);
  stage.view.happens(time.nowMs(), 'upload', `${corrected.name}, exported again`);
  await upload(stage, time, corrected, told);
  return corrected;
}

async function monitor(
  { local, view }: StoryParts,
  time: Timeline,
  file: string,
  champion: ReleasedModel,
  told: Told,
): Promise<void> {
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

async function explainNoChampion({ api, production, local }: StoryParts): Promise<string> {
  const [decisions, runs] = [await api.decisions(), await api.runs()];
  return [
    'the first champion was not released:',
    ...decisions.map((decision) => `  decision ${decision.outcome}: ${decision.sentence}`),
    ...runs.map((run) => `  run ${run.runId} ${run.phase} ${run.outcome ?? 'under way'}: ${run.sentence}`),
    ...production.problems().map((problem) => `  receiving releases: ${problem}`),
    `  logs: ${local.logFiles.host}, ${local.logFiles.cloud}`,
  ].join('\n');
}
