import type { EventGridPublisherClient, SendEventGridEventInput } from '@azure/eventgrid';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';

/** Publishes to one custom topic of Event Grid. */
export class Topic {
  readonly #client: EventGridPublisherClient<'EventGrid'>;

  constructor(client: EventGridPublisherClient<'EventGrid'>) {
    this.#client = client;
  }

  /** Asks whether the app may publish, without an event. */
  async publishNothing(): Promise<void> {
    try {
      await this.#client.send([], callLimit());
    } catch (error) {
      throw azureError('publishing no event', {}, error);
    }
  }

  async publish(event: SendEventGridEventInput<unknown> & { readonly id: string }): Promise<void> {
    try {
      await this.#client.send([event], callLimit());
    } catch (error) {
      throw azureError(`publishing event ${event.id} of type ${event.eventType}`, { event: event.id }, error);
    }
  }
}
