/** The task hub of the embedded host, read beside it while it runs, or when it is stopped. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { LocalError } from '../../../process/local-error.ts';
import { openState } from '../../../process/state-file.ts';
import { parseEvents } from '../history.ts';
import type { InstanceRow } from '../store/records.ts';
import { readEntity, readInstance } from '../store/rows.ts';
import { storeVersion } from '../store/schema.ts';
import { splitEntityId } from '../turns/entity-batch.ts';
import type { HubItem, TaskHub } from './hub-item.ts';

/** Throws where the file is missing, or its layout is that of another version. */
export function openLocalHub(file: string): TaskHub {
  if (!existsSync(file))
    throw new LocalError('state', `${file}: not found; name the durable.db of the host to be upgraded`);
  return { described: file, read: (failedSinceMs) => openState(file, () => readAll(file, failedSinceMs)) };
}

/** One transaction: what it gives stood so at one moment. */
function readAll(file: string, failedSinceMs: number | null): HubItem[] {
  const db = new DatabaseSync(file, { readOnly: true, timeout: 5000 });
  try {
    const layout = Number(db.prepare('PRAGMA user_version').get()?.['user_version']);
    if (layout !== storeVersion)
      throw new Error(`layout ${layout} found, ${storeVersion} expected; this version cannot continue it`);
    db.exec('BEGIN');
    const rows = db
      .prepare(
        "SELECT * FROM instances WHERE status NOT IN ('Completed', 'Terminated') ORDER BY created_ms, id",
      )
      .all()
      .map(readInstance);
    const entities = db.prepare('SELECT * FROM entities WHERE present = 1 ORDER BY id').all().map(readEntity);
    return [
      ...rows.filter(({ status }) => status !== 'Failed').map((row) => toInstance(db, row)),
      ...entities.map(({ id, state }) => ({
        kind: 'entity' as const,
        ...splitEntityId(id),
        state: state ?? 'null',
      })),
      ...rows
        .filter(
          ({ status, updatedMs }) =>
            status === 'Failed' && failedSinceMs !== null && updatedMs >= failedSinceMs,
        )
        .map(toFailure),
    ];
  } finally {
    db.close();
  }
}

function toInstance(db: DatabaseSync, row: InstanceRow): HubItem {
  const chunks = db.prepare('SELECT events FROM history WHERE instance_id = ? ORDER BY seq').all(row.id);
  return {
    kind: 'instance',
    instanceId: row.id,
    executionId: row.executionId,
    orchestrator: row.name,
    version: row.version,
    parentInstanceId: row.parent?.OrchestrationInstance.InstanceId ?? null,
    // Begun anew, it keeps none of what was before.
    history: row.status === 'Pending' ? [] : chunks.flatMap((chunk) => parseEvents(String(chunk['events']))),
  };
}

function toFailure(row: InstanceRow): HubItem {
  return {
    kind: 'failure',
    instanceId: row.id,
    orchestrator: row.name,
    at: new Date(row.updatedMs).toISOString(),
    why: row.output === null ? '' : String(JSON.parse(row.output)),
  };
}
