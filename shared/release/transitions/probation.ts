/**
 * A version on probation: it serves, and is judged again and again by the labelled rows of production that have come. Pure.
 *
 * Owns: when a look begins, what it is asked, and what its outcome means. Does not own: the judgement (shared/gates), the
 * job (orchestrations), the watch over the endpoint, which goes on as in the stage before.
 *
 * Invariants, each a property in test/unit/release/probation.test.ts
 * 1. Only a look whose gates passed, by at least as many labelled rows as the stage asks, or a person's word leads on.
 * 2. A look that cannot say changes nothing; at the deadline a person is asked, and that ends nothing by itself.
 * 3. One look goes on at a time, under a name that a repetition finds again. What it may spend of the error is told by
 *    its number, so that one that is judged twice spends it once.
 * 4. A release that ends has seen the job of its latest look end, or says that it was not.
 */
import type { ProbationStage } from '../../config/probation-schema.ts';
import { trialIdOf } from '../../domain/durable-names.ts';
import { jobNameOf } from '../../domain/job-name.ts';
import type { TrialResult } from '../../domain/look-result.ts';
import type { ProbationRow } from '../../domain/release-state.ts';
import {
  advance,
  askPerson,
  enter,
  findWayBack,
  later,
  msOf,
  ratchetSays,
  turnBack,
  withRelease,
} from './changes.ts';
import type { NextAnswer, ReleaseAction, ReleaseEvent } from './deeds.ts';
import { waitFor } from './moves.ts';
import { stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';
import type { Probation, TrialStart } from './trial.ts';

const none: Probation = {
  begun: 0,
  begunAt: '',
  job: null,
  looks: 0,
  decisiveLooks: 0,
  last: null,
};

const trialsOf = ({ trials }: Release): Probation => trials ?? none;

/** A job that was just asked about is left alone for so long at least, and one that cannot be asked about for longer. */
const shortestMs = 10_000;
const refusedMs = 600_000;

/** What a version on probation does next, and how long it waits for that. */
export function onProbation(
  state: TargetState,
  release: Release,
  stage: ProbationStage,
  now: string,
): NextAnswer {
  const trials = trialsOf(release);
  const { job } = trials;
  if (job && (job.state === 'asked' || job.askAt <= now))
    return { state, action: goOnWith(state, release, stage) };
  const until = deadlineOf(release, stage);
  const nextAt = nextTrialAt(release, stage);
  if (!job && nextAt <= now) return begin(state, release, stage, now);
  const isOver = now >= until && (job ? now >= later(until, msOf(stage.every)) : trials.begunAt >= until);
  const asking =
    isOver || release.asks ? askPerson(release, 'unproven', describeUnproven(release, stage), now) : null;
  const sentence = asking?.sentence ?? describeWait(release, stage, until, nextAt);
  const waiting = asking ?? enter(release, 'probation', now, sentence);
  return waitFor(state, waiting, now, sentence, [job?.askAt ?? nextAt]);
}

/** A look at the deadline is the last before a person is asked; it goes on being looked at meanwhile. */
function nextTrialAt(release: Release, stage: ProbationStage): string {
  const last = trialsOf(release).begunAt || release.stageSince;
  const until = deadlineOf(release, stage);
  const next = later(last, msOf(stage.every));
  return last < until && until < next ? until : next;
}

const deadlineOf = ({ holdsUntil, stageSince }: Release, stage: ProbationStage): string =>
  holdsUntil ?? later(stageSince, msOf(stage.until.atMost));

function begin(state: TargetState, release: Release, stage: ProbationStage, now: string): NextAnswer {
  const trials = trialsOf(release);
  const begun = trials.begun + 1;
  const name = jobNameOf({ runId: trialIdOf(release.releaseId, begun), phase: 'evaluate' });
  const started: Release = {
    ...release,
    // Written down before it is asked for: whatever dies then, its job is found by its name.
    trials: { ...trials, begun, begunAt: now, job: { name, state: 'asked', askAt: now } },
  };
  const entered = release.asks ? started : enter(started, 'probation', now, `Begins look ${begun}.`);
  return { state: withRelease(state, entered), action: goOnWith(state, started, stage) };
}

/** What the job of the latest look asks for. */
function goOnWith(state: TargetState, release: Release, stage: ProbationStage): ReleaseAction {
  const { begun, looks, decisiveLooks, job } = trialsOf(release);
  const basis = release.probation!;
  const trialId = trialIdOf(release.releaseId, begun);
  const champion = findWayBack(state, release)?.model ?? null;
  switch (job!.state) {
    case 'asked': {
      const trial: TrialStart = {
        ...{ trialId, stage: stage.stage, challenger: release.model, champion },
        since: release.servesSince ?? release.stageSince,
        data: { path: stage.data, ...basis.data },
        job: stage.evaluation ?? basis.evaluation,
      };
      return { do: 'begin-trial', trial };
    }
    case 'running':
      return { do: 'watch-trial', jobName: job!.name };
    case 'succeeded': {
      const { task, evaluation } = basis;
      const numbers = { look: looks + 1, decisiveLook: decisiveLooks + 1 };
      const { gates, until } = stage;
      const asked = { ...{ trialId, task, evaluation, gates }, labels: until.labels, ...numbers };
      return { do: 'judge-trial', trial: { ...asked, hasChampion: champion !== null } };
    }
  }
}

type TrialEvent = Extract<ReleaseEvent, { event: 'trial-seen' | 'trial-judged' }>;

/** What became of a look. What is told of one that is over changes nothing. */
export function takeTrial(state: TargetState, release: Release, event: TrialEvent, now: string): TargetState {
  const stage = stageOf(release);
  const trials = trialsOf(release);
  const { job } = trials;
  if (stage?.kind !== 'probation' || !job || release.back) return state;
  if (event.event === 'trial-judged') return takeResult(state, release, stage, event, now);
  if (event.state === 'gone') return cannotSay(state, release, event.why, now);
  const pauseMs = event.state === 'running' ? pauseOf(release, now) : 0;
  const seen = { ...job, state: event.state, askAt: later(now, pauseMs) };
  return withRelease(state, { ...release, trials: { ...trials, job: seen } });
}

/** The release is awake at each look at its target anyway. */
function pauseOf({ trials, target }: Release, now: string): number {
  const ageMs = Date.parse(now) - Date.parse(trials!.begunAt);
  return Math.min(Math.max(ageMs / 4, shortestMs), msOf(target.lookEvery));
}

function takeResult(
  state: TargetState,
  release: Release,
  stage: ProbationStage,
  { result, isDecisive }: Extract<TrialEvent, { event: 'trial-judged' }>,
  now: string,
): TargetState {
  const trials = trialsOf(release);
  const judged: Release = {
    ...release,
    trials: {
      ...trials,
      job: null,
      looks: trials.looks + 1,
      decisiveLooks: trials.decisiveLooks + (isDecisive ? 1 : 0),
      last: result,
    },
  };
  if (result.verdict === 'failed') {
    const word = ratchetSays(`on probation, ${result.sentence}`, now);
    return turnBack(withRelease(state, judged), judged, word, 'rolled-back');
  }
  const isProven = result.verdict === 'passed' && isDecisive && (result.labels ?? 0) >= stage.until.labels;
  const provenBy = trialIdOf(release.releaseId, trials.begun);
  // Somebody else's change is answered first.
  if (!isProven || (release.asks && release.asks.why !== 'unproven')) return withRelease(state, judged);
  return withRelease(state, {
    ...advance({ ...judged, asks: null, provenBy }, now),
    sentence: result.sentence,
  });
}

/** The look is over, and nothing was judged: it spends nothing. */
function cannotSay(state: TargetState, release: Release, why: string, now: string): TargetState {
  const last: TrialResult = { at: now, verdict: 'inconclusive', sentence: why, labels: null };
  return withRelease(state, { ...release, trials: { ...trialsOf(release), job: null, last } });
}

/** A step of a look was refused for good. */
export function takeTrialRefusal(
  state: TargetState,
  release: Release,
  did: ReleaseAction['do'],
  why: string,
  now: string,
): TargetState {
  const trials = trialsOf(release);
  // Only a job that is not there is over: any other may run, and is asked about again.
  if (did !== 'watch-trial' || !trials.job || why.startsWith('not-found:'))
    return cannotSay(state, release, why, now);
  const job = { ...trials.job, askAt: later(now, refusedMs) };
  return withRelease(state, { ...release, trials: { ...trials, job } });
}

/** Before a release ends, the job of its latest look is seen to end. Null: there is none. */
export function endTrialFirst(state: TargetState, release: Release, now: string): NextAnswer | null {
  const { trials } = release;
  if (!trials?.job) return null;
  const { job } = trials;
  const since = job.endingSince ?? now;
  const ending = { ...release, trials: { ...trials, job: { ...job, endingSince: since } } };
  if (job.endingSince !== undefined && job.askAt > now)
    return { state: withRelease(state, ending), action: { do: 'wait', until: job.askAt } };
  return { state: withRelease(state, ending), action: { do: 'end-trial', jobName: job.name, since } };
}

export function takeTrialEnd(
  state: TargetState,
  release: Release,
  { isOver, why }: Extract<ReleaseEvent, { event: 'trial-ended' }>,
  now: string,
): TargetState {
  const { trials } = release;
  if (!trials?.job) return state;
  if (isOver)
    return withRelease(state, {
      ...release,
      trials: { ...trials, job: null, ...(why !== '' && { unseen: why }) },
    });
  const waitedMs = Date.parse(now) - Date.parse(trials.job.endingSince ?? now);
  const pauseMs = Math.min(Math.max(waitedMs / 2, shortestMs), refusedMs);
  const job = { ...trials.job, askAt: later(now, pauseMs) };
  return withRelease(state, { ...release, trials: { ...trials, job } });
}

function describeWait(release: Release, stage: ProbationStage, until: string, nextAt: string): string {
  const { job, last } = trialsOf(release);
  const next = job ? `Look under way: job ${job.name}` : `Next look at ${nextAt}`;
  const so = last ? ` Last look, at ${last.at}: ${last.verdict}: ${last.sentence}` : '';
  return `On probation until ${stage.until.labels} labelled rows have passed, at most until ${until}. ${next}.${so}`;
}

function describeUnproven(release: Release, { until }: ProbationStage): string {
  const { last } = trialsOf(release);
  const so = last ? ` The last look, at ${last.at}: ${last.verdict}: ${last.sentence}` : '';
  return `Version ${release.model.version} serves, and its probation could not say in time, by ${until.labels} labelled rows, whether it does well.${so}`;
}

/** What is to be said at the end of a release of a job that was not seen to end. */
export const describeUnseen = ({ trials }: Release): string => (trials?.unseen ? ` ${trials.unseen}` : '');

/** For the ledger; undefined where the release is not on probation. */
export function describeProbation(release: Release): ProbationRow | undefined {
  const stage = stageOf(release);
  if (stage?.kind !== 'probation') return undefined;
  const { job, looks, last, begunAt } = trialsOf(release);
  return {
    needs: stage.until.labels,
    until: deadlineOf(release, stage),
    nextAt: job ? begunAt : nextTrialAt(release, stage),
    job: job?.name ?? null,
    ...{ looks, last },
  };
}
