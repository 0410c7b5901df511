/** Carries out what people order of a release: tells the target's entity, and wakes whom it concerns. */
import type * as df from 'durable-functions';
import type { ReleaseConfig } from '../shared/config/release-schema.ts';
import type { Policy } from '../shared/config/schema.ts';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import type { Actor } from '../shared/domain/actor.ts';
import { rollBackReleaseId } from '../shared/domain/durable-names.ts';
import type { NoticeAddress } from '../shared/domain/notice.ts';
import { isQuarantine, type TargetAction } from '../shared/domain/operation.ts';
import { startOf } from '../shared/release/transitions/start-of.ts';
import { askTarget } from './ask-target.ts';
import { afterwards } from './insist.ts';
import { none } from './patience.ts';
import { takeStep } from './take-step.ts';

/** The release part of a model file, and what else a rollback takes from it. */
export interface ReleaseOfModel {
  readonly target: TargetConfig;
  readonly stages: ReleaseConfig['stages'];
  readonly freezes: Policy['freezes'];
  readonly configHash: string;
  readonly notices?: readonly NoticeAddress[];
}

interface TargetOrder {
  readonly id: string;
  readonly model: string;
  readonly action: TargetAction;
  readonly by: string;
  readonly actor?: Actor | undefined;
  readonly reason: string;
  readonly release: ReleaseOfModel | undefined;
}

export function* operateTarget(
  context: df.OrchestrationContext,
  { id, model, action, by, actor, reason, release }: TargetOrder,
  at: string,
): Generator<df.Task, { done: boolean; sentence: string }, unknown> {
  if (!release) throw new Error(`operation ${id} names no target`);
  const word = { by, ...(actor && { actor }), reason, at };
  if (isQuarantine(action)) {
    const order = { version: action.version, lift: action.action === 'lift-quarantine', word };
    const { done, sentence, wake } = yield* askTarget(context, release.target, 'quarantine', order);
    yield* takeStep(context, 'wake-releases', { releases: wake });
    const { version } = action;
    const { endpoint } = release.target;
    yield* afterwards(context, `marking version ${version} of model ${model}`, () =>
      takeStep(context, 'mark-version', { name: model, version, endpoint }, none),
    );
    return { done, sentence };
  }
  if (action.action !== 'roll-back' && action.action !== 'drill') {
    const { done, sentence, wake } = yield* askTarget(context, release.target, 'operate', {
      order: action,
      word,
    });
    yield* takeStep(context, 'wake-releases', { releases: wake });
    return { done, sentence };
  }
  const releaseId = rollBackReleaseId({ id, model, at });
  const order = { word, releaseId, model, ...release };
  const { done, sentence, wake, candidate } =
    action.action === 'drill'
      ? yield* askTarget(context, release.target, 'drill', order)
      : yield* askTarget(context, release.target, 'rollBack', { version: action.version, ...order });
  yield* takeStep(context, 'wake-releases', { releases: wake });
  if (candidate) {
    yield* takeStep(context, 'start-release', startOf(candidate));
  }
  return { done, sentence };
}
