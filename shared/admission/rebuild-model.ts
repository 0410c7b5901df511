/**
 * Makes a model's state anew from what ledger and registry know: after the task hub was lost, the entity is new, and the
 * world is not. Pure.
 *
 * Owns: what of the state can be known again. Does not own: reading the facts (shared/ledger/read-model-facts.ts), when
 * it is done (orchestrations/rebuild.ts), what an entity that has a state takes of it (merge-rebuilt.ts).
 *
 * Invariants
 * 1. There is no champion only where neither the ledger has a run that released one, nor the registry a version that a run
 *    registered.
 * 2. Brakes are put on again rather than left off: a run that cannot be accounted for exactly counts as it was reserved.
 * 3. What waited is listed as waiting: the watchdog finds that nobody carries it, and has it offered again.
 *
 * What is not known again: windows of rules that were looked at, but for absences that go on, and what they said together, data counted since the last run, a kept challenger, the
 * first word on breaking a glass.
 */
import { estimateHours } from '../config/estimate.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { ModelFacts } from '../domain/model-facts.ts';
import type { ModelState, RememberedSignal, Spent } from '../domain/model-state.ts';
import { isUnsuccessful, type ModelVersion, type Run, type RunOutcome } from '../domain/run.ts';
import { wordOf } from '../domain/word.ts';
import { keepFrozen } from './operate.ts';
import { rebuildCame } from './rebuild-came.ts';
import { addMs, durationMs } from './time.ts';

const startsAtMost = 100;
/** A signal that should have been offered again longer ago than this is not waited for by anybody. */
const forgottenMs = 30 * 86_400_000;

/** `config`: the model file as it is now; null where there is no valid one. `now`: ISO 8601, UTC. */
export function rebuildModel(facts: ModelFacts, config: ModelConfig | null, now: string): ModelState {
  const { runs } = facts;
  const ends = listEnds(runs);
  const [last] = ends;
  const release = findRelease(ends, facts);
  // Where the ledger knows of no release, a version that one of our runs registered is not taken for nothing.
  const champion = release?.champion ?? facts.registered;
  const unsuccessful = countUnsuccessful(ends, release?.at ?? null);
  const waiting = findWaiting(facts, now);
  const spent = config ? listSpent(runs, config, now) : [];
  const live = config && findLive(runs[0], config);
  return {
    live,
    pending: null,
    lastRun: last ? { runId: last.runId, outcome: last.outcome, endedAt: last.at } : null,
    champion,
    ...(release && { championSince: release.at }),
    answered: listAnswered(facts),
    starts: runs
      .slice(0, startsAtMost)
      .map(({ startedAt }) => startedAt)
      .sort(),
    ...(unsuccessful > 0 && { unsuccessful }),
    ...(waiting.length > 0 && { waiting }),
    ...(spent.length > 0 && { spent }),
    ...(config && rebuildCame(facts, config)),
    ...findMode(facts),
    ...findFrozen(facts, now),
  };
}

/** An end of a run, or of a promotion against the gates. */
interface End {
  readonly runId: string;
  readonly at: string;
  readonly outcome: RunOutcome;
  /** The version it released. */
  readonly champion: ModelVersion | null;
}

/** The latest first. A run whose glass was broken has ended twice. */
function listEnds(runs: readonly Run[]): readonly End[] {
  const ends = runs.flatMap((run): End[] => {
    const { runId, outcome, endedAt, released, brokenGlass } = run;
    const champion = released ? versionOf(run) : null;
    const own =
      outcome !== null && endedAt !== null
        ? [{ runId, at: endedAt, outcome, champion: brokenGlass ? null : champion }]
        : [];
    if (!brokenGlass) return own;
    return [{ runId, at: brokenGlass.at, outcome: released ? 'released' : 'failed', champion }, ...own];
  });
  return ends.toSorted((a, b) => (a.at < b.at ? 1 : a.at > b.at ? -1 : 0));
}

/** The registry's number once there is one: the challenger of a broken glass stays in its row as it was judged. */
function versionOf({ challenger, registeredVersion }: Run): ModelVersion | null {
  return challenger && { ...challenger, version: registeredVersion ?? challenger.version };
}

