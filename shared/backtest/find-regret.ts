/** How much better as many runs could have been placed, where that can be said. Pure. */
import { type Assumptions, usualRunMs } from './assumptions.ts';
import { type BestSchedule, type Candidate, findBestSchedule } from './best-schedule.ts';
import { type History, scoreKey } from './history.ts';
import { type Losses, type LossWindow, lossOf, type Measure, windowsOf, worthOf } from './losses.ts';
import type { Played } from './played.ts';

export type Regret =
  | { readonly said: true; readonly runs: number; readonly best: BestSchedule; readonly regret: number }
  | { readonly said: false; readonly why: string };

export function findRegret(
  history: History,
  assumptions: Assumptions,
  played: Played,
  losses: Losses,
  from: string,
): Regret {
  const { measure } = losses;
  const windows = windowsOf(history, measure, from);
  const [first] = windows;
  if (!first) return no(`there is no report of ${measure.metric}`);
  if (losses.unknownWindows > 0)
    return no(`what served is not known in ${losses.unknownWindows} of ${losses.windows} windows`);
  const runs = played.runs.filter(({ startedAt, kind }) => kind === 'retrain' && startedAt >= from).length;
  const serves = played.windows.find(({ at }) => at === first.at)?.serves ?? null;
  const costsOf = (version: string | null) => costs(history, measure, windows, version);
  const candidates = listCandidates(history, assumptions, windows).map(
    ({ version, from: at }): Candidate => ({ version, from: at, costs: costsOf(version) }),
  );
  const others = candidates.filter(({ version }) => version !== serves);
  if (others.length === 0) return no('no other version is known that could have served');
  const start = { version: serves ?? 'the first', from: 0, costs: costsOf(serves) };
  const best = findBestSchedule(start, others, runs);
  if (!best)
    return no(`every schedule of ${runs} runs has windows in which nobody knows what would have served`);
  return { said: true, runs, best, regret: losses.known - best.cost };
}

const no = (why: string): Regret => ({ said: false, why });

function costs(
  history: History,
  measure: Measure,
  windows: readonly LossWindow[],
  version: string | null,
): (number | null)[] {
  return windows.map((window) => {
    // A report that names no version says nothing of those that did not serve.
    const isNamed =
      window.recorded !== null || history.scores.has(scoreKey(window.window, measure.metric, version ?? ''));
    const value = isNamed || version === null ? worthOf(history, measure, window, version) : null;
    return value === null ? null : lossOf(measure, value) * window.days;
  });
}

/** A version can serve once its run has ended: as recorded, or after the time that is assumed. */
function listCandidates(
  { runs, versions }: History,
  { runLastsMs }: Assumptions,
  windows: readonly LossWindow[],
): readonly { readonly version: string; readonly from: number }[] {
  const ended = new Map([...runs.values()].map(({ version, endedAt }) => [version, endedAt]));
  return versions.flatMap(({ version, trainedAt }) => {
    const at =
      ended.get(version) ?? new Date(Date.parse(trainedAt) + (runLastsMs ?? usualRunMs)).toISOString();
    const from = windows.findIndex((window) => window.at >= at);
    return from < 0 ? [] : [{ version, from }];
  });
}
