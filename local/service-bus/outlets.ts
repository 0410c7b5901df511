/**
 * The links on which peers receive messages.
 *
 * Owns: which link is which consumer of which queue, and the answers to outcomes.
 * Does not own: who gets which message (queue.ts).
 *
 * Invariants
 * 1. An outcome is confirmed only when the queue has applied it; a lost lock is answered as such.
 * 2. When a connection ends, what was locked over it is ready again: a killed receiver's messages come back at
 *    once, where the service would wait for their locks to run out.
 */
import type { Connection, Container, EventContext } from 'rhea';
import {
  agreeToTermini,
  answerDrains,
  conditions,
  creditOf,
  localAttach,
  type OutgoingDelivery,
  remoteAttach,
  type Sender,
  ServiceBusRefusal,
  settle,
  swapGuid,
  types,
} from './amqp.ts';
import { findQueue, isRequestAddress, type LinkContext, openLink, refusalOf } from './link-context.ts';
import { toDelivered } from './message.ts';
import type { Queue } from './queue.ts';
import type { Consumer, Settlement } from './queue-contract.ts';
import type { SessionLock } from './sessions.ts';

interface Outlet {
  readonly queue: Queue;
  readonly consumer: Consumer;
  readonly session: SessionLock | null;
}

type Outcome = NonNullable<OutgoingDelivery['remote_state']>;

const sessionFilter = 'com.microsoft:session-filter';

interface Outlets {
  /** The connection is gone, with a farewell or without. */
  drop(connection: Connection): void;
}

export function serveOutlets(container: Container, context: LinkContext): Outlets {
  const outlets = new Map<Sender, Outlet>();
  /** Closed links with unsettled messages: a client may still settle those while its connection lasts. */
  const departed = new Map<Connection, Set<Outlet>>();
  const outletOf = (event: EventContext): Outlet | undefined => outlets.get(event.sender as Sender);
  const leave = (sender: Sender): void => {
    const outlet = outlets.get(sender);
    if (!outlet) return;
    outlets.delete(sender);
    outlet.queue.detach(outlet.consumer);
    if (outlet.session) context.sessions.release(outlet.queue, outlet.session);
    if (!outlet.queue.holdsLocks(outlet.consumer)) return;
    const siblings = departed.get(sender.connection) ?? new Set();
    departed.set(sender.connection, siblings.add(outlet));
  };

  container.on('sender_open', ({ sender }: EventContext) => {
    if (!sender) return;
    openLink(context, sender, () => {
      const outlet = openOutlet(sender, context);
      if (!outlet) return;
      outlets.set(sender, outlet);
      outlet.queue.attach(outlet.consumer);
    });
  });
  container.on('sender_flow', (event: EventContext) => outletOf(event)?.queue.dispatch());
  container.on('sendable', (event: EventContext) => outletOf(event)?.queue.dispatch());
  container.on('sender_draining', ({ sender }: EventContext) => sender?.set_drained(true));
  container.on('sender_close', ({ sender }: EventContext) => leave(sender as Sender));
  for (const [outcome, toSettlement] of Object.entries(settlements)) {
    container.on(outcome, (event: EventContext) => {
      const delivery = event.delivery as unknown as OutgoingDelivery;
      const outlet = outletOf(event);
      // rhea reports an outcome again when we settle it.
      if (!outlet || delivery.settled) return;
      const error = refusalOf(context, () => {
        outlet.queue.settle(swapGuid(delivery.tag), toSettlement(delivery.remote_state ?? {}));
      });
      settle(delivery, error);
    });
  }

  return {
    drop(connection) {
      for (const sender of [...outlets.keys()]) if (sender.connection === connection) leave(sender);
      for (const { queue, consumer } of departed.get(connection) ?? []) queue.release(consumer);
      departed.delete(connection);
    },
  };
}

const settlements: Readonly<Record<string, (outcome: Outcome) => Settlement>> = {
  accepted: () => ({ kind: 'complete' }),
  released: () => ({ kind: 'abandon' }),
  modified: ({ undeliverable_here, message_annotations }) => ({
    kind: undeliverable_here ? 'defer' : 'abandon',
    properties: message_annotations,
  }),
  rejected: ({ error }) => {
    const { DeadLetterReason, DeadLetterErrorDescription, ...properties } = error?.info ?? {};
    return {
      kind: 'dead-letter',
      reason: typeof DeadLetterReason === 'string' ? DeadLetterReason : undefined,
      description: typeof DeadLetterErrorDescription === 'string' ? DeadLetterErrorDescription : undefined,
      properties,
    };
  },
};

/** Null for a link that carries replies to requests. */
function openOutlet(sender: Sender, context: LinkContext): Outlet | null {
  const { source, snd_settle_mode, rcv_settle_mode } = remoteAttach(sender);
  const address = source?.address ?? '';
  Object.assign(localAttach(sender), { snd_settle_mode, rcv_settle_mode });
  agreeToTermini(sender);
  answerDrains(sender);
  if (isRequestAddress(address)) return null;
  const queue = findQueue(context, address);
  const session = queue.requiresSession ? acceptSession(sender, queue, context) : null;
  const consumer: Consumer = {
    sessionId: session?.sessionId ?? null,
    locks: snd_settle_mode !== settledBySender,
    credit: () => (sender.is_open() ? creditOf(sender) : 0),
    deliver: (message, lock) => {
      const delivered = toDelivered(message, lock?.expiresMs ?? null);
      sender.send(delivered as Parameters<Sender['send']>[0], lock ? swapGuid(lock.token) : undefined);
    },
  };
  return { queue, consumer, session };
}

/** The sender settle mode of a receive-and-delete link. */
const settledBySender = 1;

function acceptSession(sender: Sender, queue: Queue, { sessions }: LinkContext): SessionLock {
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
}

/** .NET ticks, 100 ns since the year 1, as 8 bytes: more than a JavaScript number holds. */
function toTicks(ms: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(ms) * 10_000n + 621_355_968_000_000_000n);
  return bytes;
}
