/** Asks the service for its decision log. */
import { type Checkpoint, readCheckpoint } from '../../shared/audit/checkpoint.ts';
import type { LedgerRow } from '../../shared/audit/compare-rows.ts';
import { isEntry, type LogEntry } from '../../shared/audit/log-entry.ts';
import { askService } from '../service.ts';

type Where = Parameters<typeof askService>[0];

/** What stands on the terminal beside it is for a person; the answer is for a file. */
const quietly = (where: Where): Where => ({ ...where, json: true });

export async function askForCheckpoint(where: Where): Promise<Checkpoint> {
  const answer = await askService(quietly(where), 'audit/checkpoint');
  const read = readCheckpoint(JSON.stringify(answer));
  if (typeof read !== 'string') return read;
  throw new Error(
    `the answer of the service is not a checkpoint: ${read}; check that service and command line have the same version`,
  );
}

const atOnce = 1_000;

/** The entries of a chain after number `after` up to `count`, in their order. */
export async function* askForEntries(
  where: Where,
  chain: string,
  after: number,
  count: number,
): AsyncGenerator<LogEntry> {
  for (let from = after; from < count; from += atOnce) {
    const limit = Math.min(atOnce, count - from);
    const query = new URLSearchParams({ chain, after: String(from), limit: String(limit) });
    const { entries } = (await askService(quietly(where), `audit/entries?${query}`)) as {
      entries: unknown[];
    };
    for (const entry of entries) {
      if (!isEntry(entry))
        throw new Error(
          `the answer of the service is not an entry of ${chain}; check that service and command line have the same version`,
        );
      yield entry;
    }
  }
}

/** All rows that a chain is about, page by page; `documents`: with what they say. */
export async function* askForRows(
  where: Where,
  chain: string,
  { documents = false } = {},
): AsyncGenerator<LedgerRow> {
  for (let after: string | null = ''; after !== null; ) {
    const query: URLSearchParams = new URLSearchParams({
      ...{ chain, after },
      ...(documents && { documents: 'true' }),
    });
    const page = (await askService(quietly(where), `audit/rows?${query}`)) as {
      readonly rows: readonly LedgerRow[];
      readonly next: string | null;
    };
    yield* page.rows;
    after = page.next;
  }
}
