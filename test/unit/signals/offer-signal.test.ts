import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InvocationContext } from '@azure/functions';
import * as df from 'durable-functions';
import { afterEach, describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { offerSignal, signalInstanceId } from '../../../shared/signals/offer-signal.ts';
import { manualSignal } from '../../../shared/signals/parse-manual-request.ts';

const parsed = parseModelFile('m.yaml', readFileSync('models/spam-filter.yaml', 'utf8'));
if (!('model' in parsed)) throw new Error('the sample model file is broken');
const signal = manualSignal('spam-filter', { reason: 'test', requestedBy: 'jane' }, 'key');
const offer = { signal, pinned: parsed.model };
const instanceId = signalInstanceId(signal.id);

type Answer = readonly [status: number, body: unknown];

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** The application's durable client, talking to a task hub that answers as told. */
async function clientOf(answer: (method: string) => Answer) {
  const server = createServer((request, response) => {
    const [status, body] = answer(request.method ?? '');
    request.resume().once('end', () => {
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return clientAt((server.address() as AddressInfo).port);
}

function clientAt(port: number) {
  const input = df.input.durableClient();
  const context = new InvocationContext({
    functionName: 'test',
    invocationId: 'test',
    logHandler: () => undefined,
    options: { extraInputs: [input], extraOutputs: [], trigger: { type: 'httpTrigger', name: 'request' } },
  });
  const rpcBaseUrl = `http://127.0.0.1:${port}/durabletask/`;
  const urls = { taskHubName: 'test', creationUrls: {}, managementUrls: {}, rpcBaseUrl };
  context.extraInputs.set(input, urls);
  return df.getClient(context);
}

const missing: Answer = [404, { Message: 'missing' }];
const running: Answer = [
  200,
  {
    name: 'admit-signal',
    instanceId,
    runtimeStatus: 'Running',
    createdTime: '2026-01-01T00:00:00Z',
    lastUpdatedTime: '2026-01-01T00:00:00Z',
    input: null,
    output: null,
  },
];

describe('offerSignal', () => {
  it('starts the admission of a signal the task hub does not know', async () => {
    const client = await clientOf((method) => (method === 'GET' ? missing : [202, { id: instanceId }]));
    expect(await offerSignal(client, offer)).toBe('started');
  });

  it('starts nothing for a signal the task hub knows', async () => {
    const client = await clientOf((method) => (method === 'GET' ? running : [500, {}]));
    expect(await offerSignal(client, offer)).toBe('repeated');
  });

  it('takes a start that another delivery won for a repetition', async () => {
    let known = false;
    const client = await clientOf((method) => {
      if (method === 'GET') return known ? running : missing;
      known = true;
      return [409, { Message: 'exists' }];
    });
    expect(await offerSignal(client, offer)).toBe('repeated');
  });

  it('asks its caller to come again while the task hub is away', async () => {
    const away = await clientOf(() => [503, { Message: 'storage is away' }]);
    const refused = await offerSignal(away, offer).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'azure-unavailable',
      status: 503,
      retryable: true,
      message: expect.stringMatching(
        /^signal manual:spam-filter:key: the task hub did not take it: .+; send it again$/,
      ),
      subject: { signal: signal.id, model: 'spam-filter' },
    });
  });

  it('does so as well where nobody listens', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    await expect(offerSignal(clientAt(port), offer)).rejects.toMatchObject({ code: 'azure-unavailable' });
  });
});
