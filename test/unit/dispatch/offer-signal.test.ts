import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { parseModelFile } from '../../../shared/config/load.ts';
import { offerSignal, signalInstanceId } from '../../../shared/dispatch/offer-signal.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
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
const actor = { kind: 'person', name: 'jane', id: 'id-of-jane' } as const;
const signal = manualSignal('spam-filter', { reason: 'test' }, { key: 'key', actor });
const offer = { signal, pinned: parsed.model };
const instanceId = signalInstanceId(signal.id);
const running = statusOf(instanceId, { runtimeStatus: 'Running' });

const hubs: TaskHub[] = [];
afterEach(() => {
  vi.unstubAllEnvs();
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

  it('holds a tested breach to what the fleet file says of all rules, and records it with the signal', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-offer-'));
    const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    const sure = sample.replace('below: 0.9', 'below: 0.9\n      confidence: 0.95');
    for (const name of ['a', 'b'])
      writeFileSync(join(folder, `${name}.yaml`), sure.replace('model: tiny', `model: ${name}`));
    writeFileSync(join(folder, 'tiny.yaml'), sample);
    vi.stubEnv('RATCHET_MODELS_DIR', folder);
    vi.stubEnv('RATCHET_WORKSPACE_ID', localCloud.workspaceId);
    vi.stubEnv('RATCHET_STORAGE', 'UseDevelopmentStorage=true');
    vi.stubEnv('RATCHET_CONTAINER', 'ratchet');
    const test = { p: 0.01, alpha: 0.05, evidence: [1, 1, 1, 1] };
    const offered = async (tested: Signal['test']): Promise<Signal> => {
      let started: Signal | undefined;
      const client = await clientOf(({ method, body }) => {
        if (method === 'GET') return missing;
        started = (body as { signal: Signal }).signal;
        return [202, { id: instanceId }];
      });
      await offerSignal(client, { ...offer, signal: { ...signal, ...(tested && { test: tested }) } });
      return started!;
    };
    expect((await offered(test)).test).toEqual(test);
    writeFileSync(join(folder, 'fleet.yaml'), 'falseAlarms: 0.05\n');
    expect((await offered(test)).test).toEqual({ ...test, together: { falseAlarms: 0.05, rules: 2 } });
    writeFileSync(join(folder, 'tiny.yaml'), sure);
    expect((await offered(test)).test).toMatchObject({ together: { rules: 3 } });
    const cannotSay = { cannotSay: 'nothing says so' };
    expect((await offered(cannotSay)).test).toEqual(cannotSay);
    expect(await offered(undefined)).toEqual(signal);
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
