import { type Engine, timestamp } from '../engine.ts';
import { EventType, parseEvents } from '../history.ts';
import { undoFailures } from '../replay/undo-failures.ts';
import type { InstanceRow } from '../store/records.ts';
import { accepted, type Handler, noInstance, refusal } from './client.ts';

/** Lets a failed orchestration try again what it failed on, and its failed sub-orchestrations likewise. */
export const rewind: Handler = ({ engine }, { query }, [id = '']) => {
  const reason = query.get('reason') ?? '';
  return engine.commits.write(() => {
    const row = engine.store.instance(id);
    if (!row) return noInstance(id);
    if (row.status !== 'Failed') {
      return refusal(412, 'The rewind operation is only supported on failed orchestration instances.');
    }
    rewindRow(engine, row, reason);
    return accepted;
  });
};

function rewindRow(engine: Engine, row: InstanceRow, reason: string): void {
  const { store } = engine;
  const events = parseEvents(store.history(row.id).join(','));
  const failedChild = (childId: string): InstanceRow | null => {
    const child = store.instance(childId);
    return child?.status === 'Failed' ? child : null;
  };
  const undone = undoFailures(events, (childId) => failedChild(childId) !== null);
  store.endExecution(row.id, false);
  store.replaceHistory(row.id, undone.events);
  store.updateInstance({ ...row, status: 'Running', output: null, updatedMs: engine.clock.now() });
  for (const childId of undone.failedChildren) {
    const child = failedChild(childId);
    if (child) rewindRow(engine, child, reason);
  }
  const Timestamp = timestamp(engine);
  store.send(row.id, row.executionId, { EventType: EventType.Generic, EventId: -1, Timestamp, Data: reason });
}
