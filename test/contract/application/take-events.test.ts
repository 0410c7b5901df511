import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { beginRegistration, installCoreApi } from '../../../local/functions-host/app/core-api.ts';
import { takeEvents } from '../../../shared/dispatch/take-events.ts';
import { breachText } from '../../fixtures/breach-text.ts';
import { type Answer, type Asked, missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { startStorageAlone, temporaryFolder } from './local-services.ts';

let hub: TaskHub;
let away = false;
let gone = false;
const asked: Asked[] = [];
const errors: string[] = [];
const told: string[] = [];
const log = {
  error: (message: string) => void errors.push(message),
  info: (message: string) => void told.push(message),
  debug: () => {},
};
let container: ContainerClient;
/** The connection string of the storage that is there. */
let storage: string;

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
  const settings: Readonly<Record<string, string>> = {
    ...(await startStorageAlone()),
    RATCHET_MODELS_DIR: models,
  };
  storage = settings['RATCHET_STORAGE']!;
  container = BlobServiceClient.fromConnectionString(storage).getContainerClient(localCloud.container);
  await container.createIfNotExists();
  for (const [name, value] of Object.entries(settings)) vi.stubEnv(name, value);
  hub = await openTaskHub(answer);
});
afterAll(() => hub.close());
beforeEach(() => {
  away = false;
  gone = false;
  asked.length = 0;
  errors.length = 0;
  told.length = 0;
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
    for (const event of [breach, upload, ended, monitor]) await takeEvents(event, hub.client, log);
    const byWebhook = paths();
    expect(byWebhook).toEqual([
      signal,
      signal,
      '/durabletask/instances/spam-filter-20260301-00000000/raiseEvent/job-ended-spam-filter-20260301-00000000-train',
      '/durabletask/orchestrators/check-monitor/monitor-HASH',
    ]);
    asked.length = 0;
    await takeEvents([breach, upload], hub.client, log);
    await takeEvents(ended, hub.client, log);
    await takeEvents(monitor, hub.client, log);
    expect(paths()).toEqual(byWebhook);
    expect(errors).toEqual([]);
  });

  it.each<[string, unknown, object]>([
    ['text', 'no JSON', { body: 'no JSON' }],
    ['bytes of text', Buffer.from('{ no JSON'), { body: '{ no JSON' }],
    ['bytes', Buffer.from([0xff, 0xfe]), { bodyBase64: '//4=' }],
    ['nothing', undefined, {}],
    ['null', null, { body: null }],
    ['a number', 7, { body: 7 }],
    ['an object that is no event', { hello: 'world' }, { body: { hello: 'world' } }],
    ['an empty array', [], { body: [] }],
    ['an event without an id', { ...breach, id: '' }, { body: { ...breach, id: '' } }],
  ])('with %s is set aside as it came, with the reason, and never comes again', async (_what, body, kept) => {
    for (let time = 0; time < 2; time++) await takeEvents(body, hub.client, log);
    expect(asked).toEqual([]);
    expect(new Set(errors).size).toBe(1);
    const [, path] = /it is kept as blob (dead-letters\/[0-9a-f]{32}\.json): fix its sender/.exec(
      errors[0]!,
    )!;
    const document = JSON.parse((await container.getBlobClient(path!).downloadToBuffer()).toString());
    expect(document).toEqual({ deadLetterReason: expect.stringMatching(/\w/), ...kept });
    expect(errors[0]).toContain(document.deadLetterReason);
  });

  it.each<[string, (event: object) => unknown]>([
    ['bytes', (event) => Buffer.from(JSON.stringify(event))],
    ['a text', (event) => JSON.stringify(event)],
    ['a text in a text', (event) => JSON.stringify(JSON.stringify(event))],
  ])('of which the event is %s is taken as the event', async (_what, wrap) => {
    await takeEvents(wrap(breach), hub.client, log);
    expect(paths()).toEqual([signal]);
    expect(errors).toEqual([]);
  });

  it('about the job of a run that is gone, or of somebody else, wakes nobody and is taken', async () => {
    gone = true;
    await takeEvents(ended, hub.client, log);
    expect(errors).toEqual([]);
  });

  it('comes again when the task hub is away', async () => {
    away = true;
    await expect(takeEvents([upload], hub.client, log)).rejects.toMatchObject({ code: 'azure-unavailable' });
    await expect(takeEvents(monitor, hub.client, log)).rejects.toMatchObject({ code: 'azure-unavailable' });
    await expect(takeEvents(ended, hub.client, log)).rejects.toThrow('503');
  });

  it('that holds a broken event among good ones loses the broken one only', async () => {
    await takeEvents(['?', breach], hub.client, log);
    expect(errors).toHaveLength(1);
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
    await fc.assert(fc.asyncProperty(body, (value) => takeEvents(value, hub.client, log)));
  });
});

