/**
 * The AMQP listener.
 *
 * Owns: connections. Does not own: what passes over their links (inlets.ts, outlets.ts).
 *
 * Invariant: nothing a peer sends ends the process; what is not understood ends its connection.
 */
import { createServer, type Server, type Socket } from 'node:net';
import rhea, { type Connection, type Container } from 'rhea';
import { serveInlets } from './inlets.ts';
import type { LinkContext } from './link-context.ts';
import { serveOutlets } from './outlets.ts';

const maxMessageBytes = 1024 * 1024;
/** A frame carries at most a message with what surrounds it; senders learn of messages that are too large by their link. */
const maxFrameBytes = 8 * maxMessageBytes;

export function createBroker(context: LinkContext): Server {
  const container = rhea.create_container({
    id: 'ratchet-service-bus',
    sender_options: { autosettle: false, treat_modified_as_released: false },
    receiver_options: { autoaccept: false, max_message_size: maxMessageBytes },
  });
  serveInlets(container, context);
  const outlets = serveOutlets(container, context);
  // Without a listener rhea takes these for errors of ours, or prints them.
  for (const event of ignoredEvents) container.on(event, () => {});
  for (const event of peerErrors) {
    container.on(event, (error: unknown) => context.log('debug', `${event}: ${String(error)}`));
  }
  return createServer((socket) => {
    const connection = accept(socket, container, context);
    socket.once('close', () => outlets.drop(connection));
  });
}

const ignoredEvents = [
  'connection_close',
  'session_close',
  'session_error',
  'receiver_close',
  'receiver_error',
  'sender_error',
  'settled',
  'disconnected',
];
const peerErrors = ['error', 'protocol_error', 'connection_error'];

/** rhea wants a host and a port even for a connection it is handed. */
const acceptedConnection = { host: '127.0.0.1', port: 0, reconnect: false };

/** rhea guards what it does on input, but not what it puts off to the next tick, nor how large a frame it waits for. */
function accept(socket: Socket, container: Container, { log }: LinkContext): Connection {
  const connection = container.create_connection(acceptedConnection) as Connection & {
    accept(socket: Socket): void;
    input(bytes: Buffer): void;
    /** Of the frame that has not come to its end. */
    readonly frame_size?: number;
    _process(): void;
  };
  const input = connection.input;
  connection.input = (bytes) => {
    input.call(connection, bytes);
    const frameBytes = connection.frame_size ?? 0;
    if (frameBytes <= maxFrameBytes) return;
    log(
      'warn',
      `a connection is closed: it announced a frame of ${frameBytes} bytes, and at most ${maxFrameBytes} are allowed`,
    );
    socket.destroy();
  };
  const process = connection._process;
  connection._process = () => {
    try {
      process.call(connection);
    } catch (error) {
      log('warn', `a connection is closed: ${String(error)}`);
      socket.destroy();
    }
  };
  socket.setNoDelay(true);
  connection.accept(socket);
  return connection;
}
