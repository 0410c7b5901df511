import type { Engine } from '../engine.ts';
import { finishedStatuses, isFinished } from '../store/records.ts';
import { releaseLocks } from '../turns/turn-effects.ts';
import { type Handler, noInstance, refusal } from './client.ts';
import { findInstances, readFilter } from './list.ts';

/** Removes one orchestration that has ended, or one entity. */
export const purgeInstance: Handler = ({ engine }, _request, [id = '']) =>
  engine.commits.write(() => {
    const status = engine.store.instance(id)?.status;
    if (status !== undefined && !isFinished(status)) {
      return refusal(
        412,
        `Only orchestrations in a terminal state can be purged, but the orchestration with instance ID ${id} has ` +
          `status ${status}: terminate it first.`,
      );
    }
    const purged = id.startsWith('@') ? engine.store.purgeEntity(id) : purge(engine, id);
    return purged ? { status: 200, body: { instancesDeleted: 1 } } : noInstance(id);
  });

/** Removes finished instances created in a span of time. */
export const purgeByFilter: Handler = ({ engine }, { query }) => {
  const filter = readFilter(query);
  if (!filter || filter.createdFromMs === null) {
    return refusal(400, "Please provide value for 'createdTimeFrom' parameter.");
  }
  const wanted = filter.statuses.map((status) => status.toLowerCase());
  const statuses = finishedStatuses.filter(
    (status) => wanted.length === 0 || wanted.includes(status.toLowerCase()),
  );
  if (statuses.length === 0) return { status: 404 };
  return engine.commits.write(() => {
    const found = findInstances(engine.store, { ...filter, statuses }, [Number.MIN_SAFE_INTEGER, ''], -1);
    for (const { id } of found) purge(engine, id);
    if (found.length === 0) return { status: 404 };
    return { status: 200, body: { instancesDeleted: found.length } };
  });
};

function purge({ store }: Engine, id: string): boolean {
  const row = store.instance(id);
  if (!row) return false;
  releaseLocks(store, id, row.locks);
  return store.purgeInstance(id);
}
