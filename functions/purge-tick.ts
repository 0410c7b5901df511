import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { wiring } from '../shared/wiring.ts';

/** Has the task hub forget what has ended long ago: it would grow for ever. */
app.timer('purge-tick', {
  schedule: process.env['RATCHET_PURGE_TICK'] || '0 47 3 * * *',
  runOnStartup: false,
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const { purgeHistories } = await import('../shared/dispatch/purge-histories.ts');
    const { readClock } = await import('../shared/dispatch/read-clock.ts');
    const client = df.getClient(context);
    const { historiesKeptMs } = await wiring.settings();
    const before = new Date(Date.parse(await readClock(client)) - historiesKeptMs).toISOString();
    const purged = await purgeHistories(client, before);
    if (purged > 0)
      context.info(
        `purge-tick: purged the histories of ${purged} orchestrations that began before ${before}`,
      );
  },
});