/** The latest by which a version came to serve: a run told its channels, or a release over stages gave it every request. */
function findRelease(
  ends: readonly End[],
  { releases }: ModelFacts,
): Pick<End, 'at' | 'champion'> | undefined {
  const told = ends.find(({ champion }) => champion !== null);
  const served = releases.find(({ isChampion }) => isChampion);
  if (!served || (told && told.at > served.since)) return told;
  return { at: served.since, champion: served.model };
}

/** As settleRun counts: a cancelled run is no failure, and a release begins anew. */
function countUnsuccessful(ends: readonly End[], releasedAt: string | null): number {
  const since = ends.filter(
    ({ at, champion }) => champion === null && (releasedAt === null || at > releasedAt),
  );
  return since.filter(({ outcome }) => isUnsuccessful(outcome)).length;
}

/** A run that has not ended is live: its orchestration tells its end, or the watchdog finds that there is none. */
function findLive(newest: Run | undefined, config: ModelConfig): ModelState['live'] {
  if (!newest || newest.endedAt !== null) return null;
  const { runId, signals, startedAt: since, kind } = newest;
  return {
    runId,
    signals,
    since,
    deadline: addMs(since, 2 * durationMs(config.policy.longestRun)),
    kind: kind === 'promote' ? 'promote' : 'retrain',
    granted: true,
    ...(kind === 'reevaluate' && { reevaluates: true }),
  };
}

/** The earliest answer first, as the state has it. */
function listAnswered({ decisions, deferred }: ModelFacts): readonly RememberedSignal[] {
  const all = new Map([...decisions, ...deferred].map((each) => [each.signal.id, each]));
  return [...all.values()]
    .map(({ signal, outcome, reason, runId, decidedAt }) => ({
      id: signal.id,
      outcome,
      reason,
      runId,
      at: decidedAt,
    }))
    .sort((a, b) => (a.at < b.at ? -1 : 1));
}

function findWaiting({ deferred }: ModelFacts, now: string): readonly string[] {
  const since = addMs(now, -forgottenMs);
  return deferred
    .filter(({ offerAgainAt }) => offerAgainAt === null || offerAgainAt > since)
    .map(({ signal }) => signal.id)
    .reverse();
}

/** The ledger does not have the hours a run took: each counts with what it had reserved. */
function listSpent(runs: readonly Run[], config: ModelConfig, now: string): readonly Spent[] {
  const { budget } = config.policy;
  if (!budget) return [];
  return spentOf(runs, budget.window, now, ({ kind, signalKind }) =>
    estimateHours(config, kind === 'retrain' ? 'retrain' : 'promote', signalKind),
  );
}

export function spentOf(
  runs: readonly Run[],
  window: string,
  now: string,
  hoursOf: (run: Run) => number,
): readonly Spent[] {
  const since = addMs(now, -durationMs(window));
  return runs
    .filter(({ startedAt }) => startedAt > since)
    .map((run) => ({
      runId: run.runId,
      at: run.startedAt,
      computeHours: hoursOf(run),
      settled: run.endedAt !== null,
    }))
    .reverse();
}

function findMode({ operations }: ModelFacts): Pick<ModelState, 'mode'> {
  for (const operation of operations) {
    const { action } = operation;
    if (action.action !== 'set-mode') continue;
    return action.mode === 'file' ? {} : { mode: { ...wordOf(operation), mode: action.mode } };
  }
  return {};
}

function findFrozen({ operations }: ModelFacts, now: string): Pick<ModelState, 'frozen'> {
  const thaw = operations.findIndex(({ action }) => action.action === 'thaw');
  const since = thaw === -1 ? operations : operations.slice(0, thaw);
  const frozen = since.flatMap((operation) => {
    const { action } = operation;
    if (action.action !== 'freeze') return [];
    const { until } = action;
    return until === null || until > now ? [{ ...wordOf(operation), until }] : [];
  });
  return frozen.length === 0 ? {} : { frozen: keepFrozen(frozen.reverse()) };
}
