import type { TableClient } from '@azure/data-tables';
import { inTurn } from '../in-turn.ts';

type Turns = ReturnType<typeof inTurn>;

const turns = new WeakMap<TableClient, Map<string, Turns>>();

/** Runs pieces of work on one partition one after another in this process: side by side, each would undo another's. */
export function inTurnOf<T>(table: TableClient, partition: string, work: () => Promise<T>): Promise<T> {
  const known = turns.get(table) ?? new Map<string, Turns>();
  turns.set(table, known);
  const own = known.get(partition) ?? inTurn();
  known.set(partition, own);
  return own(work);
}
