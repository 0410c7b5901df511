/**
 * Has a service of the user's own start something, tell how it stands, and end it, by signed requests.
 *
 * Owns: what is asked, and what answers mean. Does not own: when (shared/release/transitions), how a request is signed
 * (shared/http/webhook-signature.ts).
 *
 * Standard Webhooks has no answers: here the answer to each request says how it stands, so nothing has to call back, and no
 * route is open for it. A start that is repeated has the same id, and `ratchetRelease`: the receiver starts one.
 */
import type { WebhookStage } from '../../config/pipeline-stage-schema.ts';
import {
  type OutsideRun,
  type PipelineOrder,
  type PipelineSeen,
  parametersOf,
} from '../../domain/pipeline.ts';
import { RatchetError } from '../../errors.ts';
import { signWebhook } from '../../http/webhook-signature.ts';
import type { PipelineChannel } from './pipeline-channel.ts';
import { readAnswer } from './read-answer.ts';
import type { Rest } from './rest.ts';

/** The headers of a message, with a signature by each key. */
export function signMessage(message: Parameters<typeof signWebhook>[0], keys: readonly Uint8Array[]) {
  const all = keys.map((key) => signWebhook(message, key));
  return { ...all[0]!, 'webhook-signature': all.map((headers) => headers['webhook-signature']).join(' ') };
}

/** What is to be done about a refusal of the service. */
export function adviseWebhook(status: number): string {
  if (status === 401 || status === 403)
    return 'it must take what RATCHET_WEBHOOK_SECRET signs: docs/pipelines.md';
  return status === 404 || status === 410 ? 'check url in the model file' : '';
}

type Deed = 'start' | 'status' | 'cancel';

export class SignedWebhook implements PipelineChannel {
  readonly #rest: Rest;
  readonly #stage: WebhookStage;

  constructor(rest: Rest, stage: WebhookStage) {
    this.#rest = rest;
    this.#stage = stage;
  }

  start(order: PipelineOrder): Promise<PipelineSeen> {
    return this.#ask('start', order, true);
  }

  observe(order: PipelineOrder): Promise<PipelineSeen> {
    return this.#ask('status', order, false);
  }

  cancel(order: PipelineOrder, known: OutsideRun | null): Promise<PipelineSeen> {
    return this.#ask('cancel', order, known === null);
  }

  async #ask(deed: Deed, order: PipelineOrder, isBarredForGood: boolean): Promise<PipelineSeen> {
    const asked = `asking ${new URL(this.#stage.url).host} for ${deed}`;
    const subject = { url: this.#stage.url };
    const { key } = order;
    const data = { ...parametersOf(order), parameters: this.#stage.parameters };
    const body = { type: `ratchet.pipeline.${deed}`, timestamp: order.askedAt, data };
    const call = { method: 'POST', path: '', body, messageId: `${key}:${deed}` } as const;
    const answer = await this.#rest.send({ asked, subject, ...call, isBarredForGood });
    // Whoever has only taken a start need not say more.
    const said = deed === 'start' && answer['state'] === undefined ? { ...answer, state: 'running' } : answer;
    return readAnswer(said, key, (why) => {
      throw new RatchetError('azure-unavailable', `${asked}: ${why}`, { subject });
    });
  }
}
