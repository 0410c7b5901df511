/** Asks a target's entity. One that is new is given a state first: what serves is then looked at, not remembered. */
import * as df from 'durable-functions';
import type { Accepted } from '../shared/admission/entities.ts';
import type { TargetConfig } from '../shared/config/target-schema.ts';
import { targetEntity, targetKey } from '../shared/domain/durable-names.ts';
import { askEntity } from './ask-model.ts';
import { callEntity } from './call-entity.ts';
import { takeStep } from './take-step.ts';
import type { TargetOperations } from './target-operations.ts';

/** Calls an operation. A refusal is a broken invariant and fails the orchestration. */
export function* askTarget<Name extends keyof TargetOperations>(
  context: df.OrchestrationContext,
  target: Pick<TargetConfig, 'endpoint'>,
  operation: Name,
  input: TargetOperations[Name]['input'],
): Generator<df.Task, Accepted<TargetOperations[Name]['output']>, unknown> {
  const entity = new df.EntityId(targetEntity, targetKey(target));
  return yield* askEntity(context, entity, operation, input, function* rebuild() {
    const state = yield* takeStep(context, 'rebuild-target', { endpoint: target.endpoint });
    yield* callEntity(context, entity, 'rebuild', { state });
  });
}
