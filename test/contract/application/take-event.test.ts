import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';
import { takeEvent, takeMessage } from '../../../shared/dispatch/take-event.ts';
import { breachText } from '../../fixtures/breach-text.ts';
import { type Answer, type Asked, missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { temporaryFolder } from './local-services.ts';

let hub: TaskHub;
let away = false;
let gone = false;
const asked: Asked[] = [];
const warnings: string[] = [];
const log = { warn: (message: string) => void warnings.push(message), debug: () => {} };

const answer = (request: Asked): Answer => {
  if (away) return [503, { Message: 'storage is away' }];
  if (request.method === 'GET') return missing;
  if (gone) return missing;
  asked.push(request);
  return [202, { id: 'started' }];
};

beforeAll(async () => {
  const models = join(temporaryFolder(), 'models');
  mkdirSync(models);
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  writeFileSync(
    join(models, 'spam-filter.yaml'),
    sample.replace('  drift: true', '  drift: true\n  data: true'),
  );
  const settings = {
    RATCHET_WORKSPACE_ID:
      '/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w',
    RATCHET_CONTAINER: 'azureml',
    RATCHET_STORAGE:
      'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;',
    RATCHET_MODELS_DIR: models,
  };
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  hub = await openTaskHub(answer);
});
afterAll(() => hub.close());
beforeEach(() => {
  away = false;
  gone = false;
  asked.length = 0;
  warnings.length = 0;
});

const workspaceEvent = (type: string, data: object, id = 'e1') => ({
  id,
  eventType: `Microsoft.MachineLearningServices.${type}`,
  subject: 'x',
  eventTime: '2026-03-01T00:00:00Z',
  data,
});
const breach = workspaceEvent('RunStatusChanged', {
  runId: 'step-1',
  runStatus: 'Completed',
  runTags: { azureml_modelmonitor_threshold_breached: breachText('spam-filter_drift') },
});
const ended = workspaceEvent('RunCompleted', { runId: 'spam-filter-20260301-00000000-train' });
const monitor = workspaceEvent('RunCompleted', { runId: 'mon', experimentName: 'spam-filter_daily' });
const upload = {
  id: 'e2',
  source: '/x',
  specversion: '1.0',
  type: 'Microsoft.Storage.BlobCreated',
  subject: '/blobServices/default/containers/azureml/blobs/mail/spam-filter/1.jsonl',
  time: '2026-03-01T00:00:00Z',
  data: { api: 'PutBlob', eTag: '0x1', contentLength: 3 },
};
const paths = () => asked.map(({ path }) => path.replace(/[0-9a-f]{32}/, 'HASH'));
const signal = '/durabletask/orchestrators/admit-signal/signal-HASH';

describe('a message', () => {
  it('is one event or an array of them, of either source and schema, and each is taken as from a webhook', async () => {
    for (const event of [breach, upload, ended, monitor]) await takeEvent(event, hub.client, log);
    const byWebhook = paths();
    expect(byWebhook).toEqual([
      signal,
      signal,
      '/durabletask/instances/spam-filter-20260301-00000000/raiseEvent/job-ended-spam-filter-20260301-00000000-train',
      '/durabletask/orchestrators/check-monitor/monitor-HASH',
    ]);
    asked.length = 0;
    await takeMessage([breach, upload], hub.client, log);
    await takeMessage(ended, hub.client, log);
    await takeMessage(monitor, hub.client, log);
    expect(paths()).toEqual(byWebhook);
    expect(warnings).toEqual([]);
  });

  it.each([
    ['text', 'no JSON'],
    ['bytes', Buffer.from([0xff, 0xfe])],
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['an object that is no event', { hello: 'world' }],
    ['an empty array', []],
    ['an event without an id', { ...breach, id: '' }],
  ])('with %s is dropped with a warning, and never comes again', async (_what, body) => {
    await takeMessage(body, hub.client, log);
    expect(warnings).toHaveLength(1);
    expect(asked).toEqual([]);
  });

  it('about the job of a run that is gone, or of somebody else, wakes nobody and is taken', async () => {
    gone = true;
    await takeMessage(ended, hub.client, log);
    expect(warnings).toEqual([]);
  });

  it('comes again when the task hub is away', async () => {
    away = true;
    await expect(takeMessage([upload], hub.client, log)).rejects.toMatchObject({ code: 'azure-unavailable' });
    await expect(takeMessage(monitor, hub.client, log)).rejects.toMatchObject({ code: 'azure-unavailable' });
    await expect(takeMessage(ended, hub.client, log)).rejects.toThrow('503');
  });

  it('about a deployment comes again when the ledger is away', async () => {
    const deployed = workspaceEvent('ModelDeployed', { ServiceName: 'front', ModelIds: 'spam-filter:1' });
    await expect(takeMessage(deployed, hub.client, log)).rejects.toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(/^recording the deployment to front: .*ECONNREFUSED/),
    });
  });

  it('that holds a broken event among good ones loses the broken one only', async () => {
    await takeMessage(['?', breach], hub.client, log);
    expect(warnings).toHaveLength(1);
    expect(paths()).toEqual([signal]);
  });

  it('of any JSON at all is taken without a failure', async () => {
    const type = fc.constantFrom(
      'Microsoft.MachineLearningServices.RunStatusChanged',
      'Microsoft.MachineLearningServices.DatasetDriftDetected',
      'Microsoft.Storage.BlobCreated',
    );
    const event = fc.record({ id: fc.string(), eventType: type, data: fc.jsonValue() });
    const body = fc.oneof(fc.jsonValue(), event, fc.array(event, { maxLength: 3 }));
    await fc.assert(fc.asyncProperty(body, (value) => takeMessage(value, hub.client, log)));
  });
});

describe('the function queued-events', () => {
  const load = async (queue: string | undefined) => {
    vi.stubEnv('RATCHET_EVENTS_QUEUE', queue);
    vi.resetModules();
    installCoreApi();
    const { registration, lock } = beginRegistration(() => {});
    await import('../../../functions/queued-events.ts');
    lock();
    return registration.functions.get('queued-events');
  };

  it('is there where a queue is set, and takes its messages in sessions', async () => {
    expect(Object.values((await load('ratchet-events'))?.metadata.bindings ?? {})).toContainEqual(
      expect.objectContaining({
        type: 'serviceBusTrigger',
        connection: 'RATCHET_SERVICEBUS',
        queueName: '%RATCHET_EVENTS_QUEUE%',
        isSessionsEnabled: true,
      }),
    );
  });

  it('waits a moment before it lets a message come again', async () => {
    const { callback } = (await load('ratchet-events'))!;
    away = true;
    const begun = performance.now();
    await expect(callback([breach], hub.context)).rejects.toThrow(/the task hub did not take it/);
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it('is not there where none is set', async () => {
    expect(await load(undefined)).toBeUndefined();
    expect(await load('')).toBeUndefined();
  });
});
