/** Rows that several writers change: each write is conditional on what was read, and who loses a race reads again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { TableClient } from '@azure/data-tables';
import { isAbsent, statusOf } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';

export type KnownRow = Readonly<Record<string, unknown>>;

/** Two writers of one row are rare, five lost races in a row unheard of. */
const writeAttempts = 5;
/** Where many write, they wait up to so long before they try again, each another while. */
const longestPauseMs = 200;

export async function findRow(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
): Promise<KnownRow | null> {
  try {
    return await table.getEntity(partitionKey, rowKey, callLimit());
  } catch (error) {
    if (isAbsent(error)) return null;
    throw error;
  }
}

/** Writes a row if it still is as it was read, null where there was none; fails with 404, 409 or 412 otherwise. */
export async function writeRow(
  table: TableClient,
  row: { partitionKey: string; rowKey: string },
  known: KnownRow | null,
): Promise<void> {
  if (!known) await table.createEntity(row, callLimit());
  else await table.updateEntity(row, 'Replace', { etag: String(known['etag']), ...callLimit() });
}

/** Does all of the work again, the reading included, where another writer came between. */
export async function retryLostRaces<T>(work: () => Promise<T>, attempts = writeAttempts): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      // 409: created meanwhile. 412: changed meanwhile. 404: removed meanwhile.
      if (attempt === attempts || ![404, 409, 412].includes(statusOf(error) ?? 0)) throw error;
      if (attempt >= writeAttempts) await sleep(Math.random() * longestPauseMs);
    }
  }
}

/** Writes a row over one that `mayReplace` gives up. */
export function writeForward(
  table: TableClient,
  row: { readonly partitionKey: string; readonly rowKey: string },
  mayReplace: (known: KnownRow) => boolean,
): Promise<void> {
  return retryLostRaces(async () => {
    const known = await findRow(table, row.partitionKey, row.rowKey);
    if (!known || mayReplace(known)) await writeRow(table, row, known);
  });
}
