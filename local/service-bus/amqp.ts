/**
 * What the broker needs of the rhea library, with types.
 *
 * rhea declares messages and outcomes as `any` and leaves out parts a broker needs (refusing a link, settling a
 * delivery it sent, the state of draining); everything of that kind is met here and nowhere else.
 */
import { randomBytes } from 'node:crypto';
import rhea, { type Connection, type Receiver, type Sender, type Session } from 'rhea';

export type { Connection, Receiver, Sender };

export interface AmqpError {
  readonly condition: string;
  readonly description: string;
}

export interface AmqpMessage {
  message_id?: string | number | Buffer;
  correlation_id?: string | number | Buffer;
  reply_to?: string;
  group_id?: string;
  ttl?: number;
  delivery_count?: number;
  message_annotations?: Record<string, unknown>;
  application_properties?: Record<string, unknown>;
  body?: unknown;
  [section: string]: unknown;
}

/** A transfer this side sent; the peer settles it by an outcome. */
export interface OutgoingDelivery {
  readonly tag: Buffer;
  settled: boolean;
  remote_settled: boolean;
  remote_state?: {
    readonly undeliverable_here?: boolean;
    readonly message_annotations?: Record<string, unknown>;
    readonly error?: { readonly info?: Record<string, unknown> };
  };
  update(settled: boolean, state: unknown): void;
}

interface Attach {
  source?: { address?: string; filter?: Record<string, unknown> } | null;
  target?: { address?: string } | null;
  properties?: Record<string, unknown>;
  snd_settle_mode?: number;
  rcv_settle_mode?: number;
}

/** The fields of a link that rhea has and does not declare. */
interface LinkInternals {
  readonly local: { readonly attach: Attach };
  readonly remote: { readonly attach: Attach };
  _draining?: boolean;
  _drained?: boolean;
  delivery_count: number;
  _get_drain(): boolean;
  close(error?: AmqpError): void;
  set_source(source: object): void;
  set_target(target: object): void;
}

interface MessageCodec {
  encode(message: AmqpMessage): Buffer;
  decode(bytes: Buffer): AmqpMessage;
  data_section(content: Buffer): unknown;
  accepted(): { described(): unknown };
  rejected(fields: { error: AmqpError }): { described(): unknown };
}
const codec = rhea.message as unknown as MessageCodec;

export const encodeMessage = (message: AmqpMessage): Buffer => codec.encode(message);
export const decodeMessage = (bytes: Buffer): AmqpMessage => codec.decode(bytes);
export const { types } = rhea;

interface ReaderInternals {
  readonly buffer: Buffer;
  read(): unknown;
  read_value(type: unknown): unknown;
  read_n(count: number): unknown[];
  read_array_items(count: number, type: unknown): unknown[];
}

/**
 * rhea takes the number of elements of a list or an array from the peer, makes room for as many, and goes on reading
 * elements that take no bytes (AMQP 1.0, part 1, section 1.6: null, true, the empty list): twenty bytes could ask for all
 * memory there is. Here all lists and arrays of a frame have as many elements together as it has bytes.
 */
function boundReader(reader: ReaderInternals): void {
  const elements = new WeakMap<ReaderInternals, number>();
  function take(from: ReaderInternals, count: number, read: () => unknown): unknown[] {
    const sum = (elements.get(from) ?? 0) + count;
    if (sum > from.buffer.length) {
      throw new RangeError(`${sum} elements cannot be in the ${from.buffer.length} bytes of a frame`);
    }
    elements.set(from, sum);
    return Array.from({ length: count }, read);
  }
  reader.read_n = function (count) {
    return take(this, count, () => this.read());
  };
  reader.read_array_items = function (count, type) {
    return take(this, count, () => this.read_value(type));
  };
}
boundReader((types as unknown as { Reader: { prototype: ReaderInternals } }).Reader.prototype);

export function remoteAttach(link: Sender | Receiver): Attach {
  return (link as unknown as LinkInternals).remote.attach;
}

export function localAttach(link: Sender | Receiver): Attach {
  return (link as unknown as LinkInternals).local.attach;
}

/** Refuses a link the peer has just asked for: an answer without termini, then the reason. */
export function refuseLink(link: Sender | Receiver, error: AmqpError): void {
  const internals = link as unknown as LinkInternals;
  internals.local.attach.source = null;
  internals.local.attach.target = null;
  internals.close(error);
}

/** Agrees to the addresses the peer asked for, or answers with another source. */
export function agreeToTermini(link: Sender | Receiver, source?: object): void {
  const internals = link as unknown as LinkInternals;
  const asked = internals.remote.attach;
  internals.set_source(source ?? asked.source ?? {});
  internals.set_target(asked.target ?? {});
}

/** Answers an outcome; an error in the answer makes the client's promise reject with it. */
export function settle(delivery: OutgoingDelivery, error: AmqpError | null): void {
  const outcome = error === null ? codec.accepted() : codec.rejected({ error });
  delivery.update(true, outcome.described());
  // The peer has no more to say about it; without this rhea would keep it, and its buffer holds 2048.
  delivery.remote_settled = true;
}

/** How many messages the peer still takes: its credit less what waits to be written. */
export function creditOf(sender: Sender): number {
  const { outgoing } = sender.session as Session & {
    outgoing: { next_delivery_id: number; next_pending_delivery: number; available(): number };
  };
  const unwritten = outgoing.next_delivery_id - outgoing.next_pending_delivery;
  return Math.min((sender as Sender & { credit: number }).credit - unwritten, outgoing.available());
}

/**
 * Answers a drain even when the last credit has just been used: rhea then sends a flow without the drain flag, and
 * the client waits for it until it gives up on the link.
 */
export function answerDrains(sender: Sender): void {
  const link = sender as unknown as LinkInternals & { credit: number };
  link._get_drain = () => {
    if (!link._draining || !link._drained) return false;
    link.delivery_count += link.credit;
    link.credit = 0;
    link._draining = false;
    return true;
  };
}

export function newLockToken(): Buffer {
  return randomBytes(16);
}

/** A delivery tag and the lock token in management requests are one GUID in two byte orders. */
export function swapGuid(guid: Buffer): Buffer {
  return Buffer.from([3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map((at) => guid[at] ?? 0));
}

/** A batch arrives as one message whose data sections are the encoded messages. */
export const batchFormat = 0x80013700;

export function splitBatch(bytes: Buffer): Buffer[] {
  const { body } = decodeMessage(bytes);
  const content = (body as { content?: Buffer | Buffer[] } | undefined)?.content ?? [];
  return Array.isArray(content) ? content : [content];
}

export const conditions = {
  notFound: 'amqp:not-found',
  notAllowed: 'amqp:not-allowed',
  internal: 'amqp:internal-error',
  tooLarge: 'amqp:link:message-size-exceeded',
  lockLost: 'com.microsoft:message-lock-lost',
  sessionLockLost: 'com.microsoft:session-lock-lost',
  sessionTaken: 'com.microsoft:session-cannot-be-locked',
  messageNotFound: 'com.microsoft:message-not-found',
  timeout: 'com.microsoft:timeout',
} as const;

/** A request the broker refuses; the condition is what the client's error code is made from. */
export class ServiceBusRefusal extends Error {
  override readonly name = 'ServiceBusRefusal';
  readonly condition: string;

  constructor(condition: string, message: string) {
    super(message);
    this.condition = condition;
  }
}
