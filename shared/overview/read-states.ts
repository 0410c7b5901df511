/** Reads the states of many models, so many at a time: each is a row of the task hub, and no entity is woken. */
import { fleetEntity, modelEntity } from '../domain/durable-names.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelState } from '../domain/model-state.ts';

/** What is needed of a durable client. */
export interface EntityReader {
  readEntityState<State>(entity: {
    name: string;
    key: string;
  }): Promise<{ readonly entityState?: State | undefined }>;
}

const sideBySide = 32;

/** By name; without those that have none. */
export async function readStates(
  client: EntityReader,
  names: readonly string[],
): Promise<ReadonlyMap<string, ModelState>> {
  const states = new Map<string, ModelState>();
  const left = [...names];
  const work = async (): Promise<void> => {
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const { entityState } = await client.readEntityState<ModelState>({ name: modelEntity, key: name });
      if (entityState) states.set(name, entityState);
    }
  };
  await Promise.all(Array.from({ length: Math.min(sideBySide, names.length) }, work));
  return states;
}

/** Who stopped the fleet, while it is stopped. */
export async function readStopped(client: EntityReader): Promise<FleetState['stopped']> {
  const { entityState } = await client.readEntityState<FleetState>({ name: fleetEntity, key: 'fleet' });
  return entityState?.stopped ?? null;
}
