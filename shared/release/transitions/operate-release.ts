/**
 * What people order of a release: approve, reject, go on, abort. Pure.
 *
 * Owns: who may approve what, and that an order to go back is always taken. Does not own: who they are, and whether
 * they may give orders at all (the HTTP API).
 *
 * Invariants
 * 1. An order to go back is taken in every state that is not final.
 * 2. An approval counts for exactly what its binding names, once for each person, and never for who requested it where
 *    the stage says so.
 */

import type { ApprovalStage } from '../../config/stage-schema.ts';
import type { Actor } from '../../domain/actor.ts';
import { namePeople } from '../../domain/name-people.ts';
import type { ReleaseAction as Order } from '../../domain/operation.ts';
import type { Word } from '../../domain/word.ts';
import { approversAt, deadlineOf, escalatesAt, knownNames, sortApprovals } from './approval.ts';
import { bindingOf } from './binding.ts';
import { advance, describeEnd, endedAtMost, enter, later, msOf, turnBack, withRelease } from './changes.ts';
import { explainOther } from './offered.ts';
import { describeSplit, splitOf } from './splits.ts';
import { isJudged, stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';

export interface OperatedRelease {
  readonly state: TargetState;
  readonly done: boolean;
  readonly sentence: string;
  /** Releases whose orchestrations are to look again. */
  readonly wake: readonly string[];
}

export function operateRelease(
  state: TargetState,
  { order, word }: { readonly order: Order; readonly word: Word },
): OperatedRelease {
  const { release } = state;
  const { releaseId } = order;
  const queued = state.queue.find((each) => each.releaseId === releaseId);
  if (queued) return operateQueued(state, queued, order, word);
  if (release?.releaseId !== releaseId) {
    const ended = state.ended.findLast((each) => each.releaseId === releaseId);
    if (ended) return refuse(state, `Release ${releaseId} is over: ${ended.state} at ${ended.endedAt}.`);
    const now = release ? `release ${release.releaseId} is under way` : 'no release is under way';
    return refuse(state, `There is no release ${releaseId}; ${now}.`);
  }
  switch (order.action) {
    case 'abort-release':
      return abort(state, release, word);
    case 'approve-release':
      return approve(state, release, order, word);
    case 'reject-release':
      return reject(state, release, order, word);
    case 'resume-release':
      return goOn(state, release, word);
    case 'accept-release':
      return accept(state, release, word);
  }
}

function operateQueued(state: TargetState, queued: Release, { action }: Order, word: Word): OperatedRelease {
  if (action !== 'abort-release' && action !== 'reject-release') {
    const { releaseId } = queued;
    return refuse(state, `Release ${releaseId} waits for its turn: nothing can be approved of it yet.`);
  }
  const queue = state.queue.filter((each) => each !== queued);
  const over = describeEnd(queued, 'rejected', word.at, `${word.by}: ${word.reason}`);
  const ended = [...state.ended, over].slice(-endedAtMost);
  const sentence = `Version ${queued.model.version} does not wait for the endpoint any more.`;
  return { state: { ...state, queue, ended }, done: true, sentence, wake: [queued.releaseId] };
}

function abort(state: TargetState, release: Release, word: Word): OperatedRelease {
  if (release.back) {
    const { by, at } = release.back.word;
    return refuse(state, `It goes back already, since ${at}, by ${by}.`);
  }
  const next = turnBack(state, release, word, 'rolled-back');
  const to = next.release?.back?.to;
  const where = !release.hadTraffic
    ? 'it has had no requests, and the endpoint stays as it is'
    : to
      ? `every request goes to version ${to.model.version}`
      : 'there is no settled version to go back to: a person will be asked what is to serve';
  return done(next, release, `Aborted: version ${release.model.version} goes back; ${where}.`);
}

function approve(
  state: TargetState,
  release: Release,
  { binding, teams }: Extract<Order, { action: 'approve-release' }>,
  word: Word,
): OperatedRelease {
  const current = bindingOf(release);
  const why =
    findClosed(release, word.at) ?? findBarred(release, word, teams) ?? findOther(release, binding, current);
  if (why !== null) return refuse(state, why);
  const stage = stageOf(release) as ApprovalStage;
  const { valid } = sortApprovals(release);
  if (valid.some((each) => isSamePerson(each, word)))
    return refuse(state, `${word.by} has approved before: another person must.`);
  const approvals = [...valid, { ...word, binding }];
  const left = stage.need - approvals.length;
  const sentence =
    left > 0
      ? `Approved by ${approvals.map(({ by }) => by).join(', ')}; ${left} more must.`
      : `Approved: version ${release.model.version} leaves stage ${stage.stage}.`;
  return done(withRelease(state, { ...release, approvals, pausedUntil: null }), release, sentence);
}

/** Why nothing can be approved now; null: it can. */
function findClosed(release: Release, at: string): string | null {
  const stage = stageOf(release);
  if (stage?.kind !== 'approval' || release.back || !release.isReady)
    return `Nothing to approve: the release is ${release.state}. ${release.sentence}`;
  if (deadlineOf(release, stage) > at) return null;
  return `Too late: stage ${stage.stage} was open for ${stage.within}, from ${release.stageSince}.`;
}

/** Why this person cannot approve. */
function findBarred(release: Release, { by, actor, at }: Word, teams: readonly string[]): string | null {
  const stage = stageOf(release) as ApprovalStage;
  if (actor?.kind !== 'person') return `${by} is no person, and cannot approve.`;
  const names = [actor.name, actor.id, ...teams];
  const approvers = approversAt(release, stage, at);
  if (approvers && !approvers.some(isOneOf(names)))
    return `${by} is none of those who may approve stage ${stage.stage}: ${namePeople(approvers, knownNames(release))}.${describeLater(release, stage, names)}`;
  if (stage.notRequester && release.requestedBy.some((id) => id === actor.id || id === actor.name))
    return `${by} requested the run, and cannot approve its release: somebody else must.`;
  return null;
}

/** Object ids are the same in capitals, as some tools show them; of a person and in teams they are small. */
const isOneOf =
  (names: readonly string[]) =>
  (name: string): boolean =>
    names.includes(name) || (objectId.test(name) && names.includes(name.toLowerCase()));
const objectId = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/** Whether somebody may once it is escalated. */
function describeLater(release: Release, stage: ApprovalStage, names: readonly string[]): string {
  const isLater = stage.escalate?.by?.some(isOneOf(names));
  return isLater ? ` It is escalated at ${escalatesAt(release, stage)}.` : '';
}

function findOther(release: Release, binding: string, current: string): string | null {
  if (binding === current) return null;
  return `What was looked at is not what is asked now: the order is of ${binding.slice(0, 12)}, and release ${release.releaseId} stands at ${current.slice(0, 12)}: ${explainOther(release, binding)}; look at the release again.`;
}

function isSamePerson(a: { readonly by: string; readonly actor?: Actor }, b: typeof a): boolean {
  return (a.actor?.id ?? a.by) === (b.actor?.id ?? b.by);
}

function reject(
  state: TargetState,
  release: Release,
  { binding }: Extract<Order, { action: 'reject-release' }>,
  word: Word,
): OperatedRelease {
  if (stageOf(release)?.kind !== 'approval' || release.back)
    return refuse(state, `Nothing to reject: the release is ${release.state}. Abort it to have it go back.`);
  const other = binding === undefined ? null : findOther(release, binding, bindingOf(release));
  if (other !== null) return refuse(state, other);
  const next = turnBack(state, release, word, 'rejected');
  return done(next, release, `Rejected: version ${release.model.version} goes back.`);
}

/** What a person is asked is answered by going on; never past evidence that cannot say. */
function goOn(state: TargetState, release: Release, word: Word): OperatedRelease {
  const { asks, back } = release;
  if (!asks) return refuse(state, `Nothing is asked: the release is ${release.state}. ${release.sentence}`);
  const going = {
    ...enter(release, 'deploying', word.at, `${word.by}: ${word.reason}`),
    asks: null,
    pausedUntil: null,
  };
  if (asks.why === 'no-way-back') {
    const acknowledged = { ...going, state: 'rolling-back' as const, back: { ...back!, acknowledged: true } };
    return done(
      withRelease(state, acknowledged),
      release,
      'It ends; what is to serve the endpoint is yours to say.',
    );
  }
  if (asks.why === 'stuck') {
    const again = { ...going, state: 'rolling-back' as const };
    return done(withRelease(state, again), release, 'The rollback is tried again at once.');
  }
  if (asks.why === 'unverified') {
    const next = withRelease({ ...state, isStale: true }, { ...going, hasAnswered: false });
    return done(next, release, 'Its package is verified again before the next step.');
  }
  if (asks.why === 'not-drilled') {
    const again = { ...going, drillsAgain: true as const };
    return done(withRelease(state, again), release, 'The way back is drilled again.');
  }
  if (asks.why === 'inconclusive') {
    const stage = stageOf(release);
    const holdsUntil = later(word.at, isJudged(stage) ? msOf(stage.onInconclusive.hold) : 0);
    const sentence = `The step goes on until ${holdsUntil}; it is left forwards only where its checks pass.`;
    return done(withRelease(state, { ...going, holdsUntil }), release, sentence);
  }
  if (asks.why === 'unproven') {
    const stage = stageOf(release);
    const holdsUntil = later(word.at, stage?.kind === 'probation' ? msOf(stage.until.atMost) : 0);
    const sentence = `It stays on probation until ${holdsUntil}.`;
    return done(withRelease(state, { ...going, holdsUntil }), release, sentence);
  }
  if (asks.why === 'not-approved') {
    const again = { ...going, stageSince: word.at };
    const stage = stageOf(release);
    const until = stage?.kind === 'approval' ? ` until ${deadlineOf(again, stage)}` : '';
    return done(withRelease(state, again), release, `Approvals are waited for again${until}.`);
  }
  if (!state.desired || !state.observed)
    return refuse(state, `One deployment must be given every request first. ${asks.sentence}`);
  // What is there is taken as meant; what the release itself needs of it is looked at again.
  const desired = splitOf(state.observed);
  const anew = { ...going, isReady: false, hasAnswered: false, stepSince: null };
  const sentence = `It goes on from what the endpoint serves now: ${describeSplit(desired)}.`;
  return done({ ...withRelease(state, anew), desired, changingTo: null, isStale: true }, release, sentence);
}

/** A person settles what labelled rows could not. */
function accept(state: TargetState, release: Release, word: Word): OperatedRelease {
  if (release.asks?.why !== 'unproven')
    return refuse(
      state,
      `Nothing to accept: only a version whose probation could not say in time is settled on a person's word, and the release is ${release.state}. ${release.sentence}`,
    );
  const { version } = release.model;
  const accepted = advance({ ...release, asks: null, acceptedBy: word }, word.at);
  const entered = enter(accepted, 'serving', word.at, `${word.by}: ${word.reason}`);
  const sentence = `Version ${version} leaves its probation on the word of ${word.by}, without evidence.`;
  return done(withRelease(state, entered), release, sentence);
}

function done(state: TargetState, { releaseId }: Release, sentence: string): OperatedRelease {
  return { state, done: true, sentence, wake: [releaseId] };
}

function refuse(state: TargetState, sentence: string): OperatedRelease {
  return { state, done: false, sentence, wake: [] };
}
