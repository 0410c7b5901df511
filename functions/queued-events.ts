import { setTimeout as pause } from 'node:timers/promises';
import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { takeEvents } from '../shared/dispatch/take-events.ts';

const longestPauseMs = 30_000;

/**
 * The events of workspace and storage account by way of a Service Bus queue, in sessions: those of one session, one
 * source of events, in their order, one after the other. Without the setting there is no such function: a trigger needs a queue.
 *
 * A message that failed comes again at once, until its deliveries are used up. So a failure waits, longer each time,
 * for an outage to pass.
 */
if (process.env['RATCHET_EVENTS_QUEUE']) {
  app.serviceBusQueue('queued-events', {
    connection: 'RATCHET_SERVICEBUS',
    queueName: '%RATCHET_EVENTS_QUEUE%',
    isSessionsEnabled: true,
    extraInputs: [df.input.durableClient()],
    handler: async (body, context) => {
      try {
        await takeEvents(body, df.getClient(context), context);
      } catch (error) {
        const deliveries = Number(context.triggerMetadata?.['deliveryCount'] ?? 1);
        await pause(Math.min(500 * 2 ** deliveries, longestPauseMs));
        throw error;
      }
    },
  });
}
