import type { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import type { ReleaseConfig } from '../../shared/config/release-schema.ts';
import { targetEntity, targetKey } from '../../shared/domain/durable-names.ts';
import type { TargetState } from '../../shared/release/transitions/state.ts';

/** What is known of the target of a model file; undefined where it has none. The step has a durable client. */
export async function readTarget(
  context: InvocationContext,
  { target }: ReleaseConfig,
): Promise<TargetState | undefined> {
  if (!target) return undefined;
  const entity = new df.EntityId(targetEntity, targetKey(target));
  return (await df.getClient(context).readEntityState<TargetState>(entity)).entityState;
}
