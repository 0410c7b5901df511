import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { takeEvent } from '../shared/dispatch/take-event.ts';

/** Events of the storage account: a file uploaded into a model's data path is a signal, where the model listens. */
app.eventGrid('storage-events', {
  extraInputs: [df.input.durableClient()],
  handler: (raw, context) => takeEvent(raw, df.getClient(context), context),
});
