/**
 * The Service Bus emulator: queues over AMQP for the unmodified `@azure/service-bus` client.
 *
 * Owns: the port and the life of its parts. Does not own: topics, which nothing here uses.
 */
import { mkdirSync } from 'node:fs';
import type { AddressInfo, Socket } from 'node:net';
import type { CloudContext } from '../cloud-context.ts';
import { createBroker } from './broker.ts';
import { Queue } from './queue.ts';
import type { QueueOptions } from './queue-contract.ts';
import { Sessions } from './sessions.ts';
import { MessageStore } from './store.ts';

export type { QueueOptions } from './queue-contract.ts';

interface ServiceBusOptions extends Omit<CloudContext, 'publish'> {
  /** 0 takes any free port. */
  readonly port: number;
  readonly queues: readonly QueueOptions[];
}

interface QueueReport {
  readonly name: string;
  /** Ready for a receiver. */
  readonly active: number;
  readonly locked: number;
  /** Messages taken and handed out since this start. */
  readonly sent: number;
  readonly delivered: number;
}

export interface ServiceBus {
  readonly port: number;
  readonly connectionString: string;
  queues(): QueueReport[];
  stop(): Promise<void>;
}

export async function startServiceBus(options: ServiceBusOptions): Promise<ServiceBus> {
  const { home, clock, work, log } = options;
  mkdirSync(home, { recursive: true });
  const store = new MessageStore(home);
  const queues = new Map<string, Queue>();
  for (const queue of options.queues) {
    const deadLetterName = `${queue.name}/$deadletterqueue`;
    const deadLetters = new Queue({ name: deadLetterName }, { store, clock, work, deadLetters: null });
    queues.set(deadLetterName.toLowerCase(), deadLetters);
    queues.set(queue.name.toLowerCase(), new Queue(queue, { store, clock, work, deadLetters }));
  }
  const server = createBroker({ queues, sessions: new Sessions(), store, log });
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    connectionString: `Endpoint=sb://127.0.0.1:${port};SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=local;UseDevelopmentEmulator=true;`,
    queues: () =>
      [...queues.values()].map(({ name, activeCount, lockedCount, operations }) => ({
        name,
        active: activeCount,
        locked: lockedCount,
        ...operations,
      })),
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      for (const queue of queues.values()) queue.stop();
      for (const socket of sockets) socket.destroy();
      await closed;
      store.close();
    },
  };
}
