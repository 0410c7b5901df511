/** How much better as many runs could have been placed, where that can be said. Pure. */
import type { Assumptions } from './assumptions.ts';
import { type BestSchedule, type Candidate, findBestSchedule } from './best-schedule.ts';
import { findScore, type History } from './history.ts';
import { type Losses, type LossWindow, lossOf, type Measure, windowsOf } from './losses.ts';
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
  const started = played.runs.filter(({ startedAt, kind }) => kind === 'retrain' && startedAt >= from).length;
  // A version may come to serve without a run: a release that goes back, one that somebody has registered.
  const changes = played.served.filter(({ from: since }) => since > first.at).length;
  const runs = Math.max(started, changes);
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
    const { recorded, reported, window: name } = window;
    const score = version === null ? undefined : findScore(history, name, measure.metric, version);
    const isOwn = version === null || recorded === version;
    const value = isOwn ? reported : (score?.value ?? null);
    return value === null ? null : lossOf(measure, value) * window.days;
  });
}

/** A version can serve once its run has ended, or a release says so: at the earliest as soon as it can be trained. */
function listCandidates(
  { runs, versions, lines }: History,
  { runLastsMs }: Assumptions,
  windows: readonly LossWindow[],
): readonly { readonly version: string; readonly from: number }[] {
  const since = new Map([...runs.values()].map(({ version, endedAt }) => [version, endedAt]));
  for (const line of lines) {
    const known = line.type === 'champion' ? since.get(line.version) : undefined;
    if (line.type === 'champion' && (!known || known > line.at)) since.set(line.version, line.at);
  }
  return versions.flatMap(({ version, trainedAt }) => {
    const trained = new Date(Date.parse(trainedAt) + (runLastsMs ?? 0)).toISOString();
    const at = since.get(version) ?? trained;
    const from = windows.findIndex((window) => window.at >= at);
    return from < 0 ? [] : [{ version, from }];
  });
}
