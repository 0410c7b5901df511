/**
 * Takes events of Event Grid, however they were delivered.
 *
 * Owns: from a delivery to the facts of its events, and each of them taken. Does not own: what an event means
 * (shared/signals), its transport (functions).
 *
 * Invariants
 * 1. Taking a delivery again changes nothing: whoever delivers may repeat.
 * 2. Nothing is dropped without a word. What is no event, and an event that a service refuses for good, are set aside with
 *    the reason; an event that means nothing is told in the log, once for its kind.
 * 3. Everything else that goes wrong throws, so that the delivery comes again.
 */
import { RatchetError } from '../errors.ts';
import type { Fact } from '../signals/fact.ts';
import { parseStorageEvent } from '../signals/parse-storage-event.ts';
import { parseWorkspaceEvent } from '../signals/parse-workspace-event.ts';
import { excerpt, type IncomingEvent } from '../signals/read-event.ts';
import { readMessage } from '../signals/read-message.ts';
import { wiring } from '../wiring.ts';
import type { IgnoredLog } from './say-ignored.ts';
import { setAside } from './set-aside.ts';
import { type FactClient, takeFact } from './take-fact.ts';

interface EventLog extends IgnoredLog {
  error(message: string): void;
}

/** One event, or an array of them, of the workspace or of the storage account, in either schema. */
export async function takeEvents(body: unknown, client: FactClient, log: EventLog): Promise<void> {
  const { events, unreadable } = readMessage(body);
  for (const event of events) await takeEvent(event, client, log);
  for (const part of unreadable) {
    const path = await setAside(await wiring.blobs(), part);
    log.error(
      `a message cannot be read: ${part.reason}; it is kept as blob ${path}: fix its sender, and send it again`,
    );
  }
}

async function takeEvent(event: IncomingEvent, client: FactClient, log: EventLog): Promise<void> {
  const name = `event ${excerpt(event.id)}`;
  try {
    for (const fact of await readFacts(event)) await takeFact(fact, client, log, name);
  } catch (error) {
    // It would be the same next time, and those behind it in a queue would wait for nothing.
    if (!(error instanceof RatchetError) || error.code !== 'azure-refused') throw error;
    const path = await setAside(await wiring.blobs(), { reason: error.message, body: event });
    log.error(
      `${name} was refused, and a retry would not help: ${error.message}; the event is kept as blob ${path}`,
    );
  }
}

async function readFacts(event: IncomingEvent): Promise<readonly Fact[]> {
  const models = await wiring.models();
  if (!event.type.startsWith('Microsoft.Storage.')) return parseWorkspaceEvent(event, models);
  return parseStorageEvent(event, (await wiring.settings()).container, models);
}
