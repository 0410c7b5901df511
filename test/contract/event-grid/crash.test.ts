import { fileURLToPath } from 'node:url';
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { expect, test } from 'vitest';
import { until } from '../../until.ts';
import { startProcess } from '../storage/cloud-process.ts';
import { event, startWebhook, temporaryHome, type Webhook } from './harness.ts';

const script = fileURLToPath(new URL('./grid-process.ts', import.meta.url));

/** Whether the publisher got an answer. */
async function send(endpoint: string, id: string): Promise<boolean> {
  const client = new EventGridPublisherClient(endpoint, 'EventGrid', new AzureKeyCredential('a2V5'), {
    allowInsecureConnection: true,
    retryOptions: { maxRetries: 0 },
  });
  return client.send([event(id)]).then(
    () => true,
    () => false,
  );
}

function idsOf(webhook: Webhook): string[] {
  return webhook.notifications.flatMap(({ body }) => (body as { id: string }[]).map(({ id }) => id));
}

test.each([
  { point: 'event-grid-before-accept-commit', deliveries: 0 },
  { point: 'event-grid-after-accept-commit', deliveries: 1 },
  { point: 'event-grid-before-delivery', deliveries: 1 },
  { point: 'event-grid-after-delivery', deliveries: 2 },
])('killed at $point, an event comes $deliveries times in all', async ({ point, deliveries }) => {
  const webhook = await startWebhook();
  const home = temporaryHome();
  const dying = await startProcess(script, [home, webhook.url], { RATCHET_CRASH_AT: point });
  await until(() => expect(webhook.handshakes).toHaveLength(1));
  const acknowledged = await send(dying.firstLine, 'e1');
  expect(await dying.ended).toMatchObject({ signal: 'SIGKILL' });
  expect(acknowledged && deliveries === 0).toBe(false);

  const restarted = await startProcess(script, [home]);
  expect(await send(restarted.firstLine, 'e2')).toBe(true);
  await until(() => expect(idsOf(webhook).toSorted()).toEqual([...Array(deliveries).fill('e1'), 'e2']));
});

test('every event acknowledged amid a storm is delivered after a kill', async () => {
  const webhook = await startWebhook();
  const home = temporaryHome();
  const first = await startProcess(script, [home, webhook.url]);
  await until(() => expect(webhook.handshakes).toHaveLength(1));
  webhook.status = 503;
  const acknowledged: string[] = [];
  const storm = Array.from({ length: 4 }, async (_, lane) => {
    for (let n = 0; await send(first.firstLine, `${lane}-${n}`); n++) acknowledged.push(`${lane}-${n}`);
  });
  await until(() => expect(acknowledged.length).toBeGreaterThan(40));
  await first.kill();
  await Promise.all(storm);

  webhook.status = 200;
  const before = webhook.notifications.length;
  await startProcess(script, [home]);
  await until(() => {
    const delivered = new Set(
      webhook.notifications
        .slice(before)
        .flatMap(({ body }) => (body as { id: string }[]).map(({ id }) => id)),
    );
    expect(acknowledged.filter((id) => !delivered.has(id))).toEqual([]);
  });
});
