/**
 * What policies would have made of a history, side by side. Pure.
 *
 * Owns: that all are played over the same facts under the same assumptions and measured by the same measure, that of the
 * first. Does not own: reading files, printing.
 */
import type { PinnedModel } from '../config/schema.ts';
import { type Assumption, type Assumptions, listAssumptions } from './assumptions.ts';
import { checkRecord, type RecordCheck } from './check-record.ts';
import { comparePlays, type PlayDifferences } from './compare-plays.ts';
import { findEpisodes } from './episodes.ts';
import { openHistory } from './history.ts';
import type { HistoryLine } from './history-schema.ts';
import { type Measure, measureOf, windowsOf } from './losses.ts';
import type { PlayInput } from './play-input.ts';
import { playPolicy } from './play-policy.ts';
import type { PlayedRun } from './played.ts';
import { sayTrial } from './say-trial.ts';
import { type Summary, summarize } from './summarize.ts';

interface NamedPolicy {
  readonly name: string;
  readonly pinned: PinnedModel;
}

interface BacktestInput {
  readonly lines: readonly HistoryLine[];
  /** The first is the one that the others are compared with. */
  readonly policies: readonly NamedPolicy[];
  readonly fleet: PlayInput['fleet'];
  readonly assumptions: Assumptions;
  /** ISO 8601, UTC: what is before is played and not counted; null: everything counts. */
  readonly from: string | null;
  /** Null: up to the end of the history. */
  readonly until: string | null;
  /** Null: the first rule of metrics of the first policy. */
  readonly measure: Measure | null;
}

export interface Backtest {
  readonly model: string;
  readonly from: string;
  readonly until: string;
  readonly measure: Measure | null;
  readonly assumptions: readonly Assumption[];
  /** What was reported of the measure's metric, whichever version served. */
  readonly reports: readonly { readonly at: string; readonly window: string; readonly value: number }[];
  readonly policies: readonly (Summary & {
    readonly name: string;
    readonly configHash: string;
    readonly runList: readonly PlayedRun[];
  })[];
  /** Of each policy after the first: what differs from it. */
  readonly differences: readonly (PlayDifferences & {
    readonly first: string;
    readonly second: string;
    /** What comes of it beside the first, for a person. */
    readonly sentence: string;
  })[];
  /** What the service decided then, against the first policy; null: the history has no decisions. */
  readonly record: RecordCheck | null;
}

export function backtest(input: BacktestInput): Backtest {
  const { lines, policies, fleet, assumptions, from, until } = input;
  const within = until === null ? lines : cut(lines, until);
  const history = openHistory(within);
  const since = from !== null && from > history.from ? from : history.from;
  const [base] = policies;
  const measure = input.measure ?? measureOf(base!.pinned.config);
  const episodes = findEpisodes(history, measure, since);
  const plays = policies.map(({ name, pinned }) => {
    const played = playPolicy({ history, pinned, fleet, assumptions });
    return { name, pinned, played };
  });
  const [first, ...others] = plays;
  const isComparable = history.decisions.length > 0;
  const summaries = plays.map(({ played, pinned }) =>
    summarize(played, pinned.config, { history, assumptions, measure, episodes, from: since }),
  );
  return {
    model: base!.pinned.config.model,
    from: since,
    until: history.until,
    measure,
    assumptions: listAssumptions(assumptions),
    reports: measure
      ? windowsOf(history, measure, since).map(({ at, window, reported }) => ({
          at,
          window,
          value: reported,
        }))
      : [],
    policies: plays.map(({ name, pinned, played }, place) => ({
      name,
      configHash: pinned.configHash,
      ...summaries[place]!,
      runList: played.runs.filter(({ startedAt }) => startedAt >= since),
    })),
    differences: others.map(({ name, played }, place) => {
      const differences = comparePlays(first!.played, played, since);
      const sentence = sayTrial(summaries[0]!, summaries[place + 1]!, differences);
      return { first: first!.name, second: name, sentence, ...differences };
    }),
    record: isComparable ? checkRecord(history, first!.played, first!.pinned.configHash) : null,
  };
}

/** Up to a moment, which is the end of the history then. */
function cut(lines: readonly HistoryLine[], until: string): readonly HistoryLine[] {
  const before = lines.filter(({ at }) => at <= until);
  return [...before, { type: 'end', at: until }];
}
