import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { offerSignal } from '../shared/signals/offer-signal.ts';
import { parseStorageEvent } from '../shared/signals/parse-storage-event.ts';
import { readEvent } from '../shared/signals/read-event.ts';
import { wiring } from '../shared/wiring.ts';

/** Events of the storage account: a file uploaded into a model's data path is a signal, where the model listens. */
app.eventGrid('storage-events', {
  extraInputs: [df.input.durableClient()],
  handler: async (raw, context) => {
    const event = readEvent(raw);
    if (!event) return context.warn('storage-events: not an event of either schema; dropped');
    const models = await wiring.models();
    const { container } = await wiring.settings();
    const client = df.getClient(context);
    for (const signal of parseStorageEvent(event, container, models)) {
      await offerSignal(client, { signal, pinned: models.get(signal.model)! });
    }
  },
});
