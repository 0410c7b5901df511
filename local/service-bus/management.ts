/** The operations a client asks for on `{queue}/$management`. */
import {
  type AmqpMessage,
  conditions,
  decodeMessage,
  encodeMessage,
  ServiceBusRefusal,
  types,
} from './amqp.ts';
import { toDelivered } from './message.ts';
import type { Queue } from './queue.ts';
import type { Settlement } from './queue-contract.ts';
import type { Sessions } from './sessions.ts';
import type { MessageStore, StoredMessage } from './store.ts';

interface ManagementContext {
  readonly queue: Queue;
  readonly sessions: Sessions;
  readonly store: MessageStore;
}

interface ManagementAnswer {
  /** 204: done, and there is nothing to return. */
  readonly status: 200 | 204;
  readonly body: unknown;
}

type Fields = Readonly<Record<string, unknown>>;
type Operation = (fields: Fields, context: ManagementContext) => unknown;

/** AMQP type codes of array elements. */
const codes = { long: 0x81, timestamp: 0x83 } as const;

const operations: Readonly<Record<string, Operation>> = {
  'com.microsoft:renew-lock': (fields, { queue }) => {
    const expirations = listOf(fields, 'lock-tokens').map((token) => queue.renew(asGuid(token)));
    return { expirations: types.wrap_array(expirations, codes.timestamp, undefined) };
  },

  'com.microsoft:schedule-message': (fields, { queue }) => {
    const messages = listOf(fields, 'messages').map((entry) =>
      decodeMessage((entry as { message: Buffer }).message),
    );
    // A duplicate gets a number too, one that belongs to no message.
    const seqs = queue.send(messages).map((seq) => seq ?? 0);
    return { 'sequence-numbers': types.wrap_array(seqs, codes.long, undefined) };
  },

  'com.microsoft:cancel-scheduled-message': (fields, { queue }) => {
    queue.cancelScheduled(listOf(fields, 'sequence-numbers').map(asNumber));
    return {};
  },

  'com.microsoft:peek-message': (fields, { queue }) => {
    const sessionId = fields['session-id'];
    const messages = queue.peek(
      asNumber(fields['from-sequence-number']),
      asNumber(fields['message-count']),
      typeof sessionId === 'string' ? sessionId : null,
    );
    return messages.length === 0
      ? null
      : { messages: messages.map((message) => ({ message: encode(message, null) })) };
  },

  'com.microsoft:receive-by-sequence-number': (fields, { queue }) => {
    const locks = asNumber(fields['receiver-settle-mode']) === 1;
    const received = queue.receiveDeferred(listOf(fields, 'sequence-numbers').map(asNumber), locks);
    return {
      messages: received.map(({ message, lock }) => ({
        message: encode(message, lock?.expiresMs ?? null),
        ...(lock && { 'lock-token': types.wrap_uuid(lock.token) }),
      })),
    };
  },

  'com.microsoft:update-disposition': (fields, { queue }) => {
    const settlement = toSettlement(fields);
    for (const token of listOf(fields, 'lock-tokens')) queue.settle(asGuid(token), settlement);
    return {};
  },

  'com.microsoft:renew-session-lock': (fields, { queue, sessions }) => ({
    expiration: types.wrap_timestamp(sessions.renew(queue, String(fields['session-id']))),
  }),

  'com.microsoft:get-session-state': (fields, { queue, store }) => ({
    'session-state': store.sessionState(queue.name, String(fields['session-id'])),
  }),

  'com.microsoft:set-session-state': (fields, { queue, store }) => {
    const state = fields['session-state'];
    store.setSessionState(queue.name, String(fields['session-id']), Buffer.isBuffer(state) ? state : null);
    return {};
  },
};

/** Throws a ServiceBusRefusal for what cannot be done. */
export function answerManagement(request: AmqpMessage, context: ManagementContext): ManagementAnswer {
  const name = String(request.application_properties?.['operation']);
  const operation = operations[name];
  if (!operation) {
    const known = Object.keys(operations).join(', ');
    throw new ServiceBusRefusal(
      conditions.notAllowed,
      `operation ${name} is not emulated; there are ${known}`,
    );
  }
  const body = operation((request.body ?? {}) as Fields, context);
  return body === null ? { status: 204, body: {} } : { status: 200, body };
}

function encode(message: StoredMessage, lockedUntilMs: number | null): Buffer {
  return encodeMessage(toDelivered(message, lockedUntilMs));
}

function toSettlement(fields: Fields): Settlement {
  const properties = fields['properties-to-modify'] as Record<string, unknown> | undefined;
  switch (fields['disposition-status']) {
    case 'completed':
      return { kind: 'complete' };
    case 'abandoned':
      return { kind: 'abandon', properties };
    // As the protocol spells it.
    case 'defered':
      return { kind: 'defer', properties };
    case 'suspended': {
      const [reason, description] = [fields['deadletter-reason'], fields['deadletter-description']];
      return {
        kind: 'dead-letter',
        reason: typeof reason === 'string' ? reason : undefined,
        description: typeof description === 'string' ? description : undefined,
        properties,
      };
    }
    default: {
      const got = JSON.stringify(fields['disposition-status']);
      throw new ServiceBusRefusal(
        conditions.notAllowed,
        `disposition-status: expected a settlement, got ${got}`,
      );
    }
  }
}

function listOf(fields: Fields, name: string): unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) {
    throw new ServiceBusRefusal(
      conditions.notAllowed,
      `${name}: expected a list, got ${JSON.stringify(value)}`,
    );
  }
  return value;
}

/** AMQP longs arrive as numbers, or as 8 bytes where a number cannot hold them. */
function asNumber(value: unknown): number {
  if (Buffer.isBuffer(value) && value.length === 8) return Number(value.readBigInt64BE());
  return Number(value);
}

function asGuid(value: unknown): Buffer {
  if (!Buffer.isBuffer(value)) {
    throw new ServiceBusRefusal(
      conditions.notAllowed,
      `lock-tokens: expected GUIDs, got ${JSON.stringify(value)}`,
    );
  }
  return value;
}
