/** What came of a policy, in numbers: runs, money, waits, staleness, episodes, regret, and what cannot be said. Pure. */
import type { ModelConfig } from '../config/schema.ts';
import type { AdmissionOutcome, ReasonCode } from '../domain/decision.ts';
import { counted } from '../domain/plural.ts';
import type { Assumptions } from './assumptions.ts';
import { type Episode, type MetEpisode, meetEpisodes } from './episodes.ts';
import { findRegret, type Regret } from './find-regret.ts';
import type { History } from './history.ts';
import { type Losses, type Measure, sumLosses } from './losses.ts';
import type { Played, PlayedRun, Served } from './played.ts';

export interface Summary {
  readonly runs: {
    readonly started: number;
    readonly released: number;
    readonly ended: number;
    /** Those that took place as they are here. */
    readonly recorded: number;
    /** Hours of jobs, of the runs of which they are known. */
    readonly hours: number;
    readonly hoursUnknown: number;
    /** Null: no price is given. */
    readonly money: number | null;
  };
  readonly signals: readonly {
    readonly outcome: AdmissionOutcome;
    readonly reason: ReasonCode;
    readonly signals: number;
  }[];
  readonly waits: readonly {
    readonly reason: ReasonCode;
    readonly signals: number;
    readonly hours: number;
  }[];
  /** Days since what serves was trained, over time; null: nobody knows of any version when it was. */
  readonly championAge: { readonly meanDays: number; readonly longestDays: number } | null;
  readonly losses: Losses | null;
  readonly episodes: {
    readonly found: number;
    readonly missed: number;
    readonly meanDaysToReact: number | null;
    readonly all: readonly MetEpisode[];
  };
  readonly regret: Regret;
  readonly ignored: Played['ignored'];
  /** What this answer does not say, and why, a sentence each. */
  readonly cannotSay: readonly string[];
}

interface Summing {
  readonly history: History;
  readonly assumptions: Assumptions;
  readonly measure: Measure | null;
  readonly episodes: readonly Episode[];
  /** What is before it was played, and is not counted (ISO 8601, UTC). */
  readonly from: string;
}

export function summarize(played: Played, config: ModelConfig, summing: Summing): Summary {
  const { history, measure, assumptions, from } = summing;
  const runs = played.runs.filter(({ startedAt }) => startedAt >= from);
  const seen = played.windows.filter(({ at }) => at >= from);
  const losses = measure ? sumLosses(history, measure, seen, from) : null;
  const met = meetEpisodes(summing.episodes, runs);
  const days = met.flatMap(({ daysToReact }) => (daysToReact === null ? [] : [daysToReact]));
  const regret: Regret = losses
    ? findRegret(history, assumptions, played, losses, from)
    : { said: false, why: 'the model file has no rule of metrics, and --metric names none' };
  return {
    runs: countRuns(runs, assumptions),
    signals: countSignals(played, from),
    waits: sumWaits(played, from, history.until),
    championAge: ageOf(played.served, from, history.until),
    losses,
    episodes: {
      found: days.length,
      missed: met.length - days.length,
      meanDaysToReact: meanOf(days),
      all: met,
    },
    regret,
    ignored: played.ignored,
    cannotSay: [...sayUnknown(losses), ...sayBorrowed(played, from), ...sayUnasked(history, config)],
  };
}

function countRuns(runs: readonly PlayedRun[], { pricePerHour }: Assumptions): Summary['runs'] {
  const hours = runs.reduce((sum, run) => sum + (run.hours ?? 0), 0);
  return {
    started: runs.length,
    released: runs.filter(({ outcome }) => outcome === 'released' || outcome === 'candidate').length,
    ended: runs.filter(({ endedAt }) => endedAt !== null).length,
    recorded: runs.filter(({ isRecorded }) => isRecorded).length,
    hours,
    hoursUnknown: runs.filter((run) => run.hours === null).length,
    money: pricePerHour === null ? null : hours * pricePerHour,
  };
}

