/** Reads the states of many models, so many at a time: each is a row of the task hub, and no entity is woken. */
import { fleetEntity, modelEntity } from '../domain/durable-names.ts';
import type { FleetState } from '../domain/fleet-state.ts';
import type { ModelState } from '../domain/model-state.ts';
import { rowsAtOnce, sideBySide } from '../domain/side-by-side.ts';

/** What is needed of a durable client. */
export interface EntityReader {
  readEntityState<State>(entity: {
    name: string;
    key: string;
  }): Promise<{ readonly entityState?: State | undefined }>;
}

/** By name; without those that have none. */
export async function readStates(
  client: EntityReader,
  names: readonly string[],
): Promise<ReadonlyMap<string, ModelState>> {
  const read = await sideBySide(names, rowsAtOnce, async (name): Promise<[string, ModelState][]> => {
    const { entityState } = await client.readEntityState<ModelState>({ name: modelEntity, key: name });
    return entityState ? [[name, entityState]] : [];
  });
  return new Map(read.flat());
}

/** Who stopped the fleet, while it is stopped. */
export async function readStopped(client: EntityReader): Promise<FleetState['stopped']> {
  const { entityState } = await client.readEntityState<FleetState>({ name: fleetEntity, key: 'fleet' });
  return entityState?.stopped ?? null;
}
