import { fileURLToPath } from 'node:url';
import { ServiceBusClient } from '@azure/service-bus';
import { expect, onTestFinished, test } from 'vitest';
import { startProcess, temporaryHome } from '../storage/cloud-process.ts';

const queue = 'model-releases';
const script = fileURLToPath(new URL('./bus-process.ts', import.meta.url));

function connect(connectionString: string): ServiceBusClient {
  const client = new ServiceBusClient(connectionString, {
    retryOptions: { maxRetries: 0, timeoutInMs: 3000 },
  });
  onTestFinished(() => client.close());
  return client;
}

async function receiveAll(connectionString: string): Promise<{ body: unknown; deliveryCount: number }[]> {
  const client = connect(connectionString);
  const receiver = client.createReceiver(queue);
  const found: { body: unknown; deliveryCount: number }[] = [];
  for (;;) {
    const messages = await receiver.receiveMessages(10, { maxWaitTimeInMs: 300 });
    if (messages.length === 0) break;
    for (const message of messages) {
      found.push({ body: message.body, deliveryCount: message.deliveryCount ?? -1 });
      await receiver.completeMessage(message);
    }
  }
  await client.close();
  return found;
}

test('acknowledged messages, abandoned and locked ones too, are there after a kill', async () => {
  const home = temporaryHome();
  const first = await startProcess(script, [home]);
  const client = connect(first.firstLine);
  await client
    .createSender(queue)
    .sendMessages([{ body: 'abandoned' }, { body: 'locked' }, { body: 'done' }]);
  const receiver = client.createReceiver(queue);
  const [abandoned] = await receiver.receiveMessages(1);
  await receiver.abandonMessage(abandoned!);
  const messages = [];
  while (messages.length < 3) messages.push(...(await receiver.receiveMessages(3 - messages.length)));
  await receiver.completeMessage(messages.find(({ body }) => body === 'done')!);
  await first.kill();

  const second = await startProcess(script, [home]);
  expect(await receiveAll(second.firstLine)).toEqual([
    { body: 'abandoned', deliveryCount: 1 },
    { body: 'locked', deliveryCount: 0 },
  ]);
});

test.each([
  { point: 'service-bus-before-accept-commit', kept: 0 },
  { point: 'service-bus-after-accept-commit', kept: 1 },
])(
  'killed at $point while a message is accepted: the sender learns nothing and sends it again, once',
  async (expected) => {
    const home = temporaryHome();
    const dying = await startProcess(script, [home], { RATCHET_CRASH_AT: expected.point });
    const release = { messageId: 'release-1', body: 'x' };
    await expect(connect(dying.firstLine).createSender(queue).sendMessages(release)).rejects.toThrow();
    await dying.ended;
    const second = await startProcess(script, [home]);
    const client = connect(second.firstLine);
    expect(await client.createReceiver(queue).peekMessages(5)).toHaveLength(expected.kept);
    await client.createSender(queue).sendMessages(release);
    expect(await receiveAll(second.firstLine)).toEqual([{ body: 'x', deliveryCount: 0 }]);
  },
);
