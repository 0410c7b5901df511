/**
 * The links on which peers send: messages for a queue, or requests to `$cbs` and `{queue}/$management`.
 *
 * Invariant: a message is accepted only when it is on disk.
 */
import type { Connection, Container, EventContext } from 'rhea';
import {
  type AmqpError,
  type AmqpMessage,
  agreeToTermini,
  batchFormat,
  conditions,
  remoteAttach,
  type Sender,
  ServiceBusRefusal,
  splitBatch,
} from './amqp.ts';
import {
  findQueue,
  isRequestAddress,
  type LinkContext,
  managedQueue,
  openLink,
  refusalOf,
} from './link-context.ts';
import { answerManagement } from './management.ts';
import { requireDecodable } from './message.ts';

export function serveInlets(container: Container, context: LinkContext): void {
  container.on('receiver_open', ({ receiver }: EventContext) => {
    if (!receiver) return;
    openLink(context, receiver, () => {
      agreeToTermini(receiver);
      const address = remoteAttach(receiver).target?.address ?? '';
      if (!isRequestAddress(address)) findQueue(context, address);
      else if (address !== '$cbs') managedQueue(context, address);
    });
  });

  container.on('message', (event: EventContext) => {
    const { receiver, delivery, connection } = event;
    if (!receiver || !delivery) return;
    const { message, format } = event as unknown as IncomingTransfer;
    const address = remoteAttach(receiver).target?.address ?? '';
    if (isRequestAddress(address)) {
      delivery.accept();
      if (!Buffer.isBuffer(message)) answerRequest(connection, address, message, context);
      return;
    }
    const error = refusalOf(context, () => {
      findQueue(context, address).send(messagesOf(message, format));
    });
    if (error) delivery.reject(error);
    else delivery.accept();
  });
}

interface IncomingTransfer {
  /** rhea decodes plain messages only; a batch comes as bytes. */
  readonly message: AmqpMessage | Buffer;
  readonly format?: number;
}

function messagesOf(message: AmqpMessage | Buffer, format: number | undefined): AmqpMessage[] {
  if (!Buffer.isBuffer(message)) return [message];
  if (format === batchFormat) return splitBatch(message).map(requireDecodable);
  throw new ServiceBusRefusal(conditions.notAllowed, `message format ${format} is not known`);
}

function answerRequest(
  connection: Connection,
  address: string,
  request: AmqpMessage,
  context: LinkContext,
): void {
  const replyTo = request.reply_to;
  const link = connection.find_sender(
    (sender: Sender) => sender.name === replyTo || remoteAttach(sender)?.target?.address === replyTo,
  );
  if (!link) {
    context.log('warn', `no link for the reply to a request on ${address}`);
    return;
  }
  let answer: { status: number; body: unknown } = { status: 202, body: {} };
  const error = refusalOf(context, () => {
    if (address !== '$cbs') {
      answer = answerManagement(request, { ...context, queue: managedQueue(context, address) });
    }
  });
  const reply = toReply(request, answer, error);
  link.send(reply as Parameters<Sender['send']>[0]);
}

/** Every field under both of its names: clients look for either. */
function toReply(
  { message_id }: AmqpMessage,
  { status, body }: { status: number; body: unknown },
  error: AmqpError | null,
): AmqpMessage {
  const statusCode = error ? statusOf(error) : status;
  return {
    ...(message_id !== undefined && { correlation_id: message_id }),
    application_properties: {
      statusCode,
      'status-code': statusCode,
      ...(error && {
        statusDescription: error.description,
        'status-description': error.description,
        errorCondition: error.condition,
        'error-condition': error.condition,
      }),
    },
    body: error ? {} : body,
  };
}

function statusOf({ condition }: AmqpError): number {
  switch (condition) {
    case conditions.notFound:
    case conditions.messageNotFound:
      return 404;
    case conditions.lockLost:
    case conditions.sessionLockLost:
      return 410;
    case conditions.internal:
      return 500;
    default:
      return 400;
  }
}
