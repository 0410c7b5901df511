import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { takeEvents } from '../shared/dispatch/take-events.ts';

/** Events of the Azure ML workspace: ends of jobs wake the runs that wait; breaches and registrations are signals. */
app.eventGrid('workspace-events', {
  extraInputs: [df.input.durableClient()],
  handler: (raw, context) => takeEvents(raw, df.getClient(context), context),
});
