/**
 * A release that was under way when its target lost its state, made anew from what the ledger was told of it. Pure.
 *
 * Owns: where it goes on. Does not own: which releases those are (rebuild-target.ts), what is read for it
 * (shared/dispatch/read-known-target.ts).
 *
 * Invariants, properties in test/unit/release/resume-release.test.ts
 * 1. It goes on at the stage and step where it stood, which begins anew: requests of before are no evidence any more.
 * 2. A way back that was ordered is gone on with. A drill ends, and so does a release whose stage is not known any more.
 * 3. What it may have been given counts as given: requests, and being the champion, whatever the ledger was told of.
 * 4. What its stage has started outside, and the looks of its probation, keep their names: none is begun twice.
 */
import type { PipelineStage } from '../../config/pipeline-stage-schema.ts';
import type { Approval, ReleaseRow } from '../../domain/release-state.ts';
import type { Word } from '../../domain/word.ts';
import { newRelease } from './begin-release.ts';
import { later, msOf, ratchetSays, turnBack, withRelease } from './changes.ts';
import { orderOf } from './outside.ts';
import { stageOf } from './stages.ts';
import type { Candidate, Outside, Release, TargetState } from './state.ts';
import type { Probation } from './trial.ts';

/** What the ledger has of a release that is under way, and what it was to be. */
export interface Interrupted {
  readonly row: ReleaseRow;
  readonly candidate: Candidate;
  /** An order to go back that was taken, and how it is to end; absent: there was none. */
  readonly back?: { readonly word: Word; readonly end: 'rolled-back' | 'rejected' };
}

/** The target with the release as the one that holds it. `state` has the settled versions; `now`: when the ledger was last told of anything. */
export function resumeRelease(
  state: TargetState,
  { row, candidate, back }: Interrupted,
  now: string,
): TargetState {
  const stage = row.stage === null ? candidate.stages.length : findStage(candidate, row);
  const release = restore(row, candidate, Math.max(stage, 0), now);
  const held = withRelease(state, release);
  const turn = (reason: string, end: 'rolled-back' | 'failed') =>
    turnBack(held, release, ratchetSays(reason, now), end);
  if (row.isDrill) return turn('the state of the endpoint was lost while it was drilled', 'failed');
  if (back) return turnBack(held, release, back.word, back.end);
  if (isGoingBack(row)) return turn(row.sentence.replace(/^Goes back: /, ''), 'rolled-back');
  if (stage >= 0) return held;
  const reason = `the state of the endpoint was lost in stage ${row.stage}, which the model file does not have`;
  return turn(reason, 'rolled-back');
}

/** One that waited for its turn. */
export function resumeQueued({ row, candidate }: Interrupted): Release {
  const { startedAt, sentence } = row;
  return { ...newRelease(candidate, startedAt), sentence };
}

const isGoingBack = ({ state, asks }: ReleaseRow): boolean =>
  state === 'rolling-back' || asks === 'no-way-back' || asks === 'stuck';

const findStage = ({ stages }: Candidate, row: ReleaseRow): number =>
  stages.findIndex(({ stage }) => stage === row.stage);

function restore(row: ReleaseRow, candidate: Candidate, stage: number, now: string): Release {
  const { state, since, startedAt, sentence, asks, digest, approvals, isChampion } = row;
  const fresh = newRelease(candidate, startedAt);
  const config = candidate.stages[stage];
  const step = config?.kind === 'canary' ? Math.max(config.steps.indexOf(row.step ?? 0), 0) : 0;
  const servesSince = isChampion ? (row.trail?.find((each) => each.state === 'serving')?.at ?? since) : null;
  const release: Release = {
    ...fresh,
    ...{ state, since, sentence, stage, step, approvals, isChampion, resumedAt: now },
    stageSince: enteredAt(row),
    digest: digest ?? fresh.digest,
    given: givenBefore(row),
    ...(row.package !== undefined && { package: row.package }),
    ...(row.deployment !== undefined && { deployment: row.deployment }),
    ...(servesSince !== null && { servesSince }),
    ...(!isChampion && hasReached(['production'], candidate, stage) && { mayBeChampion: true }),
    hadTraffic: hasReached(['shadow', 'canary', 'production'], candidate, stage),
    // Its checks were looked at: what the step asks of the target was there. It counts from the next look at that.
    ...(row.lastLook && { stepSince: now }),
    asks: asks && { why: asks, sentence, since },
    sentence,
  };
  return { ...release, ...trialsOf(row, release, now), ...outsideOf(row, release) };
}

/** Whether it stands at a stage of such a kind, or past one. */
function hasReached(kinds: readonly (string | undefined)[], { stages }: Candidate, stage: number): boolean {
  return stages.slice(0, stage + 1).some(({ kind }) => kinds.includes(kind));
}

/** When it came to its stage, or to the step of a canary. */
function enteredAt({ trail = [], stage, step, since }: ReleaseRow): string {
  const isElsewhere = (each: (typeof trail)[number]): boolean => each.stage !== stage || each.step !== step;
  return trail[trail.findLastIndex(isElsewhere) + 1]?.at ?? since;
}

/** Approvals of the stages that it has left. */
function givenBefore({ given = [], approvals }: ReleaseRow): readonly Approval[] {
  const keyOf = ({ by, at, binding }: Approval): string => JSON.stringify([by, at, binding]);
  const current = new Set(approvals.map(keyOf));
  return given.filter((each) => !current.has(keyOf(each)));
}

/** Looks that were judged are counted on, each as one that could have settled the version: none spends twice. */
function trialsOf({ probation }: ReleaseRow, release: Release, now: string): Pick<Release, 'trials'> | null {
  const stage = stageOf(release);
  if (!probation || stage?.kind !== 'probation') return null;
  const { job, looks, last, nextAt } = probation;
  const begun = Math.max(looks, Number(/-trial-(\d+)-/.exec(job ?? '')?.[1] ?? 0));
  const trials: Probation = {
    begun,
    begunAt: job ? nextAt : begun === 0 ? '' : later(nextAt, -msOf(stage.every)),
    job: job === null ? null : { name: job, state: 'asked', askAt: now },
    ...{ looks, decisiveLooks: looks, last },
  };
  return { trials };
}

/** It was asked for under a key that is found again. */
function outsideOf({ pipeline }: ReleaseRow, release: Release): { readonly outside: Outside } | null {
  const stage = stageOf(release);
  if (pipeline === undefined || stage?.kind !== 'pipeline') return null;
  const order = orderOf(release, stage satisfies PipelineStage, release.stageSince);
  return {
    outside: {
      ...{ stage, order, run: null, lookedAt: null },
      ...{ cancelledAt: null, hasEnded: false, left: null },
    },
  };
}
