/**
 * Which signals of a monitor have become good again, told by what a workspace says of the monitor's runs. Pure.
 *
 * A step without a breach does not name its signal. So what recovers is a signal that an earlier run of the same
 * experiment breached, and that no step of this run did: inferred from the run's having come to its end with all its
 * steps, a monitor evaluates all its signals or fails.
 */
import type { PinnedModel } from '../config/schema.ts';
import { driftPart } from '../domain/composite.ts';
import type { Models, RecoveryFact } from './fact.ts';
import { findMonitoredModel } from './find-monitored-model.ts';
import { driftCause } from './parse-monitor-breach.ts';
import { readBreach } from './read-breach.ts';
import { excerpt } from './read-event.ts';

/** What is needed of a run. */
export interface MonitorRun {
  readonly runId: string;
  readonly status: string;
  readonly startedAt: string | null;
  readonly endedAt: string | null;
  readonly tags: Readonly<Record<string, string>>;
}

export interface MonitorRuns {
  readonly root: MonitorRun;
  /** The steps of `root`. */
  readonly steps: readonly MonitorRun[];
  /** Runs of the experiment, whosever steps they are. */
  readonly experiment: readonly MonitorRun[];
}

export const rootTag = 'mlflow.rootRunId';

export function findRecovered(
  { root, steps, experiment }: MonitorRuns,
  models: Models,
): readonly RecoveryFact[] {
  if (!isWhole({ root, steps }) || root.startedAt === null) return [];
  const startedAt = root.startedAt;
  const breachedNow = lastBreaches(steps);
  return [...lastBreaches(experiment)].flatMap(([monitorSignal, breachedAt]) => {
    // Nor is a breach over that a later run found, whose event came first.
    if (breachedNow.has(monitorSignal) || breachedAt >= startedAt) return [];
    const pinned = findMonitoredModel(monitorSignal, models);
    return pinned?.config.triggers.drift ? [toRecovery(root, monitorSignal, pinned)] : [];
  });
}

/** Whether a monitor's run came to its end with all its steps. */
function isWhole({ root, steps }: Pick<MonitorRuns, 'root' | 'steps'>): boolean {
  return root.status === 'FINISHED' && steps.length > 0 && steps.every(isFinished);
}

/** The run itself has come, whatever it found; null: nobody misses runs of the model's monitors, or it is not whole. */
export function findWholeRun(
  { root, steps }: MonitorRuns,
  model: string,
  models: Models,
): RecoveryFact | null {
  const pinned = models.get(model);
  const isMissed = pinned?.config.triggers.absences?.some(({ of }) => of === driftPart);
  if (!pinned || !isMissed || !isWhole({ root, steps })) return null;
  const recovery = {
    id: `recovery:${model}:${driftPart}:${root.runId}`,
    model,
    cause: driftPart,
    observedAt: root.endedAt,
    source: 'workspace',
    summary: `Monitor run ${root.runId} came to its end.`,
  };
  return { type: 'recovery', recovery, pinned };
}

function isFinished({ status }: MonitorRun): boolean {
  return status === 'FINISHED';
}

/** When each signal was last breached: the start of that step. */
function lastBreaches(runs: readonly MonitorRun[]): ReadonlyMap<string, string> {
  const last = new Map<string, string>();
  for (const { tags, startedAt } of runs) {
    const name = readBreach(tags)?.monitorSignal;
    // A breach of no known time counts as the latest.
    const at = startedAt ?? '9999';
    if (name !== undefined && at > (last.get(name) ?? '')) last.set(name, at);
  }
  return last;
}

function toRecovery(root: MonitorRun, monitorSignal: string, pinned: PinnedModel): RecoveryFact {
  const { model } = pinned.config;
  const recovery = {
    id: `recovery:${model}:${driftCause(monitorSignal)}:${root.runId}`,
    model,
    cause: driftCause(monitorSignal),
    observedAt: root.endedAt,
    source: 'workspace',
    summary: `Monitor run ${root.runId} came to its end, and signal ${excerpt(monitorSignal)} breached no threshold in it.`,
  };
  return { type: 'recovery', recovery, pinned };
}
