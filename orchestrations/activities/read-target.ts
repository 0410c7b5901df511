import * as df from 'durable-functions';
import type { ReleaseConfig } from '../../shared/config/release-schema.ts';
import { targetEntity, targetKey } from '../../shared/domain/durable-names.ts';
import type { TargetState } from '../../shared/release/transitions/state.ts';

/** What is known of the target of a model file; undefined where it has none. */
export async function readTarget(
  client: df.DurableClient,
  { target }: ReleaseConfig,
): Promise<TargetState | undefined> {
  if (!target) return undefined;
  const entity = new df.EntityId(targetEntity, targetKey(target));
  return (await client.readEntityState<TargetState>(entity)).entityState;
}
