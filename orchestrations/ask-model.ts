import * as df from 'durable-functions';
import { fleetEntity, modelEntity } from '../shared/domain/durable-names.ts';
import type { EntityRefusal, FleetOperations, ModelOperations } from './entities.ts';

type Accepted<Output> = Exclude<Output, EntityRefusal>;

/** Calls an operation of a model's entity. A refusal is a broken invariant and fails the orchestration. */
export function* askModel<Name extends keyof ModelOperations>(
  context: df.OrchestrationContext,
  model: string,
  operation: Name,
  input: ModelOperations[Name]['input'],
): Generator<df.Task, Accepted<ModelOperations[Name]['output']>, unknown> {
  return yield* askEntity(context, new df.EntityId(modelEntity, model), operation, input);
}

/** The same of the fleet's entity. */
export function* askFleet<Name extends keyof FleetOperations>(
  context: df.OrchestrationContext,
  operation: Name,
  input: FleetOperations[Name]['input'],
): Generator<df.Task, Accepted<FleetOperations[Name]['output']>, unknown> {
  return yield* askEntity(context, new df.EntityId(fleetEntity, 'fleet'), operation, input);
}

function* askEntity<Output>(
  context: df.OrchestrationContext,
  entity: df.EntityId,
  operation: string,
  input: unknown,
): Generator<df.Task, Accepted<Output>, unknown> {
  const answer = (yield context.df.callEntity(entity, operation, input)) as Output | EntityRefusal;
  if (typeof answer === 'object' && answer !== null && 'refused' in answer) throw new Error(answer.refused);
  return answer as Accepted<Output>;
}
