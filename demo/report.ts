/**
 * What the demo found, as one JSON document, and whether the story truly happened. Pure.
 */
import {
  type AdmissionOutcome,
  admissionOutcomes,
  type Decision,
  type ReasonCode,
} from '../shared/domain/decision.ts';
import type { ReleaseState } from '../shared/domain/release-state.ts';
import type { Run } from '../shared/domain/run.ts';
import { type SignalKind, signalKinds } from '../shared/domain/signal.ts';
import { answeredByRun, findMissing } from './find-missing.ts';
import type { Observations, WeekResult } from './observations.ts';

export interface DemoReport {
  readonly happened: boolean;
  /** What was missing; empty when everything happened. */
  readonly missing: readonly string[];
  readonly weeks: readonly WeekResult[];
  readonly decisions: Readonly<Record<AdmissionOutcome, number>>;
  /** Final decisions by kind of signal and reason. */
  readonly reasons: Readonly<Partial<Record<SignalKind, Readonly<Partial<Record<ReasonCode, number>>>>>>;
  /** Signals that a run answered, by kind. */
  readonly answeredByRun: Readonly<Partial<Record<SignalKind, number>>>;
  /** Signals that were seen waiting, by reason. */
  readonly held: Readonly<Partial<Record<ReasonCode, number>>>;
  readonly refusedFiles: readonly { readonly file: string; readonly why: string }[];
  readonly runs: readonly Pick<Run, 'runId' | 'signalKind' | 'verdict' | 'registeredVersion' | 'outcome'>[];
  /** The newest first, as runs are. */
  readonly releases: readonly {
    readonly version: string;
    readonly state: ReleaseState;
    readonly approvedBy: readonly string[];
    readonly sentence: string;
  }[];
  readonly accuracy: number | null;
  readonly accuracyNeverRetrained: number | null;
  readonly durationMs: number;
}

export function makeReport(seen: Observations): DemoReport {
  const missing = findMissing(seen);
  return {
    happened: missing.length === 0,
    missing,
    weeks: seen.weeks,
    decisions: countOutcomes(seen.decisions),
    reasons: countReasons(seen.decisions),
    answeredByRun: countBy(answeredByRun(seen), ({ signal }) => signal.kind),
    held: countBy(seen.deferrals, ({ reason }) => reason),
    refusedFiles: seen.decisions
      .filter(({ reason }) => reason === 'data-refused')
      .map(({ signal, sentence }) => ({ file: String(signal.evidence['path']), why: sentence })),
    runs: seen.runs.map(({ runId, signalKind, verdict, registeredVersion, outcome }) => ({
      runId,
      signalKind,
      verdict,
      registeredVersion,
      outcome,
    })),
    releases: seen.releases.map(({ model, state, given = [], sentence }) => ({
      version: model.version,
      state,
      approvedBy: given.map(({ by }) => by),
      sentence,
    })),
    accuracy: overall(seen.weeks, (week) => week.accuracy),
    accuracyNeverRetrained: overall(seen.weeks, (week) => week.accuracyNeverRetrained),
    durationMs: seen.durationMs,
  };
}

/** Accuracy over all mails: each week weighs as much as it has mails. */
function overall(
  weeks: readonly WeekResult[],
  accuracyOf: (week: WeekResult) => number | null,
): number | null {
  const mails = weeks.reduce((sum, week) => sum + week.n, 0);
  return mails === 0 ? null : weeks.reduce((sum, week) => sum + week.n * (accuracyOf(week) ?? 0), 0) / mails;
}

function countOutcomes(decisions: readonly Decision[]): Record<AdmissionOutcome, number> {
  const counts = Object.fromEntries(admissionOutcomes.map((outcome) => [outcome, 0]));
  for (const { outcome } of decisions) counts[outcome] = (counts[outcome] ?? 0) + 1;
  return counts as Record<AdmissionOutcome, number>;
}

function countReasons(decisions: readonly Decision[]): DemoReport['reasons'] {
  const known = signalKinds.filter((kind) => decisions.some(({ signal }) => signal.kind === kind));
  return Object.fromEntries(
    known.map((kind) => [
      kind,
      countBy(
        decisions.filter(({ signal }) => signal.kind === kind),
        ({ reason }) => reason,
      ),
    ]),
  );
}

function countBy<T, K extends string>(
  items: readonly T[],
  keyOf: (item: T) => K,
): Partial<Record<K, number>> {
  const counts: Partial<Record<K, number>> = {};
  for (const item of items) counts[keyOf(item)] = (counts[keyOf(item)] ?? 0) + 1;
  return counts;
}
