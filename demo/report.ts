/**
 * What the demo found, as one JSON document, and whether the story truly happened. Pure.
 */
import { type AdmissionOutcome, admissionOutcomes, type Decision } from '../shared/domain/decision.ts';
import type { Run } from '../shared/domain/run.ts';

export interface WeekResult {
  readonly weekStart: string;
  /** Mails of the week. */
  readonly n: number;
  readonly championVersion: string;
  /** Of the champion in force; null in a week without mail. */
  readonly accuracy: number | null;
  /** Of the first champion, as if nothing had ever been retrained. */
  readonly accuracyNeverRetrained: number | null;
}

/** Everything that was observed from outside the application. */
export interface Observations {
  readonly weeks: readonly WeekResult[];
  readonly decisions: readonly Decision[];
  readonly runs: readonly Run[];
  /** Ids of the signals that were accepted, as the API answered them. */
  readonly signalIds: readonly string[];
  /** Versions in the workspace's registry, each with the run its tags name. */
  readonly registered: readonly { readonly version: string; readonly runId: string | null }[];
  /** Versions the production application took up, in order. */
  readonly takenUp: readonly string[];
  readonly durationMs: number;
}

export interface DemoReport {
  readonly happened: boolean;
  /** What was missing; empty when everything happened. */
  readonly missing: readonly string[];
  readonly weeks: readonly WeekResult[];
  readonly decisions: Readonly<Record<AdmissionOutcome, number>>;
  readonly runs: readonly Pick<Run, 'runId' | 'signalKind' | 'verdict' | 'registeredVersion' | 'released'>[];
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
    runs: seen.runs.map(({ runId, signalKind, verdict, registeredVersion, released }) => ({
      runId,
      signalKind,
      verdict,
      registeredVersion,
      released,
    })),
    accuracy: overall(seen.weeks, (week) => week.accuracy),
    accuracyNeverRetrained: overall(seen.weeks, (week) => week.accuracyNeverRetrained),
    durationMs: seen.durationMs,
  };
}

/** Accuracy over all mails: each week weighs as much as it has mails. */
export function overall(
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

function findMissing(seen: Observations): string[] {
  return [...missingRetraining(seen), ...missingDecisions(seen)];
}

function missingRetraining(seen: Observations): string[] {
  const inOrder = seen.runs.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const released = inOrder.filter((run) => run.released && run.verdict === 'passed');
  const [first, ...later] = released;
  if (!first) return ['no champion was released'];
  if (later.length === 0) return ['no retraining after the first champion passed the gate and was released'];
  return released.flatMap((run) => {
    const version = run.registeredVersion;
    if (version === null) return [`run ${run.runId} was released but names no registered version`];
    const problems: string[] = [];
    if (!seen.registered.some((model) => model.version === version && model.runId === run.runId)) {
      problems.push(`the workspace's registry has no version ${version} made by run ${run.runId}`);
    }
    if (!seen.takenUp.includes(version)) {
      problems.push(`the production application never took up version ${version} of run ${run.runId}`);
    }
    return problems;
  });
}

function missingDecisions(seen: Observations): string[] {
  return seen.signalIds.flatMap((id) => {
    const count = seen.decisions.filter((decision) => decision.signal.id === id).length;
    return count === 1 ? [] : [`signal ${id} has ${count} recorded decisions instead of one`];
  });
}
