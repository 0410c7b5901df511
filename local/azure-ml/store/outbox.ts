/**
 * Events on their way to Event Grid.
 *
 * Invariants
 * 1. An event is put here in the transaction that makes it true.
 * 2. It leaves only after Event Grid has it on disk. A crash between the two publishes it again under the same id.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { CloudContext, SystemEvent } from '../../cloud-context.ts';

export interface Outbox {
  /** Call inside a transaction. */
  put(events: readonly SystemEvent[]): void;
  /** Call after the commit, and at the start for what a crash left behind. */
  drain(): void;
}

export function openOutbox(database: DatabaseSync, cloud: Pick<CloudContext, 'publish' | 'log'>): Outbox {
  const insert = database.prepare('INSERT INTO outbox (event) VALUES (?)');
  const pending = database.prepare('SELECT seq, event FROM outbox ORDER BY seq');
  const remove = database.prepare('DELETE FROM outbox WHERE seq <= ?');
  return {
    put(events) {
      for (const event of events) insert.run(JSON.stringify(event));
    },
    drain() {
      const rows = pending.all() as { seq: number; event: string }[];
      const last = rows.at(-1);
      if (!last) return;
      const events = rows.map((row) => JSON.parse(row.event) as SystemEvent);
      try {
        cloud.publish('workspace', events);
        remove.run(last.seq);
      } catch (error) {
        // What happened stays true and kept; the next change or the next start offers these events again.
        cloud.log('error', `azure-ml: ${events.length} events are not published yet: ${String(error)}`);
      }
    },
  };
}