describe('an event of the storage account', () => {
  const renamed = (name: string, type = 'BlobRenamed', api = 'RenameFile') => ({
    ...upload,
    id: `renamed-${name}`,
    type: `Microsoft.Storage.${type}`,
    subject: `/blobServices/default/containers/azureml/blobs/mail/spam-filter/${name}`,
    data: { api },
  });
  const put = async (name: string, content: string): Promise<string> => {
    const blob = container.getBlockBlobClient(`mail/spam-filter/${name}`);
    return (await blob.uploadData(Buffer.from(content))).etag!.replaceAll('"', '');
  };
  const idsAsked = () => asked.map(({ body }) => (body as { signal: { id: string } }).signal.id);

  it('about a rename asks with the signal of the file as it is', async () => {
    const etag = await put('renamed.csv', 'content');
    await takeEvents(renamed('renamed.csv'), hub.client, log);
    await takeEvents(renamed('renamed.csv', 'BlobRenamed', 'SftpRename'), hub.client, log);
    const id = `data:spam-filter:mail/spam-filter/renamed.csv:${etag}`;
    expect(idsAsked()).toEqual([id, id]);
    expect(asked[0]!.body).toMatchObject({ signal: { newData: { bytes: 7 } } });
  });

  it('about a renamed folder asks with each file in it that is data', async () => {
    const names = ['day/a.csv', 'day/sub/b.csv', 'day/_SUCCESS', 'day/empty.csv', 'daylight/c.csv'];
    for (const name of names) await put(name, name.includes('empty') ? '' : 'content');
    await takeEvents(renamed('day', 'DirectoryRenamed', 'RenameDirectory'), hub.client, log);
    expect(idsAsked().map((id) => id.split(':')[2])).toEqual([
      'mail/spam-filter/day/a.csv',
      'mail/spam-filter/day/sub/b.csv',
    ]);
  });

  it('about an empty file, or one that is gone, asks for nothing and says so once', async () => {
    await put('empty.csv', '');
    const empty = { ...upload, subject: upload.subject.replace('1.jsonl', 'empty.csv') };
    const data = { api: 'PutBlob', eTag: '0x1', contentLength: 0 };
    for (let time = 0; time < 3; time++) await takeEvents({ ...empty, data }, hub.client, log);
    for (let time = 0; time < 3; time++) await takeEvents(renamed('gone.csv'), hub.client, log);
    expect(asked).toEqual([]);
    expect(told).toEqual([
      'event e2 ignored: mail/spam-filter/empty.csv is empty. Further events of this kind (empty file) are logged at debug level only.',
      'event renamed-gone.csv ignored: mail/spam-filter/gone.csv no longer exists. Further events of this kind (file gone) are logged at debug level only.',
    ]);
  });

  it('that means nothing is told of once for its kind', async () => {
    const deleted = { ...upload, type: 'Microsoft.Storage.BlobDeleted' };
    for (let time = 0; time < 3; time++) await takeEvents(deleted, hub.client, log);
    expect(told).toEqual([
      expect.stringContaining('events of type Microsoft.Storage.BlobDeleted bring no data'),
    ]);
  });
});

describe('where the storage is unavailable', () => {
  let nobody: typeof takeEvents;
  beforeAll(async () => {
    vi.stubEnv(
      'RATCHET_STORAGE',
      'DefaultEndpointsProtocol=http;AccountName=devstoreaccount1;AccountKey=c2VjcmV0;BlobEndpoint=http://127.0.0.1:1/devstoreaccount1;TableEndpoint=http://127.0.0.1:1/devstoreaccount1;',
    );
    vi.resetModules();
    nobody = (await import('../../../shared/dispatch/take-events.ts')).takeEvents;
  });
  afterAll(() => void vi.stubEnv('RATCHET_STORAGE', storage));
  const unavailable = (what: string) => ({
    code: 'azure-unavailable',
    message: expect.stringMatching(new RegExp(`^${what}.*ECONNREFUSED`)),
  });

  it.each<[string, unknown, string]>([
    [
      'a deployment',
      workspaceEvent('ModelDeployed', { ServiceName: 'front', ModelIds: 'spam-filter:1' }),
      'recording the deployment to front: ',
    ],
    ['an empty file', { ...upload, data: { api: 'PutBlob', contentLength: 0 } }, 'looking up azureml/mail/'],
    ['a message that cannot be read', 'rubbish', 'writing azureml/dead-letters/'],
  ])('%s comes again', async (_what, body, message) => {
    await expect(nobody(body, hub.client, log)).rejects.toMatchObject(unavailable(message));
  });
});

describe('where the ledger refuses an event for good', () => {
  let refusing: Server;
  let refused: typeof takeEvents;
  beforeAll(async () => {
    refusing = createServer((_request, response) => {
      const body = {
        'odata.error': { code: 'InvalidInput', message: { value: 'One of the inputs is not valid.' } },
      };
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    vi.stubEnv(
      'RATCHET_STORAGE',
      storage.replace(/TableEndpoint=[^;]*/, `TableEndpoint=http://127.0.0.1:${port}/devstoreaccount1`),
    );
    vi.resetModules();
    refused = (await import('../../../shared/dispatch/take-events.ts')).takeEvents;
  });
  afterAll(() => {
    vi.stubEnv('RATCHET_STORAGE', storage);
    refusing.close();
  });

  it('sets it aside with the reason, and takes those behind it', async () => {
    const deployed = workspaceEvent(
      'ModelDeployed',
      { ServiceName: 'front', ModelIds: 'spam-filter:1' },
      'e7',
    );
    await refused([deployed, breach], hub.client, log);
    expect(paths()).toEqual([signal]);
    const [, reason, path] =
      /^event e7 was refused, and a retry would not help: (recording the deployment to front: .*InvalidInput.*); the event is kept as blob (.*)$/s.exec(
        errors[0]!,
      )!;
    const kept = JSON.parse((await container.getBlobClient(path!).downloadToBuffer()).toString());
    expect(kept).toEqual({
      deadLetterReason: reason,
      body: expect.objectContaining({ id: 'e7', data: deployed.data }),
    });
    // Whoever has mended the ledger can send it again as it is kept.
    await takeEvents(kept.body, hub.client, log);
    expect(errors).toHaveLength(1);
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
    await expect(callback([breach], hub.context)).rejects.toThrow(/the task hub did not accept it/);
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it('is not there where none is set', async () => {
    expect(await load(undefined)).toBeUndefined();
    expect(await load('')).toBeUndefined();
  });
});
