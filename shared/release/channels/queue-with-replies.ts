/**
 * Has whoever takes messages of a Service Bus queue start something, and reads the replies.
 *
 * Owns: what is sent, and what replies mean. Does not own: when (shared/release/transitions).
 *
 * Source: "Message sessions" of Azure Service Bus, request and reply: `replyTo` names the queue, `replyToSessionId` the session of
 * the replies. Replies are peeked at, never taken: a repeated look sees the same, and the last one counts.
 */
import type { Queues } from '../../azure/service-bus.ts';
import type { ServiceBusStage } from '../../config/pipeline-stage-schema.ts';
import {
  type OutsideRun,
  type PipelineOrder,
  type PipelineSeen,
  parametersOf,
} from '../../domain/pipeline.ts';
import { RatchetError } from '../../errors.ts';
import type { PipelineChannel } from './pipeline-channel.ts';
import { readAnswer } from './read-answer.ts';

const subjects = { start: 'Ratchet.PipelineStart', cancel: 'Ratchet.PipelineCancel' } as const;

export class QueueWithReplies implements PipelineChannel {
  readonly #queues: Pick<Queues, 'send' | 'peekSession'>;
  readonly #stage: ServiceBusStage;

  constructor(queues: Pick<Queues, 'send' | 'peekSession'>, stage: ServiceBusStage) {
    this.#queues = queues;
    this.#stage = stage;
  }

  async start(order: PipelineOrder): Promise<PipelineSeen> {
    const replied = await this.#readReply(order);
    if (replied) return replied;
    await this.#send('start', order);
    return begun(order);
  }

  async observe(order: PipelineOrder): Promise<PipelineSeen> {
    return (await this.#readReply(order)) ?? begun(order);
  }

  async cancel(order: PipelineOrder, _known: OutsideRun | null): Promise<PipelineSeen> {
    const replied = await this.#readReply(order);
    if (replied && replied.state !== 'running') return replied;
    await this.#send('cancel', order);
    return replied ?? begun(order);
  }

  /** The queue drops a second one with the same id, and so does whoever takes it. */
  async #send(deed: keyof typeof subjects, order: PipelineOrder): Promise<void> {
    const { queue, replyQueue, parameters } = this.#stage;
    await this.#queues.send(queue, {
      messageId: deed === 'start' ? order.key : `${order.key}:${deed}`,
      contentType: 'application/json',
      subject: subjects[deed],
      replyTo: replyQueue,
      replyToSessionId: order.key,
      body: { ...parametersOf(order), parameters },
    });
  }

  /** The last reply that says how it stands; null: there is none yet. */
  async #readReply({ key }: PipelineOrder): Promise<PipelineSeen | null> {
    const { replyQueue } = this.#stage;
    const [last] = (await this.#queues.peekSession(replyQueue, key)).slice(-1);
    if (!last) return null;
    return readAnswer(asObject(last.body), key, (why) => {
      const message = `replies in session ${key} of queue ${replyQueue}: ${why}`;
      throw new RatchetError('azure-unavailable', message, { subject: { queue: replyQueue, session: key } });
    });
  }
}

const begun = ({ key }: PipelineOrder): PipelineSeen => ({
  ...{ state: 'running', why: '', run: { id: key, url: null } },
});

/** Senders without a content type send text, or bytes. */
function asObject(body: unknown): Readonly<Record<string, unknown>> {
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body.toString() : null;
  let value = body;
  try {
    if (text !== null) value = JSON.parse(text);
  } catch {
    // It has no state, and is said to have none.
  }
  return value && typeof value === 'object' && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
