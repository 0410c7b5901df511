/** A process to be killed: opens the store, does what it is asked, ends once nothing is due. */
import { EntityId } from 'durable-functions';
import { SystemClock } from '../../../local/clock/clock.ts';
import { startHost } from './harness.ts';

const [file = '', task] = process.argv.slice(2);
const host = await startHost({ file, clock: new SystemClock() });
const counter = new EntityId('Counter', 'crash');
if (task === 'start') {
  await host.client.startNew('noteTwice', { instanceId: 'crash' });
  await host.client.signalEntity(counter, 'add', 5);
}
await host.settle();
const { runtimeStatus, output } = await host.client.getStatus('crash');
const { entityState } = await host.client.readEntityState(counter);
process.stdout.write(JSON.stringify({ runtimeStatus, output, entityState }));
await host.stop();
