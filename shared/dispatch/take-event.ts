/**
 * Takes an event of Event Grid, however it was delivered.
 *
 * Owns: from an event to its facts, and each of them taken. Does not own: what an event means (shared/signals), its
 * transport (functions).
 *
 * Invariants
 * 1. Taking an event again changes nothing: whoever delivers may repeat.
 * 2. What is no event, or means nothing, is dropped with a word in the log: it would be the same next time. Everything
 *    else that goes wrong throws, so that the event comes again.
 */
import type { Fact } from '../signals/fact.ts';
import { parseStorageEvent } from '../signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../signals/parse-workspace-event.ts';
import { excerpt, type IncomingEvent, readEvent } from '../signals/read-event.ts';
import { wiring } from '../wiring.ts';
import { type FactClient, type FactLog, takeFact } from './take-fact.ts';

/** One event, of the workspace or of the storage account, in either schema. */
export async function takeEvent(raw: unknown, client: FactClient, log: FactLog): Promise<void> {
  const event = readEvent(raw);
  if (event === null) return log.warn('not an event of either schema; dropped');
  for (const fact of await readFacts(event)) await takeFact(fact, client, log, `event ${excerpt(event.id)}`);
}

/** The body of a message: one event, or an array of them. */
export async function takeMessage(body: unknown, client: FactClient, log: FactLog): Promise<void> {
  const events = Array.isArray(body) ? body : [body];
  if (events.length === 0) log.warn('a message without an event; dropped');
  for (const raw of events) await takeEvent(raw, client, log);
}

async function readFacts(event: IncomingEvent): Promise<readonly Fact[]> {
  const models = await wiring.models();
  if (!event.type.startsWith('Microsoft.Storage.')) return parseWorkspaceEvent(event, models);
  return parseStorageEvent(event, (await wiring.settings()).container, models);
}
