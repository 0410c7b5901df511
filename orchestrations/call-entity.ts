import type * as df from 'durable-functions';
import type { EntityRefusal } from '../shared/admission/entities.ts';

/** Calls an entity once. A refusal is a broken invariant and fails the orchestration. */
export function* callEntity<Output>(
  context: df.OrchestrationContext,
  entity: df.EntityId,
  operation: string,
  input: unknown,
): Generator<df.Task, Exclude<Output, EntityRefusal>, unknown> {
  const answer = (yield context.df.callEntity(entity, operation, input)) as Output | EntityRefusal;
  if (typeof answer === 'object' && answer !== null && 'refused' in answer) throw new Error(answer.refused);
  return answer as Exclude<Output, EntityRefusal>;
}
