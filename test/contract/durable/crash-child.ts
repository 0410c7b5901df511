/** A process to be killed: opens the store, starts an orchestration, signals an entity, ends once nothing is due. */
import { EntityId } from 'durable-functions';
import { SystemClock } from '../../../local/clock/clock.ts';
import { startHost } from './harness.ts';

const [file = ''] = process.argv.slice(2);
const host = await startHost({ file, clock: new SystemClock() });
await host.client.signalEntity(new EntityId('Counter', 'crash'), 'add', 5);
await host.client.startNew('noteTwice', { instanceId: 'crash' });
await host.settle();
await host.stop();
