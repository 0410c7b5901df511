/** How a release changes from one state to another, with what that means for the rest of it. Pure. */
import { parseDurationMs } from '../../config/duration.ts';
import type { Approval, EndedRelease, FinalState, SettledVersion } from '../../domain/release-state.ts';
import type { Word } from '../../domain/word.ts';
import type { EndAction } from './deeds.ts';
import type { Release, TargetState } from './state.ts';

/** Settled versions that are kept: rollbacks go to the newest. */
const settledAtMost = 10;
/** Of releases that are over, each of which its orchestration is told once more. */
export const endedAtMost = 20;
/** Approvals of the stages that were left: twenty stages, of which each may need ten. */
const givenAtMost = 200;
/** What is under way is left alone for so long at least. */
export const shortestPauseMs = 10_000;
/** After a rollback's step was refused. */
export const stuckPauseMs = 600_000;

export const iso = (ms: number): string => new Date(ms).toISOString();
export const later = (at: string, byMs: number): string => iso(Date.parse(at) + byMs);
/** Of a duration that the schema has seen. */
export const msOf = (duration: string): number => parseDurationMs(duration)!;

/** Of a release that goes back where no person has said so. */
export const ratchetSays = (reason: string, at: string): Word => ({ by: 'Ratchet', reason, at });

/** How long what was waited for so far is left alone: the longer it takes, the longer. */
export function nextPauseMs({ target }: Release, waitedMs: number): number {
  return Math.min(Math.max(waitedMs / 4, shortestPauseMs), msOf(target.lookEvery));
}

export function withRelease(state: TargetState, release: Release): TargetState {
  return { ...state, release };
}

/** The same release in a state, with what it says; `since` counts from when the state was entered. */
export function enter(release: Release, state: Release['state'], now: string, sentence: string): Release {
  const since = release.state === state ? release.since : now;
  return { ...release, state, since, sentence };
}

/** On to the next step, or stage: nothing that was seen of the one before counts there. */
export function advance(release: Release, now: string): Release {
  const current = release.stages[release.stage];
  const isLastStep = current?.kind !== 'canary' || release.step + 1 >= current.steps.length;
  return {
    ...release,
    ...(isLastStep ? { stage: release.stage + 1, step: 0 } : { step: release.step + 1 }),
    stepSince: null,
    since: now,
    stageSince: now,
    approvals: [],
    ...(release.approvals.length > 0 && { given: givenTo(release).slice(-givenAtMost) }),
    looks: 0,
    decisiveLooks: 0,
    lastLook: null,
    holdsUntil: null,
    pausedUntil: null,
    ...(release.outside !== undefined && { outside: null }),
  };
}

/** Every approval that a release was given. */
export function givenTo({ given = [], approvals }: Release): readonly Approval[] {
  return [...given, ...approvals];
}

/** Orders the release back. A way back that has been ordered stays: nothing turns it forward again. */
export function turnBack(
  state: TargetState,
  release: Release,
  word: Word,
  end: NonNullable<Release['back']>['end'],
): TargetState {
  if (release.back) return state;
  const back = { word, end, to: findWayBack(state, release), answered: false, acknowledged: false };
  const sentence = `Goes back: ${word.reason}`;
  const { silentSince: _, ...turned } = release;
  return withRelease(state, {
    ...enter(turned, 'rolling-back', word.at, sentence),
    back,
    asks: null,
    pausedUntil: null,
  });
}

/** The newest settled version other than the one that is released, and not under embargo. */
export function findWayBack(state: TargetState, { deployment }: Release): SettledVersion | null {
  const isOther = (version: SettledVersion): boolean => version.deployment !== deployment;
  return state.settled.findLast((version) => isOther(version) && !isBarred(state, version)) ?? null;
}

/** Whether nothing goes back to a version by itself. */
export function isBarred(
  { quarantined = [], embargoed = [] }: TargetState,
  { model }: Pick<SettledVersion, 'model'>,
): boolean {
  return [...quarantined, ...embargoed].some(({ version }) => version === model.version);
}

/** Ends the release that holds the target; the first that waits has it then. */
export function endRelease(
  state: TargetState,
  release: Release,
  now: string,
  end: FinalState,
  sentence: string,
): { readonly state: TargetState; readonly action: EndAction } {
  const ended = describeEnd(release, end, now, sentence);
  const [next, ...queue] = state.queue;
  const { drill, releaseId, model, startedAt } = release;
  const drilled = { releaseId, version: model.version, startedAt, at: now, sentence: ended.sentence };
  const turn = { state: 'deploying', since: now, stageSince: now, sentence: 'Its turn has come.' } as const;
  return {
    state: {
      ...state,
      release: next ? { ...next, ...turn } : null,
      queue,
      settled: end === 'settled' ? settle(state.settled, release, now) : state.settled,
      ended: [...state.ended, ended].slice(-endedAtMost),
      ...(drill && { lastDrill: { ...drilled, hasPassed: end === 'drilled' } }),
    },
    action: { do: 'end', ended, wake: next ? [next.releaseId] : [] },
  };
}

export function describeEnd(
  { releaseId, runId, digest, model, target, startedAt, provenBy, notices, drill }: Release,
  state: FinalState,
  endedAt: string,
  sentence: string,
): EndedRelease {
  return {
    ...{ releaseId, runId, digest, endpoint: target.endpoint, model, state, sentence, startedAt, endedAt },
    ...(provenBy && { provenBy }),
    ...(drill && { isDrill: true as const }),
    ...(notices && { notices }),
  };
}

/** The latest last. What a person has gone back from (`left`) is no version to go back to. */
export function addSettled(
  settled: readonly SettledVersion[],
  version: SettledVersion,
  left: string | undefined,
): readonly SettledVersion[] {
  const others = settled.filter(
    ({ deployment, model }) => deployment !== version.deployment && model.version !== left,
  );
  return [...others, version].slice(-settledAtMost);
}

function settle(settled: readonly SettledVersion[], release: Release, at: string): readonly SettledVersion[] {
  const { model, deployment, digest, releaseId, rollback, previous } = release;
  return addSettled(settled, { model, deployment, digest, releaseId, at }, rollback && previous?.version);
}

/** Stops the release and asks a person; what is asked already is asked on. */
export function askPerson(
  release: Release,
  why: NonNullable<Release['asks']>['why'],
  sentence: string,
  now: string,
): Release {
  if (release.asks?.why === why) return { ...release, asks: { ...release.asks, sentence }, sentence };
  return { ...enter(release, 'asking', now, sentence), asks: { why, sentence, since: now } };
}

/** What is under way is not asked again before. */
export function pauseRelease(
  state: TargetState,
  release: Release,
  pauseMs: number,
  now: string = state.observed?.at ?? release.since,
): TargetState {
  return withRelease(state, { ...release, pausedUntil: later(now, pauseMs) });
}
