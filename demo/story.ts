/**
 * The story the demo plays: a first champion, then week after week of mail.
 *
 * Owns: the order of what happens outside Ratchet: uploads, reports, the passing of time.
 * Does not own: anything Ratchet decides. Every number shown is read from outside: from the API, the registry and the
 * production application.
 *
 * Invariants
 * 1. A week's mail is scored before it is uploaded, so no model has seen it.
 * 2. Time moves only when nothing is under way anywhere.
 */
import type { Mail } from '../examples/spam-filter/corpus.ts';
import type { Production, ReleasedModel } from '../examples/spam-filter/production.ts';
import { metricsOf, tallyMail } from '../examples/spam-filter/tally.ts';
import {
  historyFiles,
  isoDay,
  mailFile,
  type Week,
  weekMs,
  weeksFrom,
} from '../examples/spam-filter/weeks.ts';
import { advanceTo } from '../local/clock/advance.ts';
import { localCloud } from '../local/cloud-context.ts';
import type { LocalCloud } from '../local/launch/local-cloud.ts';
import { historyEnd, sampleModel, uploadMail } from '../local/launch/sample-model.ts';
import { workspaceClient } from '../local/launch/workspace-client.ts';
import { runTag } from '../shared/domain/lineage.ts';
import { type RatchetApi, whileWatching } from './ratchet-api.ts';
import type { Observations, WeekResult } from './report.ts';
import type { View } from './view.ts';

export const model = sampleModel.name;
export const storyStart = historyEnd;

/** Time given to a run after a signal: it needs none itself, but its slow fallbacks (polls, retries) do. */
const settleMs = 3_600_000;

export interface Stage {
  readonly local: LocalCloud;
  readonly api: RatchetApi;
  readonly production: Production;
  readonly view: View;
}

export async function playStory(
  stage: Stage,
  mails: readonly Mail[],
  weekCount: number | undefined,
): Promise<Omit<Observations, 'durationMs'>> {
  const startMs = Date.parse(storyStart);
  const shown = new Set<string>();
  const signalIds: string[] = [];

  const history = historyFiles(mails, startMs);
  await uploadMail(stage.local.cloud(), history);
  stage.view.fact('history', `${history.length} weekly files of mail before ${isoDay(startMs)}, uploaded`);

  stage.view.title('The first champion');
  const asked = await stage.api.askForRun('There is no champion yet.', 'first-champion');
  signalIds.push(asked.signalId);
  await passTime(stage, startMs + settleMs, shown);
  const first = stage.production.champion();
  if (!first) throw new Error(await explainNoChampion(stage));

  stage.view.title('Week by week');
  stage.view.weekHeader();
  const weeks: WeekResult[] = [];
  for (const week of weeksFrom(mails, startMs, weekCount)) {
    const played = await playWeek(stage, week, first, shown);
    weeks.push(played.result);
    signalIds.push(...played.signalIds);
  }
  // A signal that waits for a cooldown gets its answer when that is over.
  await passTime(stage, startMs + (weeks.length + 1) * weekMs, shown);
  return {
    weeks,
    signalIds,
    decisions: await stage.api.decisions(),
    runs: await stage.api.runs(),
    registered: await registeredVersions(stage.local),
    takenUp: stage.production.releases().map((release) => release.version),
  };
}

async function playWeek(
  stage: Stage,
  week: Week,
  first: ReleasedModel,
  shown: Set<string>,
): Promise<{ result: WeekResult; signalIds: string[] }> {
  await passTime(stage, week.endMs, shown);
  const champion = stage.production.champion() ?? first;
  const tally = tallyMail(champion.model, week.mails);
  const result: WeekResult = {
    weekStart: isoDay(week.startMs),
    n: week.mails.length,
    championVersion: champion.version,
    accuracy: metricsOf(tally).accuracy ?? null,
    accuracyNeverRetrained: metricsOf(tallyMail(first.model, week.mails)).accuracy ?? null,
  };
  stage.view.week(result);
  if (week.mails.length === 0) return { result, signalIds: [] };

  await uploadMail(stage.local.cloud(), [mailFile(week.startMs, week.mails)]);
  const breaches = await stage.production.report(week, tally);
  for (const breach of breaches) stage.view.breach(breach.summary);
  await passTime(stage, week.endMs + settleMs, shown);
  return { result, signalIds: breaches.map((breach) => breach.signalId) };
}

/** Lets time pass until `untilMs` and shows what happens on the way. */
async function passTime(stage: Stage, untilMs: number, shown: Set<string>): Promise<void> {
  const { api, view, production, local } = stage;
  const versionBefore = production.champion()?.version;
  const time = advanceTo(local.controls(), untilMs);
  await whileWatching(
    api,
    {
      decision: (decision) => {
        if (!shown.has(decision.signal.id)) view.decision(decision);
        shown.add(decision.signal.id);
      },
      run: (run) => {
        const phase = `${run.runId} ${run.phase} ${run.outcome}`;
        if (!shown.has(phase)) view.run(run);
        shown.add(phase);
      },
      tick: () => view.tick(),
    },
    time,
  );
  const version = production.champion()?.version;
  if (version !== undefined && version !== versionBefore) view.takenUp(version);
}

/** What the workspace's registry holds, asked of the workspace itself. */
async function registeredVersions(local: LocalCloud): Promise<Observations['registered']> {
  const client = workspaceClient(local.cloud());
  const found: { version: string; runId: string | null }[] = [];
  for await (const version of client.modelVersions.list(
    localCloud.resourceGroup,
    localCloud.workspace,
    model,
  )) {
    found.push({ version: version.name ?? '', runId: version.properties.tags?.[runTag] ?? null });
  }
  return found;
}

async function explainNoChampion({ api, production, local }: Stage): Promise<string> {
  const [decisions, runs] = [await api.decisions(), await api.runs()];
  return [
    'the first champion was not released:',
    ...decisions.map((decision) => `  decision ${decision.outcome}: ${decision.sentence}`),
    ...runs.map((run) => `  run ${run.runId} ${run.phase} ${run.outcome ?? 'under way'}: ${run.sentence}`),
    ...production.problems().map((problem) => `  receiving releases: ${problem}`),
    `  logs: ${local.logFiles.host}, ${local.logFiles.cloud}`,
  ].join('\n');
}
