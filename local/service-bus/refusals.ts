/** What a queue refuses, each with the condition that Service Bus gives and what to do about it. */
import { conditions, ServiceBusRefusal } from './amqp.ts';

export function lockLost(queue: string): ServiceBusRefusal {
  const why = 'the lock is not held any more: it expired, its connection broke, or the message was settled';
  return new ServiceBusRefusal(conditions.lockLost, `queue ${queue}: ${why}; receive the message again`);
}

/** `what` names the message and its queue: `no deferred message 7 in jobs`. */
export function notFound(what: string): ServiceBusRefusal {
  return new ServiceBusRefusal(
    conditions.messageNotFound,
    `${what}: it was already received or cancelled, or its sequence number is wrong; peek to list the messages`,
  );
}

export function sessionMissing(queue: string): ServiceBusRefusal {
  return new ServiceBusRefusal(
    conditions.notAllowed,
    `queue ${queue} requires sessions: every message needs a sessionId`,
  );
}
