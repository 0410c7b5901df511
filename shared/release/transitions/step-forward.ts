/** A release's next step on the way forward, stage by stage. Pure. The invariants are those of next-step.ts. */
import type { ApprovalStage, JudgedStage, NotifyStage, ProductionStage } from '../../config/stage-schema.ts';
import type { ReleaseState, Split } from '../../domain/release-state.ts';
import { deadlineOf, escalatesAt, findAlarms, sortApprovals } from './approval.ts';
import { advance, askPerson, enter, later, msOf, ratchetSays, turnBack, withRelease } from './changes.ts';
import type { NextAnswer, NextQuestion } from './deeds.ts';
import { endDrill } from './drill.ts';
import { drillFirst } from './drill-first.ts';
import { findDueLook } from './due-look.ts';
import { endSettled } from './end-settled.ts';
import { forward, waitFor } from './moves.ts';
import { explainOther, withOffered } from './offered.ts';
import { runPipeline } from './outside.ts';
import { onProbation } from './probation.ts';
import { describeSplit, findStable, giveShare, isSame, splitOf } from './splits.ts';
import { stageOf } from './stages.ts';
import type { Release, TargetState } from './state.ts';

/** The target has just been looked at, and nothing is under way. */
export function stepForward(state: TargetState, release: Release, question: NextQuestion): NextAnswer {
  const { now } = question;
  const look = findDueLook(state, release, now);
  if (look) return { state, action: { do: 'look', look } };
  const stage = stageOf(release);
  // What is not proven yet may still be.
  const isAskedOfProbation = stage?.kind === 'probation' && release.asks?.why === 'unproven';
  if (release.asks && !isAskedOfProbation) return waitFor(state, release, now, release.asks.sentence, []);
  if (release.hasPassedDrill) return endDrill(state, release, now);
  const drilling = drillFirst(state, release, now);
  if (drilling) return drilling;
  if (!release.isReady) {
    const { deployment, model, digest, noRoom } = release;
    const isFirst = release.deployingSince === null;
    const deploy = { do: 'deploy', deployment, model, digest, isFirst } as const;
    const sentence = noRoom ?? `Deploys version ${model.version}.`;
    const advance = { enters: 'deploying', sentence } as const;
    return forward(state, release, question, advance, deploy);
  }
  if (!release.hasAnswered) {
    const { deployment, model } = release;
    return { state, action: { do: 'ask-version', deployment, model } };
  }
  if (release.drill) return endDrill(state, release, now);
  const isPromoted = release.stages.slice(0, release.stage).some(({ kind }) => kind === 'production');
  const promoting = isPromoted ? serveEverybody(state, release, question) : null;
  if (promoting) return promoting;
  switch (stage?.kind) {
    case undefined:
    case 'notify':
      return stage ? notify(state, release, stage, question) : endSettled(state, release, now);
    case 'approval':
      return approve(state, release, stage, question);
    case 'shadow':
    case 'canary':
      return tryOut(state, release, stage, question);
    case 'production':
      return promote(state, release, stage, question);
    case 'pipeline':
      return runPipeline(state, release, stage, question);
    case 'probation':
      return onProbation(state, release, stage, now);
  }
}

function notify(
  state: TargetState,
  release: Release,
  stage: NotifyStage,
  question: NextQuestion,
): NextAnswer {
  const advance = { enters: 'notifying', sentence: `Tells ${stage.stage}.` } as const;
  const { provenBy } = release;
  return forward(state, release, question, advance, { do: 'notify', stage, ...(provenBy && { provenBy }) });
}

/** Goes on to the next stage at once. */
function goOn(state: TargetState, release: Release, question: NextQuestion): NextAnswer {
  const next = advance(release, question.now);
  return stepForward(withRelease(state, next), next, question);
}

