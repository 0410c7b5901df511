import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect as connectSocket } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../../until.ts';
import { connect, startBus } from './harness.ts';

const amqpHeader = Buffer.from([0x41, 0x4d, 0x51, 0x50, 0, 1, 0, 0]);
const saslHeader = Buffer.from([0x41, 0x4d, 0x51, 0x50, 3, 1, 0, 0]);

/** A frame with the right header around any content. */
function frame(content: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32BE(content.length + 8);
  header.writeUInt8(2, 4);
  return Buffer.concat([header, content]);
}

/** The performative with this code, its fields any bytes. */
function performative(code: number): Buffer {
  return frame(Buffer.concat([Buffer.from([0x00, 0x53, code]), randomBytes(40)]));
}

const hostile: Readonly<Record<string, () => Buffer>> = {
  'random bytes': () => randomBytes(500),
  'an HTTP request': () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
  'a frame of four gigabytes': () => Buffer.concat([amqpHeader, Buffer.from('ffffffff02000000', 'hex')]),
  'a frame shorter than its header': () =>
    Buffer.concat([amqpHeader, Buffer.from('0000000102000000', 'hex')]),
  'random SASL': () => Buffer.concat([saslHeader, frame(randomBytes(60))]),
  'random frames': () =>
    Buffer.concat([amqpHeader, ...Array.from({ length: 20 }, () => frame(randomBytes(40)))]),
  'performatives with random fields': () =>
    Buffer.concat([amqpHeader, ...[0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17, 0x18].map(performative)]),
  'an open, a begin, then transfers on links that do not exist': () =>
    Buffer.concat([
      amqpHeader,
      frame(Buffer.from('005310c00301a10178', 'hex')),
      frame(Buffer.from('005311c00a044043707fffffff', 'hex')),
      frame(Buffer.from('005314c0060243435200', 'hex')),
    ]),
  'an array of four thousand million nulls': () => openWith('f0 00000010 ffffffff 40'),
  'an array of as many UUIDs, none of them there': () => openWith('f0 00000010 ffffffff 98'),
  'arrays of nulls in an array': () =>
    openWith(`f0 00010000 00001000 f0 ${'00000010 0000ffff 40'.repeat(4096)}`),
  'lists that claim thirty million elements, one in the other': () =>
    openWith('d0 00010000 01c9c380'.repeat(5000)),
  'lists one in the other without end': () => openWith('d0 00010000 00000001'.repeat(5000)),
};

/** An open whose container id is this value, in hexadecimal. */
function openWith(value: string): Buffer {
  const field = Buffer.from(value.replaceAll(' ', ''), 'hex');
  const list = Buffer.from('005310d00000000000000001', 'hex');
  list.writeUInt32BE(field.length + 4, 4);
  return Buffer.concat([amqpHeader, frame(Buffer.concat([list, field]))]);
}

test.each(Object.keys(hostile))('%s on the port harm nobody else', async (kind) => {
  const { bus, client } = await startBus([{ name: 'releases' }]);
  const sender = client.createSender('releases');
  await sender.sendMessages({ body: 'before' });
  for (let n = 0; n < 30; n++) {
    const socket = connectSocket(bus.port, '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    socket.end(hostile[kind]!());
    socket.resume();
    await once(socket, 'close');
  }
  await sender.sendMessages({ body: 'after' });
  const messages = await client.createReceiver('releases').peekMessages(5);
  expect(messages.map(({ body }) => body)).toEqual(['before', 'after']);
});

test('a receiver whose connection breaks gives its messages back at once, counted as delivered', async () => {
  const { bus, client, work } = await startBus([{ name: 'releases' }]);
  await client.createSender('releases').sendMessages({ body: 'x' });
  const doomed = connect(bus.connectionString);
  const [locked] = await doomed.createReceiver('releases').receiveMessages(1);
  expect(locked?.body).toBe('x');
  expect(work.busy).toBe(1);
  await doomed.close();
  await until(() => expect(work.busy).toBe(0));
  const receiver = client.createReceiver('releases');
  const [again] = await receiver.receiveMessages(1);
  expect(again?.deliveryCount).toBe(1);
  await receiver.completeMessage(again!);
});
