import { app } from '@azure/functions';
import * as df from 'durable-functions';
import { startLook } from '../shared/dispatch/start-look.ts';
import { asksByTime } from '../shared/signals/due-schedules.ts';
import { wiring } from '../shared/wiring.ts';

/** What was last said of broken model files: each is told once, not every minute. */
let lastTold = '';

/**
 * Looks regularly whether a schedule is due. What the timer says of the time is not used: the host writes down when it
 * last ran, not what time it is, and the looks must go by the clock that orchestrations go by.
 */
app.timer('schedule-tick', {
  schedule: process.env['RATCHET_SCHEDULE_TICK'] || '0 * * * * *',
  runOnStartup: false,
  extraInputs: [df.input.durableClient()],
  handler: async (_timer, context) => {
    const files = await wiring.modelFiles();
    const { describeBroken } = await import('../shared/config/model-files.ts');
    const broken = describeBroken(files);
    if (broken.join('\n') !== lastTold) for (const line of broken) context.warn(`model file: ${line}`);
    lastTold = broken.join('\n');
    const models = [...files.models.values()];
    if (!models.some(({ config }) => asksByTime(config))) return;
    const look = await startLook(df.getClient(context));
    if (look === 'under-way')
      context.warn('schedule-tick: the previous schedule scan is still running; this tick starts none');
  },
});
