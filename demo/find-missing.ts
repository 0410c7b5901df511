/** What of the story did not happen, in sentences; none when all of it did. Pure. */
import type { Decision } from '../shared/domain/decision.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import type { SignalKind } from '../shared/domain/signal.ts';
import type { Observations } from './observations.ts';

const kindsToAnswer: readonly SignalKind[] = ['drift', 'metric', 'data', 'schedule'];
const holdsToSee = ['freeze', 'cooldown'] as const;

export function findMissing(seen: Observations): string[] {
  return [
    ...missingRetraining(seen),
    ...missingRollback(seen),
    ...missingDecisions(seen),
    ...missingKinds(seen),
    ...missingHolds(seen),
    ...missingRefusals(seen),
  ];
}

function missingRetraining(seen: Observations): string[] {
  const inOrder = seen.releases.toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
  const [first, ...later] = inOrder.filter(({ state }) => state === 'settled');
  if (!first) return ['no champion was released'];
  if (later.length === 0) return ['no retraining after the first champion passed its gates and was released'];
  return [first, ...later].flatMap(({ runId, model: { version }, given = [] }) => {
    const problems: string[] = [];
    if (!seen.registered.some((model) => model.version === version && model.runId === runId)) {
      problems.push(`the workspace's registry has no version ${version} made by run ${runId}`);
    }
    if (!seen.served.includes(version)) {
      problems.push(`the endpoint never answered as version ${version} of run ${runId}`);
    }
    if (given.length === 0) problems.push(`nobody approved the release of version ${version}`);
    return problems;
  });
}

/** A challenger that had passed its gates, failed at what its users sent, and was taken back. */
function missingRollback({ runs, releases }: Observations): string[] {
  const tookBack = releases.some(
    (row) =>
      failedAtRequests(row) && runs.some(({ runId, verdict }) => runId === row.runId && verdict === 'passed'),
  );
  return tookBack ? [] : ['no challenger that passed its gates failed in production and was rolled back'];
}

/** One final decision for each signal that was sent, and none for any other. */
function missingDecisions({ signalIds, decisions }: Observations): string[] {
  const sent = new Set(signalIds);
  const wrong = [...sent].flatMap((id) => {
    const made = decisions.filter(({ signal }) => signal.id === id);
    if (made.length !== 1) return [`signal ${id} has ${made.length} recorded decisions instead of one`];
    return made[0]!.outcome === 'deferred' ? [`signal ${id} still waits (${made[0]!.reason})`] : [];
  });
  const unsent = decisions.filter(({ signal }) => !sent.has(signal.id));
  return [...wrong, ...unsent.map(({ signal }) => `signal ${signal.id} has a decision, but was never sent`)];
}

function missingKinds(seen: Observations): string[] {
  const answered = new Set(answeredByRun(seen).map(({ signal }) => signal.kind));
  return kindsToAnswer
    .filter((kind) => !answered.has(kind))
    .map((kind) => `no ${kind} signal started or joined a run`);
}

function missingHolds({ deferrals }: Observations): string[] {
  return holdsToSee
    .filter((hold) => !deferrals.some(({ reason }) => reason === hold))
    .map((hold) => `no signal was blocked by a ${hold}`);
}

function missingRefusals({ spoiled, decisions, manifests }: Observations): string[] {
  if (spoiled.length === 0) return ['no broken file was uploaded'];
  return spoiled.flatMap((file) => {
    const isRefused = decisions.some(
      ({ signal, reason }) =>
        reason === 'data-refused' && String(signal.evidence['path']).endsWith(`/${file}`),
    );
    const used = manifests.filter(({ train }) => train.some(({ name }) => name === file));
    return [
      ...(isRefused ? [] : [`the broken file ${file} was not refused`]),
      ...used.map(({ runId }) => `run ${runId} used the broken file ${file}`),
    ];
  });
}

/** Decisions on signals that a run answered, those that joined another's wait included: the run names them all. */
export function answeredByRun({ decisions, runs }: Pick<Observations, 'decisions' | 'runs'>): Decision[] {
  const answered = new Set(runs.flatMap(({ signals }) => signals));
  return decisions.filter(({ signal }) => answered.has(signal.id));
}

/** Whether its checks found that it fails at what its users send, and it was taken back. */
export function failedAtRequests({ state, trail = [] }: ReleaseRow): boolean {
  return state === 'rolled-back' && trail.some(({ lastLook }) => lastLook?.verdict === 'failed');
}
