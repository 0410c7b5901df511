import type { TableClient } from '@azure/data-tables';
import { azureError } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';

type OnReady = <T>(
  table: TableClient,
  asked: string,
  subject: Readonly<Record<string, string>>,
  work: (table: TableClient) => Promise<T>,
) => Promise<T>;

/** The same of one table. */
export type InTable = <T>(asked: string, work: (table: TableClient) => Promise<T>) => Promise<T>;

/** What runs `work` on a table that exists, and tells its failure in our words: `asked` is what was asked of it. */
export function onReadyTables(): OnReady {
  const ready = new Map<TableClient, Promise<void>>();
  /** Creates the table once in a process. A failure is not kept: the next caller tries again. */
  const ensure = (table: TableClient): Promise<void> => {
    const known = ready.get(table);
    if (known) return known;
    const created = table.createTable(callLimit()).catch((error: unknown) => {
      ready.delete(table);
      throw error;
    });
    ready.set(table, created);
    return created;
  };
  return async (table, asked, subject, work) => {
    try {
      await ensure(table);
      return await work(table);
    } catch (error) {
      throw azureError(asked, subject, error);
    }
  };
}
