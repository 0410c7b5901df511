/**
 * Asks the entities. One that is new is given its state first, as far as ledger and registry know it: after the task
 * hub was lost, "no champion" and "nothing in force" are not true because the entity says so.
 */
import * as df from 'durable-functions';
import type { Accepted, FleetOperations, IsNew, ModelOperations } from '../shared/admission/entities.ts';
import { fleetEntity, modelEntity } from '../shared/domain/durable-names.ts';
import { callEntity } from './call-entity.ts';
import { rebuildFleet, rebuildModel } from './rebuild.ts';

/** Calls an operation of a model's entity. A refusal is a broken invariant and fails the orchestration. */
export function* askModel<Name extends keyof ModelOperations>(
  context: df.OrchestrationContext,
  model: string,
  operation: Name,
  input: ModelOperations[Name]['input'],
): Generator<df.Task, Accepted<ModelOperations[Name]['output']>, unknown> {
  const entity = new df.EntityId(modelEntity, model);
  return yield* askEntity(context, entity, operation, input, () => rebuildModel(context, model));
}

/** The same of the fleet's entity. */
export function* askFleet<Name extends keyof FleetOperations>(
  context: df.OrchestrationContext,
  operation: Name,
  input: FleetOperations[Name]['input'],
): Generator<df.Task, Accepted<FleetOperations[Name]['output']>, unknown> {
  const entity = new df.EntityId(fleetEntity, 'fleet');
  return yield* askEntity(context, entity, operation, input, () => rebuildFleet(context));
}

/** Calls an operation; an entity without a state is given one by `rebuild` first. */
export function* askEntity<Output>(
  context: df.OrchestrationContext,
  entity: df.EntityId,
  operation: string,
  input: unknown,
  rebuild: () => Generator<df.Task, unknown, unknown>,
): Generator<df.Task, Accepted<Output>, unknown> {
  const first = yield* callEntity<Output | IsNew>(context, entity, operation, input);
  if (!isNew(first)) return first as Accepted<Output>;
  yield* rebuild();
  const second = yield* callEntity<Output | IsNew>(context, entity, operation, input);
  if (isNew(second))
    throw new Error(`entity ${entity.name} ${entity.key} has no state after it was given one`);
  return second as Accepted<Output>;
}

function isNew(answer: unknown): answer is IsNew {
  return typeof answer === 'object' && answer !== null && 'isNew' in answer;
}
