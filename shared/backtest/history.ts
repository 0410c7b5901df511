/** A history in the forms that playing and measuring ask it in. Pure. */
import type { HistoryLine, LineOf } from './history-schema.ts';

export interface History {
  readonly lines: readonly HistoryLine[];
  /** First and last moment (ISO 8601, UTC). */
  readonly from: string;
  readonly until: string;
  /** Runs of the model itself, by their ids. */
  readonly runs: ReadonlyMap<string, LineOf<'run'>>;
  /** Versions that scores may be known of: when what they were trained on ends, the earliest first. */
  readonly versions: readonly { readonly version: string; readonly trainedAt: string }[];
  readonly decisions: readonly LineOf<'decision'>[];
  /** By window and metric, then by version: the value and since when it is known. */
  readonly scores: ReadonlyMap<string, ReadonlyMap<string, Score>>;
}

interface Score {
  readonly value: number;
  readonly at: string;
}

/** What is known of a version in a window of a report. */
export function findScore(
  { scores }: Pick<History, 'scores'>,
  window: string,
  metric: string,
  version: string,
): Score | undefined {
  return scores.get(scoreKey(window, metric))?.get(version);
}

/** Neither has a line break where it comes from. */
const scoreKey = (window: string, metric: string): string => `${metric}\n${window}`;

/** `lines` in the order of their times, of which there is at least one. Of a run that is told twice the first line counts: no later one is known yet. */
export function openHistory(lines: readonly HistoryLine[]): History {
  const runs = new Map<string, LineOf<'run'>>();
  const scores = new Map<string, Map<string, Score>>();
  const note = (window: string, metric: string, version: string, score: Score): void => {
    const key = scoreKey(window, metric);
    const known = scores.get(key);
    if (known) known.set(version, score);
    else scores.set(key, new Map([[version, score]]));
  };
  const versions: { version: string; trainedAt: string }[] = [];
  for (const line of lines) {
    if (line.type === 'run' && line.model === undefined) {
      if (runs.has(line.run)) continue;
      runs.set(line.run, line);
      if (line.version !== null) versions.push({ version: line.version, trainedAt: line.at });
    } else if (line.type === 'version') versions.push({ version: line.version, trainedAt: line.at });
    else if (line.type === 'metrics' && line.version !== undefined) {
      for (const [metric, value] of Object.entries(line.report.metrics))
        note(line.report.window, metric, line.version, { value, at: line.at });
    } else if (line.type === 'scores') {
      for (const [version, value] of Object.entries(line.scores))
        note(line.window, line.metric, version, { value, at: line.at });
    }
  }
  return {
    lines,
    from: lines[0]!.at,
    until: lines.at(-1)!.at,
    runs,
    versions: versions.toSorted((a, b) => (a.trainedAt < b.trainedAt ? -1 : 1)),
    decisions: lines.filter((line) => line.type === 'decision'),
    scores,
  };
}
