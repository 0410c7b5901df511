/**
 * The AMQP side: connections and links, and what passes over them.
 *
 * Owns: which link means what. Does not own: queues (queue.ts), management operations (management.ts).
 *
 * Invariants
 * 1. A sender's message is accepted only when it is on disk.
 * 2. An outcome is confirmed only when the queue has applied it; a lost lock is answered as such.
 * 3. Nothing a peer sends ends the process: what is not understood ends its connection.
 */
import { createServer, type Server, type Socket } from 'node:net';
import rhea, { type EventContext } from 'rhea';
import type { LogLevel } from '../cloud-context.ts';
import {
  type AmqpError,
  type AmqpMessage,
  agreeToTermini,
  answerDrains,
  batchFormat,
  type Connection,
  conditions,
  creditOf,
  localAttach,
  type OutgoingDelivery,
  type Receiver,
  refuseLink,
  remoteAttach,
  type Sender,
  ServiceBusRefusal,
  settle,
  splitBatch,
  swapGuid,
  types,
} from './amqp.ts';
import { answerManagement } from './management.ts';
import { requireDecodable, toDelivered } from './message.ts';
import type { Consumer, Queue, Settlement } from './queue.ts';
import { Sessions } from './sessions.ts';
import type { MessageStore } from './store.ts';

export interface BrokerDependencies {
  /** By lower-case address, dead-letter queues included. */
  readonly queues: ReadonlyMap<string, Queue>;
  readonly store: MessageStore;
  log(level: LogLevel, message: string): void;
}

const maxMessageBytes = 1024 * 1024;
const sessionFilter = 'com.microsoft:session-filter';
const managementSuffix = '/$management';

/** What a peer's receiving link is to us. */
interface Outlet {
  readonly queue: Queue;
  readonly consumer: Consumer;
  leave(): void;
}

export function createBroker(dependencies: BrokerDependencies): Server {
  const { queues, store, log } = dependencies;
  const sessions = new Sessions();
  const outlets = new Map<Sender, Outlet>();

  const container = rhea.create_container({
    id: 'ratchet-service-bus',
    sender_options: { autosettle: false, treat_modified_as_released: false },
    receiver_options: { autoaccept: false, max_message_size: maxMessageBytes },
  });

  const findQueue = (address: string): Queue => {
    const queue = queues.get(address.toLowerCase());
    if (queue) return queue;
    const known = [...queues.keys()].join(', ');
    throw new ServiceBusRefusal(
      conditions.notFound,
      `The messaging entity '${address}' could not be found. There are: ${known}.`,
    );
  };

  container.on('sender_open', ({ sender }: EventContext) => {
    if (sender) guardLink(sender, () => openOutlet(sender));
  });
  const openOutlet = (sender: Sender): void => {
    const { source, snd_settle_mode, rcv_settle_mode } = remoteAttach(sender);
    const address = source?.address ?? '';
    Object.assign(localAttach(sender), { snd_settle_mode, rcv_settle_mode });
    agreeToTermini(sender);
    answerDrains(sender);
    if (isRequestAddress(address)) return;
    const queue = findQueue(address);
    const session = queue.requiresSession ? openSession(sender, queue) : null;
    const consumer: Consumer = {
      sessionId: session?.sessionId ?? null,
      locks: snd_settle_mode !== 1,
      credit: () => (sender.is_open() ? creditOf(sender) : 0),
      deliver: (message, lock) => {
        const delivered = toDelivered(message, lock?.expiresMs ?? null);
        sender.send(delivered as Parameters<Sender['send']>[0], lock ? swapGuid(lock.token) : undefined);
      },
    };
    const leave = (): void => {
      queue.detach(consumer);
      outlets.delete(sender);
      if (session) sessions.release(queue, session);
    };
    outlets.set(sender, { queue, consumer, leave });
    queue.attach(consumer);
  };
  const openSession = (sender: Sender, queue: Queue) => {
    const { source } = remoteAttach(sender);
    const filter = source?.filter ?? {};
    if (!(sessionFilter in filter)) {
      const next = 'use acceptSession or acceptNextSession';
      throw new ServiceBusRefusal(conditions.notAllowed, `queue ${queue.name} requires sessions; ${next}`);
    }
    const wanted = filter[sessionFilter];
    const session = sessions.accept(queue, typeof wanted === 'string' ? wanted : null);
    agreeToTermini(sender, { ...source, filter: { [sessionFilter]: session.sessionId } });
    localAttach(sender).properties = {
      'com.microsoft:locked-until-utc': types.wrap_long(toTicks(session.expiresMs)),
    };
    return session;
  };

  const onFlow = ({ sender }: EventContext): void => outlets.get(sender as Sender)?.queue.dispatch();
  container.on('sender_flow', onFlow);
  container.on('sendable', onFlow);
  container.on('sender_draining', ({ sender }: EventContext) => sender?.set_drained(true));
  container.on('sender_close', ({ sender }: EventContext) => outlets.get(sender as Sender)?.leave());

  const onOutcome = (toSettlement: (state: NonNullable<OutgoingDelivery['remote_state']>) => Settlement) => {
    return ({ sender, delivery }: EventContext): void => {
      const outgoing = delivery as unknown as OutgoingDelivery;
      const outlet = outlets.get(sender as Sender);
      // rhea reports an outcome again when we settle it.
      if (outgoing.settled || !outlet) return;
      const error = refusalOf(() => {
        outlet.queue.settle(swapGuid(outgoing.tag), toSettlement(outgoing.remote_state ?? {}));
      });
      settle(outgoing, error);
    };
  };
  container.on(
    'accepted',
    onOutcome(() => ({ kind: 'complete' })),
  );
  container.on(
    'released',
    onOutcome(() => ({ kind: 'abandon' })),
  );
  container.on(
    'modified',
    onOutcome((state) => ({
      kind: state.undeliverable_here ? 'defer' : 'abandon',
      properties: state.message_annotations,
    })),
  );
  container.on('rejected', onOutcome(toDeadLetterSettlement));

  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (receiver) guardLink(receiver, () => openInlet(receiver));
  });
  const openInlet = (receiver: Receiver): void => {
    agreeToTermini(receiver);
    const address = remoteAttach(receiver).target?.address ?? '';
    if (!isRequestAddress(address)) findQueue(address);
    else if (address !== '$cbs') findQueue(address.slice(0, -managementSuffix.length));
  };

  container.on('message', (context: EventContext) => {
    const { receiver, delivery, connection } = context;
    if (!receiver || !delivery) return;
    const address = remoteAttach(receiver).target?.address ?? '';
    if (isRequestAddress(address)) {
      delivery.accept();
      answerRequest(connection, address, context.message as unknown as AmqpMessage);
      return;
    }
    const error = refusalOf(() => {
      findQueue(address).send(messagesOf(context as unknown as IncomingTransfer));
    });
    if (error) delivery.reject(error);
    else delivery.accept();
  });

  const answerRequest = (connection: Connection, address: string, request: AmqpMessage): void => {
    const replyTo = request.reply_to;
    const link = connection.find_sender((sender: Sender) => {
      return sender.name === replyTo || remoteAttach(sender)?.target?.address === replyTo;
    });
    if (!link) {
      log('warn', `service-bus: no link for the reply to ${address}`);
      return;
    }
    let status = address === '$cbs' ? 202 : 200;
    let body: unknown = {};
    const error = refusalOf(() => {
      if (address === '$cbs') return;
      const queue = findQueue(address.slice(0, -managementSuffix.length));
      const answer = answerManagement(request, { queue, sessions, store });
      ({ status, body } = answer);
    });
    if (error) status = error.condition === conditions.notFound ? 404 : 410;
    const reply: AmqpMessage = {
      body,
      application_properties: {
        statusCode: status,
        'status-code': status,
        ...(error && {
          statusDescription: error.description,
          'status-description': error.description,
          errorCondition: error.condition,
          'error-condition': error.condition,
        }),
      },
    };
    if (request.message_id !== undefined) reply.correlation_id = request.message_id;
    link.send(reply as Parameters<Sender['send']>[0]);
  };

  /** What the queue refuses becomes an error for the peer; anything else is our fault, and is logged as that. */
  const refusalOf = (run: () => void): AmqpError | null => {
    try {
      run();
      return null;
    } catch (error) {
      if (error instanceof ServiceBusRefusal)
        return { condition: error.condition, description: error.message };
      log('error', `service-bus: ${error instanceof Error ? error.stack : String(error)}`);
      return { condition: conditions.internal, description: String(error) };
    }
  };
  const guardLink = (link: Sender | Receiver, open: () => void): void => {
    const error = refusalOf(open);
    if (error) refuseLink(link, error);
  };

  container.on('disconnected', ({ connection }: EventContext) => {
    for (const [sender, { queue, consumer, leave }] of [...outlets]) {
      if (sender.connection !== connection) continue;
      leave();
      queue.release(consumer);
    }
  });
  const ignored = ['connection_close', 'session_close', 'receiver_close', 'receiver_error', 'sender_error'];
  for (const event of [...ignored, 'session_error', 'settled']) container.on(event, () => {});
  for (const event of ['error', 'protocol_error', 'connection_error']) {
    container.on(event, (error: unknown) => log('debug', `service-bus: ${event}: ${String(error)}`));
  }

  return createServer((socket) => accept(socket, container, log));
}

