import type { Engine } from '../engine.ts';
import { finishedStatuses } from '../store/records.ts';
import { releaseLocks } from '../turns/turn-effects.ts';
import { type Handler, noInstance, refusal } from './client.ts';
import { findInstances, readFilter } from './list.ts';

/** Removes one instance or entity whatever its state. */
export const purgeInstance: Handler = ({ engine }, _request, [id = '']) =>
  engine.commits.write(() => {
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
  if (statuses.length === 0) return { status: 200, body: { instancesDeleted: 0 } };
  return engine.commits.write(() => {
    const found = findInstances(engine.store, { ...filter, statuses }, [Number.MIN_SAFE_INTEGER, ''], -1);
    for (const { id } of found) purge(engine, id);
    return { status: 200, body: { instancesDeleted: found.length } };
  });
};

function purge({ store }: Engine, id: string): boolean {
  const row = store.instance(id);
  if (!row) return false;
  releaseLocks(store, id, row.locks, null);
  return store.purgeInstance(id);
}
