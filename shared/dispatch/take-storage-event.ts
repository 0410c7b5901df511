import { parseStorageEvent } from '../signals/parse-storage-event.ts';
import type { IncomingEvent } from '../signals/read-event.ts';
import { wiring } from '../wiring.ts';
import type { EventClient } from './event-client.ts';
import { offerSignal } from './offer-signal.ts';

/** A file uploaded into a model's data path is a signal, where the model listens. */
export async function takeStorageEvent(event: IncomingEvent, client: EventClient): Promise<void> {
  const models = await wiring.models();
  const { container } = await wiring.settings();
  for (const signal of parseStorageEvent(event, container, models)) {
    await offerSignal(client, { signal, pinned: models.get(signal.model)! });
  }
}