/** rhea wants a host and a port even for a connection it is handed. */
const acceptedConnection = { host: '127.0.0.1', port: 0, reconnect: false };

type Container = ReturnType<typeof rhea.create_container>;

/** rhea guards what it does on input, but not what it puts off to the next tick. */
function accept(socket: Socket, container: Container, log: BrokerDependencies['log']): void {
  const connection = container.create_connection(acceptedConnection) as Connection & {
    accept(socket: Socket): void;
    _process(): void;
  };
  const process = connection._process;
  connection._process = () => {
    try {
      process.call(connection);
    } catch (error) {
      log('warn', `service-bus: a connection is closed: ${String(error)}`);
      socket.destroy();
    }
  };
  socket.setNoDelay(true);
  connection.accept(socket);
}

interface IncomingTransfer {
  readonly message: AmqpMessage | Buffer;
  readonly format?: number;
}

function messagesOf({ message, format }: IncomingTransfer): AmqpMessage[] {
  if (!Buffer.isBuffer(message)) return [message];
  if (format === batchFormat) return splitBatch(message).map(requireDecodable);
  throw new ServiceBusRefusal(conditions.notAllowed, `message format ${format} is not known`);
}

function toDeadLetterSettlement({ error }: NonNullable<OutgoingDelivery['remote_state']>): Settlement {
  const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = error?.info ?? {};
  return {
    kind: 'dead-letter',
    reason: typeof DeadLetterReason === 'string' ? DeadLetterReason : undefined,
    description: typeof DeadLetterErrorDescription === 'string' ? DeadLetterErrorDescription : undefined,
    properties,
  };
}

function isRequestAddress(address: string): boolean {
  return address === '$cbs' || address.toLowerCase().endsWith(managementSuffix);
}

/** .NET ticks, 100 ns since the year 1, as 8 bytes: more than a JavaScript number holds. */
function toTicks(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(ms) * 10_000n + 621_355_968_000_000_000n);
  return bytes;
}