function approve(
  state: TargetState,
  release: Release,
  stage: ApprovalStage,
  question: NextQuestion,
): NextAnswer {
  const { now } = question;
  const { valid } = sortApprovals(release);
  if (valid.length >= stage.need) return goOn(state, release, question);
  const until = deadlineOf(release, stage);
  if (now >= until) {
    const reason = `stage ${stage.stage} was approved by ${valid.length} of ${stage.need} people until ${until}`;
    const next =
      stage.end === 'ask'
        ? withRelease(state, askPerson(release, 'not-approved', sentenceOf(reason), now))
        : turnBack(state, release, ratchetSays(reason, now), 'rejected');
    return { state: next, action: { do: 'wait', until: now } };
  }
  const waiting = withOffered(enter(release, 'waiting-for-approval', now, release.sentence));
  return waitFor(state, waiting, now, describeWait(waiting, stage, now), findAlarms(release, stage, now));
}

const sentenceOf = (reason: string): string => `${reason[0]!.toUpperCase()}${reason.slice(1)}.`;

function describeWait(release: Release, stage: ApprovalStage, now: string): string {
  const { valid, voided } = sortApprovals(release);
  const escalated = escalatesAt(release, stage);
  return [
    `Waits for approval of stage ${stage.stage} until ${deadlineOf(release, stage)}: ${valid.length} of ${stage.need}.`,
    ...(escalated !== null && now >= escalated ? [`Escalated at ${escalated}.`] : []),
    ...voided.map(({ by, binding }) => `The approval of ${by} is void: ${explainOther(release, binding)}.`),
  ].join(' ');
}

function tryOut(
  state: TargetState,
  release: Release,
  stage: JudgedStage,
  question: NextQuestion,
): NextAnswer {
  const desired = state.desired!;
  // Where nobody else serves, there is nobody to compare with and nothing to lose.
  if (findStable(desired.traffic, release.deployment) === null) return goOn(state, release, question);
  const asked = askOf(release, stage, desired);
  if (!isSame(splitOf(state.observed!), asked) || !isSame(desired, asked))
    return shift(state, release, question, stage.kind, asked);
  return stay(state, release, question.now, `Serves ${describeSplit(asked)} for ${stage.for}.`);
}

function askOf(release: Release, stage: JudgedStage, { traffic }: Split): Split {
  if (stage.kind === 'shadow') return { traffic, mirror: { [release.deployment]: stage.percent } };
  return { traffic: giveShare(release, stage.steps[release.step]!, traffic), mirror: {} };
}

function promote(
  state: TargetState,
  release: Release,
  stage: ProductionStage,
  question: NextQuestion,
): NextAnswer {
  const { now } = question;
  const promoting = serveEverybody(state, release, question);
  if (promoting) return promoting;
  const until = later(release.stepSince ?? now, msOf(stage.keepOld));
  if (release.stepSince !== null && now >= until) return goOn(state, release, question);
  const serving = enter(release, 'serving', now, release.sentence);
  return stay(state, serving, now, `Answers every request; the version before is kept until ${until}.`, [
    until,
  ]);
}

/** Null: it does, and is the champion. */
function serveEverybody(state: TargetState, release: Release, question: NextQuestion): NextAnswer | null {
  const asked: Split = { traffic: { [release.deployment]: 100 }, mirror: {} };
  if (!isSame(splitOf(state.observed!), asked) || !isSame(state.desired!, asked))
    return shift(state, release, question, 'promoting', asked);
  return release.isChampion ? null : { state, action: { do: 'crown', champion: release.model } };
}

function shift(
  state: TargetState,
  release: Release,
  question: NextQuestion,
  enters: ReleaseState,
  to: Split,
): NextAnswer {
  const before = release.before ?? state.desired;
  // Where everybody will hear its answers it is asked once more.
  const hasAnswered = enters !== 'promoting';
  const advance = {
    enters,
    sentence: `Gives requests to ${describeSplit(to)}.`,
    changes: { hadTraffic: true, before, hasAnswered },
  };
  const next = forward(state, release, question, advance, {
    do: 'shift',
    to,
    ...(release.package !== undefined && { verify: { model: release.model, package: release.package } }),
  });
  return next.action.do === 'shift' ? { ...next, state: { ...next.state, changingTo: to } } : next;
}

/** The step has begun, and goes on. */
function stay(
  state: TargetState,
  release: Release,
  now: string,
  sentence: string,
  alarms: readonly string[] = [],
): NextAnswer {
  return waitFor(state, { ...release, stepSince: release.stepSince ?? now }, now, sentence, alarms);
}
