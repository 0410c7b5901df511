import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { expect, test } from 'vitest';
import type { CloudState } from '../../../local/launch/cloud-state.ts';
import { type CloudProcess, cloudHome, startCloudProcess } from '../storage/cloud-process.ts';
import { event, startWebhook, until, type Webhook } from './harness.ts';

async function subscribe({ control }: CloudState, webhook: Webhook): Promise<void> {
  const subscription = { name: 'watcher', topic: 'ratchet', endpointUrl: webhook.url };
  const response = await fetch(`${control}/subscriptions`, {
    method: 'PUT',
    body: JSON.stringify(subscription),
  });
  expect(response.status).toBe(200);
  await until(async () => {
    const all = (await (await fetch(`${control}/subscriptions`)).json()) as {
      name: string;
      validated: boolean;
    }[];
    expect(all.find(({ name }) => name === 'watcher')?.validated).toBe(true);
  });
}

function send({ eventGridEndpoint, eventGridKey }: CloudState, id: string): Promise<void> {
  const client = new EventGridPublisherClient(
    eventGridEndpoint,
    'EventGrid',
    new AzureKeyCredential(eventGridKey),
    {
      allowInsecureConnection: true,
      retryOptions: { maxRetries: 0 },
    },
  );
  return client.send([event(id)]);
}

function idsOf(webhook: Webhook): string[] {
  return webhook.notifications.flatMap(({ body }) => (body as { id: string }[]).map(({ id }) => id));
}

/** A cloud with the subscription in its folder, started again so that it dies at `point`. */
async function cloudThatDiesAt(point: string, webhook: Webhook, home: string): Promise<CloudProcess> {
  const first = await startCloudProcess(home);
  await subscribe(first.state, webhook);
  await first.kill();
  return startCloudProcess(home, [], { RATCHET_CRASH_AT: point });
}

test.each([
  { point: 'event-grid-before-accept-commit', acknowledged: false, deliveries: 0 },
  { point: 'event-grid-after-accept-commit', acknowledged: false, deliveries: 1 },
  { point: 'event-grid-before-delivery', acknowledged: true, deliveries: 1 },
  { point: 'event-grid-after-delivery', acknowledged: true, deliveries: 2 },
])('killed at $point: nothing acknowledged is lost, at most something comes twice', async (expected) => {
  const webhook = await startWebhook();
  const home = cloudHome();
  const dying = await cloudThatDiesAt(expected.point, webhook, home);
  const acknowledged = await send(dying.state, 'e1').then(
    () => true,
    () => false,
  );
  await dying.ended;
  // The answer races with the delivery: where the event is already stored, either may be seen.
  if (!expected.acknowledged) expect(acknowledged).toBe(false);
  const second = await startCloudProcess(home);
  await send(second.state, 'e2');
  await until(() => expect(idsOf(webhook)).toContain('e2'));
  await until(() => expect(idsOf(webhook).filter((id) => id === 'e1')).toHaveLength(expected.deliveries));
});
