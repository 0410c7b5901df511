import * as df from 'durable-functions';
import { type EntityRefusal, type ModelOperations, modelEntity } from './model-entity.ts';

type Answered<Name extends keyof ModelOperations> = Exclude<ModelOperations[Name]['output'], EntityRefusal>;

/** Calls an operation of a model's entity. A refusal is a broken invariant and fails the orchestration. */
export function* askModel<Name extends keyof ModelOperations>(
  context: df.OrchestrationContext,
  model: string,
  operation: Name,
  input: ModelOperations[Name]['input'],
): Generator<df.Task, Answered<Name>, unknown> {
  const entity = new df.EntityId(modelEntity, model);
  const answer = (yield context.df.callEntity(entity, operation, input)) as ModelOperations[Name]['output'];
  if ('refused' in answer) throw new Error(answer.refused);
  return answer as Answered<Name>;
}
