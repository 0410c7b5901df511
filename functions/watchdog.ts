import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { startWatch } from '../shared/dispatch/start-look.ts';

/** Looks regularly for what died: runs that were terminated or purged, places nobody uses, signals nobody carries. */
app.timer('watchdog', {
  schedule: process.env['RATCHET_WATCHDOG_TICK'] || '30 */10 * * * *',
  runOnStartup: false,
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const started = await startWatch(df.getClient(context));
    if (started === 'under-way')
      context.warn('watchdog: the previous scan for lost work is still running; this tick starts none');
  },
});
