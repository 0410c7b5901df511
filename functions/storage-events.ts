import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { takeEvents } from '../shared/dispatch/take-events.ts';

/** Events of the storage account: a file uploaded into a model's data path is a signal, where the model listens. */
app.eventGrid('storage-events', {
  extraInputs: [df.input.durableClient()],
  handler: (raw, context) => takeEvents(raw, df.getClient(context), context),
});
