/**
 * Takes an event of Event Grid, however it was delivered.
 *
 * Owns: what becomes of each fact in an event. Does not own: what an event means (shared/signals), its transport
 * (functions).
 *
 * Invariants
 * 1. Taking an event again changes nothing: whoever delivers may repeat.
 * 2. What is no event, or means nothing, is dropped with a word in the log: it would be the same next time. Everything
 *    else that goes wrong throws, so that the event comes again.
 */
import type { IncomingEvent } from '../signals/read-event.ts';
import { readEvent } from '../signals/read-event.ts';
import type { EventClient, EventLog } from './event-client.ts';
import { takeStorageEvent } from './take-storage-event.ts';
import { takeWorkspaceEvent } from './take-workspace-event.ts';

/** One event, of the workspace or of the storage account, in either schema. */
export async function takeEvent(raw: unknown, client: EventClient, log: EventLog): Promise<void> {
  const event = readEvent(raw);
  if (event === null) return log.warn('not an event of either schema; dropped');
  await (isOfStorage(event) ? takeStorageEvent(event, client) : takeWorkspaceEvent(event, client, log));
}

/** The body of a message: one event, or an array of them. */
export async function takeMessage(body: unknown, client: EventClient, log: EventLog): Promise<void> {
  const events = Array.isArray(body) ? body : [body];
  if (events.length === 0) log.warn('a message without an event; dropped');
  for (const raw of events) await takeEvent(raw, client, log);
}

function isOfStorage({ type }: IncomingEvent): boolean {
  return type.startsWith('Microsoft.Storage.');
}
