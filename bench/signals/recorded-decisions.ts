/**
 * Sees that every signal has its decision, and when it was written.
 *
 * That all are there is asked of the service, `GET /api/decisions`. When each was written is the time stamp the table
 * service gave its row: asking the service over and over would slow what is measured, and be late by its pace.
 */
import { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { untilQuiet } from '../../local/clock/advance.ts';
import type { LocalCloud } from '../../local/launch/local-cloud.ts';
import { decisionsTable } from '../../shared/ledger/ledger.ts';

const PageSchema = z.looseObject({
  decisions: z.array(z.looseObject({ signal: z.looseObject({ id: z.string() }), outcome: z.string() })),
  continuation: z.string().optional(),
});

const limitMs = 120_000;

/** Waits until the service shows a decision for each of the signals. Outcomes by signal id. */
export async function awaitDecisions(
  cloud: LocalCloud,
  signalIds: readonly string[],
  since: string,
): Promise<ReadonlyMap<string, string>> {
  const giveUpAt = Date.now() + limitMs;
  const hostControl = `${cloud.hostUrl}/admin/local`;
  for (;;) {
    await untilQuiet([hostControl], giveUpAt);
    const outcomes = await readOutcomes(cloud.apiRoot, since);
    const missing = signalIds.filter((id) => !outcomes.has(id));
    if (missing.length === 0) return outcomes;
    if (Date.now() > giveUpAt) {
      throw new Error(
        `${missing.length} of ${signalIds.length} signals have no decision after ${limitMs} ms, ${missing[0]} among them`,
      );
    }
  }
}

async function readOutcomes(apiRoot: string, since: string): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  let continuation: string | undefined;
  do {
    const query = new URLSearchParams({ since, limit: '1000', ...(continuation ? { continuation } : {}) });
    const response = await fetch(`${apiRoot}/decisions?${query}`);
    if (!response.ok) throw new Error(`GET decisions answered ${response.status}: ${await response.text()}`);
    const page = PageSchema.parse(await response.json());
    for (const { signal, outcome } of page.decisions) {
      if (outcomes.has(signal.id)) throw new Error(`signal ${signal.id} has more than one decision`);
      outcomes.set(signal.id, outcome);
    }
    continuation = page.continuation;
  } while (continuation !== undefined);
  return outcomes;
}

/** When each decision's row was written, in milliseconds since the Unix epoch, by signal id. */
export async function readRecordTimes(cloud: LocalCloud): Promise<ReadonlyMap<string, number>> {
  const table = TableClient.fromConnectionString(cloud.cloud().storage, decisionsTable, {
    allowInsecureConnection: true,
  });
  const times = new Map<string, number>();
  const rows = table.listEntities<{ signalId: string }>({
    queryOptions: { select: ['signalId', 'timestamp'] },
  });
  for await (const { signalId, timestamp } of rows) {
    if (timestamp === undefined) throw new Error(`the row of signal ${signalId} has no time stamp`);
    times.set(signalId, Date.parse(timestamp));
  }
  return times;
}
