/** Times in which a model was worse than it may be, and what a policy did about each. Pure. */
import type { History } from './history.ts';
import { lossOf, type Measure, windowsOf } from './losses.ts';
import type { PlayedRun } from './played.ts';

export interface Episode {
  readonly name: string;
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly until: string;
}

export interface MetEpisode extends Episode {
  /** The first run that started in it; null: it was missed. */
  readonly runId: string | null;
  /** From its beginning to that start. */
  readonly daysToReact: number | null;
}

/**
 * Those the history names, or else the stretches in which one report after another was beyond the reference, as recorded:
 * from the first such report to the first good one. What a policy would have spared itself is an episode all the same.
 */
export function findEpisodes(history: History, measure: Measure | null, from: string): readonly Episode[] {
  const named = history.lines.flatMap((line) =>
    line.type === 'episode' && line.until > from
      ? [{ name: line.name, from: line.at, until: line.until }]
      : [],
  );
  if (named.length > 0 || !measure) return named;
  const found: { name: string; from: string; until: string }[] = [];
  let isOpen = false;
  for (const { at, reported, window } of windowsOf(history, measure, from)) {
    const isBad = lossOf(measure, reported) > 0;
    if (isBad && !isOpen) found.push({ name: window, from: at, until: history.until });
    else if (!isBad && isOpen) found[found.length - 1] = { ...found.at(-1)!, until: at };
    isOpen = isBad;
  }
  return found;
}

export function meetEpisodes(
  episodes: readonly Episode[],
  runs: readonly PlayedRun[],
): readonly MetEpisode[] {
  return episodes.map((episode) => {
    const { from, until } = episode;
    const run = runs.find(({ startedAt }) => startedAt >= from && startedAt <= until);
    const daysToReact = run ? (Date.parse(run.startedAt) - Date.parse(from)) / 86_400_000 : null;
    return { ...episode, runId: run?.runId ?? null, daysToReact };
  });
}