function countSignals({ decisions }: Played, from: string): Summary['signals'] {
  const counts = Map.groupBy(
    decisions.filter(({ offeredAt }) => offeredAt >= from),
    ({ outcome, reason }) => `${outcome} ${reason}`,
  );
  return [...counts.values()]
    .map((same) => ({ outcome: same[0]!.outcome, reason: same[0]!.reason, signals: same.length }))
    .sort(
      (a, b) => b.signals - a.signals || (`${a.outcome} ${a.reason}` < `${b.outcome} ${b.reason}` ? -1 : 1),
    );
}

function sumWaits({ decisions }: Played, from: string, until: string): Summary['waits'] {
  const sums = new Map<ReasonCode, { signals: number; hours: number }>();
  for (const { waits, offeredAt } of decisions) {
    if (offeredAt < from) continue;
    for (const reason of new Set(waits.map((wait) => wait.reason))) {
      const same = waits.filter((wait) => wait.reason === reason);
      const ms = same.reduce((sum, wait) => sum + Date.parse(wait.until ?? until) - Date.parse(wait.from), 0);
      const { signals, hours } = sums.get(reason) ?? { signals: 0, hours: 0 };
      sums.set(reason, { signals: signals + 1, hours: hours + ms / 3_600_000 });
    }
  }
  const waits = [...sums].map(([reason, sum]) => ({ reason, ...sum }));
  return waits.sort((a, b) => b.hours - a.hours || (a.reason < b.reason ? -1 : 1));
}

/** Of a version of unknown age that serves meanwhile nothing is counted. */
function ageOf(served: readonly Served[], from: string, until: string): Summary['championAge'] {
  let [area, days, longest] = [0, 0, 0];
  for (const [index, { from: since, trainedAt }] of served.entries()) {
    const begin = Math.max(Date.parse(since), Date.parse(from));
    const end = Date.parse(served[index + 1]?.from ?? until);
    if (trainedAt === null || end <= begin) continue;
    const [young, old] = [begin, end].map((at) => (at - Date.parse(trainedAt)) / 86_400_000) as [
      number,
      number,
    ];
    area += ((young + old) / 2) * (old - young);
    days += old - young;
    longest = Math.max(longest, old);
  }
  return days > 0 ? { meanDays: area / days, longestDays: longest } : null;
}

function meanOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sayUnknown(losses: Losses | null): readonly string[] {
  if (!losses || losses.unknownWindows === 0) return [];
  const { measure, unknownWindows, windows, known, most } = losses;
  const { metric } = measure;
  const bounds =
    most === null
      ? `it is at least ${round(known)}, and without end above, for nobody knows the range of ${metric}`
      : `it lies between ${round(known)} and ${round(most)}`;
  return [
    `In ${unknownWindows} of ${counted(windows, 'window')} nobody knows what served is worth: a version that was never trained, or whose ${metric} was not measured there. The loss is no number: ${bounds}.`,
  ];
}

function sayBorrowed({ windows }: Played, from: string): readonly string[] {
  const seen = windows.filter(({ at }) => at >= from);
  const borrowed = seen.filter(({ isKnown }) => !isKnown).length;
  if (borrowed === 0) return [];
  return [
    `In ${borrowed} of ${counted(seen.length, 'report')} nobody knows which rules of metrics would have been breached: the report is about another version than serves here, and was judged as it is.`,
  ];
}

function sayUnasked({ lines }: History, { triggers }: ModelConfig): readonly string[] {
  const told = new Set(lines.flatMap((line) => ('rule' in line ? [line.rule] : [])));
  const metrics = new Set(
    lines.flatMap((line) => (line.type === 'metrics' ? Object.keys(line.report.metrics) : [])),
  );
  const rules = [...triggers.queries, ...triggers.runs].filter(({ name }) => !told.has(name));
  const missing = triggers.metrics.filter(({ metric }) => !metrics.has(metric));
  return [
    ...rules.map(
      ({ name }) =>
        `Whether rule ${name} would have asked is not known: the history has nothing that it has measured.`,
    ),
    ...missing.map(
      ({ name, metric }) =>
        `Whether rule ${name} would have asked is not known: no report of the history has ${metric}.`,
    ),
  ];
}

const round = (value: number): string => String(Number(value.toPrecision(4)));
