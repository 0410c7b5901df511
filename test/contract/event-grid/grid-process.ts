/** `node grid-process.ts HOME [WEBHOOK]`: the Event Grid emulator alone, for tests that kill it. */
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { startEventGrid } from '../../../local/event-grid/index.ts';

const [home, webhook] = process.argv.slice(2) as [string, string | undefined];
const grid = await startEventGrid({
  home,
  clock: new SystemClock(),
  work: new Work(),
  log: (_level, message) => process.stderr.write(`${message}\n`),
  port: 0,
  key: 'a2V5',
  retryScheduleMs: [50],
  subscriptions: webhook
    ? [{ name: 'watcher', topic: 'ratchet', endpointUrl: webhook, schema: 'EventGridSchema' }]
    : [],
});
process.stdout.write(`${grid.endpoint('ratchet')}\n`);
