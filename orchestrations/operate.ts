/**
 * operate: carries out an operator's word on a model or on the fleet, and writes it down whether it changed anything
 * or not.
 */
import * as df from 'durable-functions';
import { parseDurationMs } from '../shared/config/duration.ts';
import {
  type FleetAction,
  isReleaseOrder,
  type ModelAction,
  type Operation,
  type PurgeAction,
} from '../shared/domain/operation.ts';
import { askFleet, askModel } from './ask-model.ts';
import { operateGlass } from './operate-glass.ts';
import { operateTarget, type ReleaseOfModel } from './operate-target.ts';
import { lasting, twoMinutesMs } from './patience.ts';
import { rebuildModel } from './rebuild.ts';
import { messageOf, now, takeStep } from './take-step.ts';
import { wake } from './wake.ts';

/** Input of the orchestration: an operation before it is carried out. */
interface OperationRequest extends Pick<Operation, 'id' | 'model' | 'action' | 'by' | 'actor' | 'reason'> {
  /** What an order about a release is about; absent of other operations. */
  readonly release?: ReleaseOfModel;
}

df.app.orchestration('operate', function* (context) {
  const request = context.df.getInput<OperationRequest>();
  if (!request) throw new Error('operate was started without an operation');
  const at = now(context);
  const { done, sentence } = yield* carryOutOrSay(context, request, at);
  const { release: _, ...said } = request;
  const operation: Operation = { ...said, at, done, sentence };
  yield* takeStep(context, 'record-operation', operation);
  return operation;
});

/** An operation that fails is written down as one that did nothing: its operator reads why. */
function* carryOutOrSay(
  context: df.OrchestrationContext,
  request: OperationRequest,
  at: string,
): ReturnType<typeof carryOut> {
  try {
    return yield* carryOut(context, request, at);
  } catch (error) {
    const sentence = `Failed: ${messageOf(error)}. The operation may be asked for again.`;
    if (!context.df.isReplaying) context.error(`operation ${request.id}: ${sentence}`);
    return { done: false, sentence };
  }
}

function* carryOut(
  context: df.OrchestrationContext,
  { id, model, action, by, actor, reason, release }: OperationRequest,
  at: string,
): Generator<df.Task, { done: boolean; sentence: string }, unknown> {
  const word = { by, ...(actor && { actor }), reason, now: at };
  if (action.action === 'purge') return yield* operatePurge(context, action, at);
  if (model === null) return yield* askFleet(context, 'operate', { action: action as FleetAction, word });
  if (action.action === 'rebuild') return yield* operateRebuild(context, model);
  if (action.action === 'break-glass') return yield* operateGlass(context, model, action.runId, word);
  if (isReleaseOrder(action))
    return yield* operateTarget(context, { model, action, by, actor, reason, release, id }, at);
  const answer = yield* askModel(context, model, 'operate', { action: action as ModelAction, word });
  if (answer.cancelRunId !== null) {
    const because = `${by} cancelled it (${reason})`;
    try {
      yield* takeStep(
        context,
        'cancel-run',
        { runId: answer.cancelRunId, because },
        lasting(context, twoMinutesMs),
      );
    } catch (error) {
      const sentence = `Run ${answer.cancelRunId} could not be notified that it is cancelled: ${messageOf(error)}; cancel it again.`;
      return { done: false, sentence };
    }
  }
  const { answeredRunId } = answer;
  if (answeredRunId !== undefined) yield* takeStep(context, 'answer-run', { runId: answeredRunId });
  yield* wake(context, answer.wake);
  return answer;
}

function* operatePurge(
  context: df.OrchestrationContext,
  { olderThan }: PurgeAction,
  at: string,
): Generator<df.Task, { done: boolean; sentence: string }, unknown> {
  const before = new Date(Date.parse(at) - (parseDurationMs(olderThan) ?? Number.NaN)).toISOString();
  const { purged } = yield* takeStep(context, 'purge-histories', { before }, lasting(context, twoMinutesMs));
  const which = `that have ended and began before ${before}`;
  if (purged === 0)
    return { done: false, sentence: `Nothing to purge: there are no orchestrations ${which}.` };
  const said = `Purged the histories of ${purged} orchestrations ${which}. The ledger keeps what it has of them.`;
  return { done: true, sentence: said };
}

/** It waits where ledger or registry is unavailable, as what a new entity waits for. */
function* operateRebuild(
  context: df.OrchestrationContext,
  model: string,
): Generator<df.Task, { done: boolean; sentence: string }, unknown> {
  const { changes } = yield* rebuildModel(context, model);
  if (changes.length === 0) {
    const sentence = 'Nothing to rebuild: the state has all that ledger and registry know.';
    return { done: false, sentence };
  }
  const said = changes.map(({ what, before, after }) => `${what}: ${before} -> ${after}`);
  return { done: true, sentence: `Rebuilt from ledger and registry. ${said.join('; ')}.` };
}
