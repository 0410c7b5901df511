import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { startReconcile } from '../shared/dispatch/start-reconcile.ts';

/** Looks slowly for what events should have told and did not: breaches, uploads, registrations, deployments. */
app.timer('reconcile-tick', {
  schedule: process.env['RATCHET_RECONCILE_TICK'] || '0 17 * * * *',
  runOnStartup: false,
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const started = await startReconcile(df.getClient(context));
    if (started === 'under-way')
      context.warn(
        'reconcile-tick: the previous scan for lost events is still running; this tick starts none',
      );
  },
});
