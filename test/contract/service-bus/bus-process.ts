/** `node bus-process.ts HOME`: the Service Bus emulator alone, for tests that kill it. */
import { SystemClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import { startServiceBus } from '../../../local/service-bus/index.ts';

const bus = await startServiceBus({
  home: process.argv[2] as string,
  clock: new SystemClock(),
  work: new Work(),
  log: (_level, message) => process.stderr.write(`${message}\n`),
  port: 0,
  queues: [{ name: 'model-releases', duplicateDetection: { windowMs: 86_400_000 } }],
});
process.stdout.write(`${bus.connectionString}\n`);
