/** A version asks for a target: it has it at once, waits for it, or takes the place of an older one. Pure. */
import type { EndedRelease } from '../../domain/release-state.ts';
import { describeEnd, endedAtMost, ratchetSays, turnBack } from './changes.ts';
import { deploymentOf } from './splits.ts';
import type { Candidate, Release, TargetState } from './state.ts';

/** More than that are not kept waiting: the oldest is superseded. */
const queuedAtMost = 20;
export interface Begun {
  readonly state: TargetState;
  readonly sentence: string;
  /** Releases whose orchestrations are to look again: they have been ordered back, or are over. */
  readonly wake: readonly string[];
}

/** The same candidate may begin twice: it has then begun. */
export function beginRelease(
  state: TargetState,
  { candidate, now }: { readonly candidate: Candidate; readonly now: string },
): Begun {
  const { releaseId } = candidate;
  const known = [state.release, ...state.queue, ...state.ended].some((each) => each?.releaseId === releaseId);
  if (known) return { state, sentence: `Release ${releaseId} has begun before.`, wake: [] };
  const release = newRelease(candidate, now);
  const quarantine = state.quarantined?.find(({ version }) => version === candidate.model.version);
  if (quarantine) {
    const sentence = `Version ${quarantine.version} is quarantined, by ${quarantine.by} at ${quarantine.at}: ${quarantine.reason}`;
    const over = describeEnd(release, 'rejected', now, sentence);
    return { state: { ...state, ended: [...state.ended, over].slice(-endedAtMost) }, sentence, wake: [] };
  }
  const holder = state.release;
  if (!holder) {
    const begun = { ...release, state: 'deploying' as const, sentence: 'Begins.' };
    return { state: { ...state, release: begun, isStale: true }, sentence: 'Begins.', wake: [] };
  }
  const by = ratchetSays(`version ${candidate.model.version} takes its place`, now);
  const supersedes = candidate.target.onNewCandidate === 'supersede' || candidate.rollback !== undefined;
  // What serves everybody is not taken away for what may not pass, nor is a person's order to go back.
  const stays = candidate.rollback === undefined && (holder.isChampion || holder.rollback !== undefined);
  const turned = supersedes && !stays ? turnBack(state, holder, by, 'superseded') : state;
  // A person's order is taken out of the line by another one alone. It comes first there: nothing waited beside it.
  const orders = candidate.rollback ? [] : state.queue.filter(({ rollback }) => rollback !== undefined);
  const others = state.queue.filter((queued) => !orders.includes(queued));
  const kept = [...orders, ...(supersedes ? [] : others.slice(-(queuedAtMost - 1 - orders.length)))];
  const dropped = state.queue.filter((queued) => !kept.includes(queued));
  const over: EndedRelease[] = dropped.map((queued) =>
    describeEnd(queued, 'superseded', now, `${by.reason}.`),
  );
  const sentence = `Waits for release ${holder.releaseId}, which holds endpoint ${candidate.target.endpoint}: ${holder.state}.`;
  const waiting = { ...release, sentence };
  return {
    state: {
      ...turned,
      queue: [...kept, waiting],
      ended: [...state.ended, ...over].slice(-Math.max(endedAtMost, over.length)),
    },
    sentence,
    wake: [...(turned === state ? [] : [holder.releaseId]), ...dropped.map((queued) => queued.releaseId)],
  };
}

export function newRelease(candidate: Candidate, now: string): Release {
  return {
    ...candidate,
    state: 'queued',
    since: now,
    startedAt: now,
    stageSince: now,
    stage: 0,
    step: 0,
    stepSince: null,
    deployment: candidate.deployment ?? deploymentOf(candidate.model.version),
    digest: candidate.expectedDigest ?? null,
    deployingSince: null,
    isReady: false,
    pausedUntil: null,
    hasAnswered: false,
    approvals: [],
    looks: 0,
    decisiveLooks: 0,
    lastLook: null,
    holdsUntil: null,
    isChampion: false,
    hadTraffic: false,
    before: null,
    leavesBehind: null,
    asks: null,
    back: null,
    sentence: '',
  };
}
