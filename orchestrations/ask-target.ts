/** Asks a target's entity. One that is new is given a state first: what serves is then looked at, not remembered. */
import * as df from 'durable-functions';
import type { TargetConfig } from '../shared/config/release-schema.ts';
import { targetEntity, targetKey } from '../shared/domain/durable-names.ts';
import { callEntity } from './call-entity.ts';
import type { EntityRefusal, IsNew } from './entities.ts';
import { takeStep } from './take-step.ts';
import type { TargetOperations } from './target-operations.ts';

type Accepted<Output> = Exclude<Output, EntityRefusal>;

/** Calls an operation. A refusal is a broken invariant and fails the orchestration. */
export function* askTarget<Name extends keyof TargetOperations>(
  context: df.OrchestrationContext,
  target: Pick<TargetConfig, 'kind' | 'endpoint'>,
  operation: Name,
  input: TargetOperations[Name]['input'],
): Generator<df.Task, Accepted<TargetOperations[Name]['output']>, unknown> {
  type Output = TargetOperations[Name]['output'];
  const entity = new df.EntityId(targetEntity, targetKey(target));
  const first = yield* callEntity<Output | IsNew>(context, entity, operation, input);
  if (!isNew(first)) return first as Accepted<Output>;
  const state = yield* takeStep(context, 'rebuild-target', { endpoint: target.endpoint });
  yield* callEntity(context, entity, 'rebuild', { state });
  const second = yield* callEntity<Output | IsNew>(context, entity, operation, input);
  if (isNew(second))
    throw new Error(`entity ${entity.name} ${entity.key} has no state after it was given one`);
  return second as Accepted<Output>;
}

function isNew(answer: unknown): answer is IsNew {
  return typeof answer === 'object' && answer !== null && 'isNew' in answer;
}
