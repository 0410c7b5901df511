import type { EventGridPublisherClient, SendEventGridEventInput } from '@azure/eventgrid';
import { azureError, callTimeoutMs } from './azure-error.ts';

/** Publishes to one custom topic of Event Grid. */
export class Topic {
  readonly #client: EventGridPublisherClient<'EventGrid'>;

  constructor(client: EventGridPublisherClient<'EventGrid'>) {
    this.#client = client;
  }

  async publish(event: SendEventGridEventInput<unknown> & { readonly id: string }): Promise<void> {
    try {
      await this.#client.send([event], { abortSignal: AbortSignal.timeout(callTimeoutMs) });
    } catch (error) {
      throw azureError(`publishing event ${event.id} of type ${event.eventType}`, { event: event.id }, error);
    }
  }
}
