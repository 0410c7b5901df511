import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { offerSignal, signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import { manualSignal } from '../../../shared/signals/parse-manual-request.ts';
import {
  type Answer,
  type Asked,
  clientOfNobody,
  missing,
  openTaskHub,
  statusOf,
  type TaskHub,
} from '../../fixtures/task-hub.ts';

const parsed = parseModelFile('m.yaml', readFileSync('test/fixtures/spam-filter.yaml', 'utf8'));
if (!('model' in parsed)) throw new Error('the sample model file is broken');
const signal = manualSignal('spam-filter', { reason: 'test', requestedBy: 'jane' }, 'key');
const offer = { signal, pinned: parsed.model };
const instanceId = signalInstanceId(signal.id);
const running = statusOf(instanceId, { runtimeStatus: 'Running' });

const hubs: TaskHub[] = [];
afterEach(() => {
  for (const hub of hubs.splice(0)) hub.close();
});

async function clientOf(answer: (asked: Asked) => Answer) {
  const hub = await openTaskHub(answer);
  hubs.push(hub);
  return hub.client;
}

describe('offerSignal', () => {
  it('starts the admission of a signal the task hub does not know', async () => {
    const client = await clientOf(({ method }) => (method === 'GET' ? missing : [202, { id: instanceId }]));
    expect(await offerSignal(client, offer)).toBe('started');
  });

  it('starts nothing for a signal the task hub knows', async () => {
    const client = await clientOf(({ method }) => (method === 'GET' ? running : [500, {}]));
    expect(await offerSignal(client, offer)).toBe('repeated');
  });

  it('takes a start that another delivery won for a repetition', async () => {
    let known = false;
    const client = await clientOf(({ method }) => {
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
        /^signal manual:spam-filter:key: the task hub did not accept it: .+; send it again$/,
      ),
      subject: { signal: signal.id, model: 'spam-filter' },
    });
  });

  it('does so as well where nobody listens', async () => {
    await expect(offerSignal(await clientOfNobody(), offer)).rejects.toMatchObject({
      code: 'azure-unavailable',
    });
  });
});
