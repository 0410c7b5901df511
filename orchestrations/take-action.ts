/** Does what a release does next, and answers what became of it. */
import type * as df from 'durable-functions';
import type { ReleaseAction, ReleaseEvent } from '../shared/release/transitions/deeds.ts';
import { startOf } from '../shared/release/transitions/start-of.ts';
import { askModel } from './ask-model.ts';
import { tryOnce } from './end-job.ts';
import type { Patience } from './patience.ts';
import type { ReleaseWalk } from './release-walk.ts';
import { now, takeStep } from './take-step.ts';

type Deed = Exclude<ReleaseAction, { readonly do: 'wait' | 'end' | 'ask-hold' }>;

/** Fails with a StepFailure where it is refused, or away for longer than `patience` lasts. */
export function* takeAction(
  walk: ReleaseWalk,
  action: Deed,
  patience: Patience,
): Generator<df.Task, ReleaseEvent, unknown> {
  const { context, target, releaseId } = walk;
  switch (action.do) {
    case 'observe': {
      const observed = yield* takeStep(context, 'observe-target', { target }, patience);
      return { event: 'observed', observed };
    }
    case 'deploy': {
      const { deployment, model, digest, isFirst } = action;
      const asked = { target, deployment, model, digest, isFirst, releaseId };
      return { event: 'deployed', ...(yield* takeStep(context, 'deploy-version', asked, patience)) };
    }
    case 'ask-version': {
      const { deployment, model } = action;
      const asked = { target, deployment, model, releaseId };
      return { event: 'answered', ...(yield* takeStep(context, 'ask-version', asked, patience)) };
    }
    case 'shift': {
      const { to, verify } = action;
      const asked = { target, to, ...(verify && { verify }) };
      const answer = yield* takeStep(context, 'shift-traffic', asked, patience);
      return answer ? { event: 'unverified', why: answer.unverified } : { event: 'shifted' };
    }
    case 'look': {
      const look = yield* takeStep(context, 'look-at-requests', { target, look: action.look }, patience);
      return { event: 'looked', look };
    }
    case 'notify':
      return yield* notify(walk, action, patience);
    case 'start-pipeline':
    case 'watch-pipeline':
    case 'cancel-pipeline': {
      const { do: did, ...asked } = action;
      return {
        event: 'pipeline',
        did,
        key: action.order.key,
        seen: yield* takeStep(context, did, asked, patience),
      };
    }
    case 'begin-trial':
      return { event: 'trial-seen', ...(yield* takeStep(context, 'begin-trial', action.trial, patience)) };
    case 'watch-trial':
      return yield* watchTrial(context, action.jobName, patience);
    case 'judge-trial': {
      const { isDecisive, result } = yield* takeStep(context, 'judge-trial', action.trial, patience);
      return { event: 'trial-judged', isDecisive, result: { at: now(context), ...result } };
    }
    case 'end-trial': {
      const { state, isOver } = yield* tryOnce(context, action.jobName, Date.parse(action.since));
      return { event: 'trial-ended', isOver, why: state.ended ? '' : state.error };
    }
    case 'start-drill':
      yield* takeStep(context, 'start-release', startOf(action.candidate), patience);
      return { event: 'drill-started' };
    case 'crown':
      return yield* crown(walk, action);
    case 'retire': {
      const { deployment } = action;
      yield* takeStep(context, 'retire-deployment', { target, deployment }, patience);
      return { event: 'retired' };
    }
  }
}

function* notify(
  { context, runId, model, previous, gateReportHash }: ReleaseWalk,
  { stage, provenBy, withdrawn }: Extract<Deed, { do: 'notify' }>,
  patience: Patience,
): Generator<df.Task, ReleaseEvent, unknown> {
  const notice = {
    // No name of a stage has an underscore.
    releaseId: `${runId}-${stage.stage}${withdrawn ? '_back' : ''}`,
    ...{ runId, stage: stage.stage, model, previous, gateReportHash },
    ...(provenBy && { provenBy }),
    ...(withdrawn && { withdrawn }),
    releasedAt: now(context),
  };
  yield* takeStep(context, 'publish-release', { stage, notice }, patience);
  return { event: 'notified' };
}

function* watchTrial(
  context: df.OrchestrationContext,
  jobName: string,
  patience: Patience,
): Generator<df.Task, ReleaseEvent, unknown> {
  const { ended, succeeded, status, error } = yield* takeStep(context, 'get-job', { jobName }, patience);
  if (!ended) return { event: 'trial-seen', state: 'running', why: '' };
  const why = succeeded ? '' : `Job ${jobName} ended ${status}${error && `: ${error}`}.`;
  return { event: 'trial-seen', state: succeeded ? 'succeeded' : 'gone', why };
}

/** The model's entity knows who its champion is. */
function* crown(
  { context, model }: ReleaseWalk,
  { champion }: Extract<Deed, { do: 'crown' }>,
): Generator<df.Task, ReleaseEvent, unknown> {
  const isForward = champion?.version === model.version;
  yield* askModel(context, model.name, 'crown', { champion, isForward, now: now(context) });
  return { event: 'crowned' };
}
