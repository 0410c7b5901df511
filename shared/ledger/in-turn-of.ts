import { setTimeout as sleep } from 'node:timers/promises';
import type { TableClient } from '@azure/data-tables';

/** Whoever waits longer goes on beside the others: a service that is away must not have each wait for all before it. */
const longestWaitMs = 5_000;

const tails = new WeakMap<TableClient, Map<string, Promise<unknown>>>();

/** Runs pieces of work on one partition one after another in this process: side by side, each would undo another's. */
export async function inTurnOf<T>(
  table: TableClient,
  partition: string,
  work: () => Promise<T>,
  waitMs = longestWaitMs,
): Promise<T> {
  const known = tails.get(table) ?? new Map<string, Promise<unknown>>();
  tails.set(table, known);
  const before = known.get(partition) ?? Promise.resolve();
  const result = waitFor(before, waitMs).then(work);
  // One that fails does not hold up the next; whoever asked for it is told.
  const over = result.catch(() => {});
  known.set(partition, over);
  return result;
}

async function waitFor(before: Promise<unknown>, waitMs: number): Promise<void> {
  const enough = new AbortController();
  const late = sleep(waitMs, undefined, { signal: enough.signal, ref: false }).catch(() => {});
  await Promise.race([before, late]);
  enough.abort();
}
