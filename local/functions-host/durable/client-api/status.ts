import { parseEvents } from '../history.ts';
import { type InstanceRow, isFinished } from '../store/records.ts';
import { type Handler, noInstance } from './client.ts';
import { viewHistory } from './history-view.ts';
import { managementUrls } from './urls.ts';

const flag = (query: URLSearchParams, name: string): string | undefined => query.get(name)?.toLowerCase();

export const getStatus: Handler = ({ engine, origin, hubName }, { query }, [id = '']) => {
  const row = engine.store.instance(id);
  if (!row) return noInstance(id);
  const body: Record<string, unknown> = renderStatus(row, flag(query, 'showInput') !== 'false');
  if (flag(query, 'showHistory') === 'true') {
    const events = parseEvents(engine.store.history(id).join(','));
    body['historyEvents'] = viewHistory(events, flag(query, 'showHistoryOutput') === 'true');
  }
  if (!isFinished(row.status)) {
    const location = managementUrls(origin, hubName, encodeURIComponent(id))['statusQueryGetUri'] ?? '';
    return { status: 202, headers: { location, 'retry-after': '5' }, body };
  }
  const failing = row.status === 'Failed' && flag(query, 'returnInternalServerErrorOnFailure') === 'true';
  return { status: failing ? 500 : 200, body };
};

/** Input and output are always there, null at least: the library looks for the fields. */
export function renderStatus(row: InstanceRow, showInput: boolean): Record<string, unknown> {
  return {
    name: row.name,
    instanceId: row.id,
    runtimeStatus: row.status,
    input: showInput ? JSON.parse(row.input) : null,
    customStatus: JSON.parse(row.customStatus ?? 'null'),
    output: JSON.parse(row.output ?? 'null'),
    createdTime: toSecond(row.createdMs),
    lastUpdatedTime: toSecond(row.updatedMs),
  };
}

/** Status times carry whole seconds. */
function toSecond(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
}
