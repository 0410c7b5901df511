/** Blob triggers with source Event Grid, against the local storage account and Event Grid. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { SystemClock, VirtualClock } from '../../../local/clock/clock.ts';
import { Work } from '../../../local/clock/work.ts';
import type { SystemEvent } from '../../../local/cloud-context.ts';
import { type EventGrid, startEventGrid } from '../../../local/event-grid/index.ts';
import { createBlobStore } from '../../../local/functions-host/blob/blob-store.ts';
import { openBlobService, readBlobConnection } from '../../../local/functions-host/blob/connection.ts';
import { matchPath, parsePathPattern } from '../../../local/functions-host/blob/path-pattern.ts';
import { openKeys } from '../../../local/functions-host/http/keys.ts';
import { type Storage, startStorage } from '../../../local/storage/index.ts';
import {
  fixture,
  newHome,
  send,
  startTestHost,
  type TestHost,
  until,
  writeApp,
  writeSettings,
} from './test-host.ts';

const { home, remove } = newHome();
const hostClock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
/** Everything the storage account told Event Grid. */
const published: SystemEvent[] = [];
let grid: EventGrid;
let storage: Storage;
let blobs: BlobServiceClient;
let host: TestHost;
let key: string;

const app = `
  const { app } = require('@azure/functions');
  const record = [];
  const seen = new Map();
  const note = (kind, blob, { triggerMetadata }) => {
    const content = Buffer.isBuffer(blob) ? { base64: blob.toString('base64') } : { parsed: blob };
    record.push({ kind, value: { ...content, metadata: triggerMetadata } });
  };
  const failFirst = (name) => {
    seen.set(name, (seen.get(name) ?? 0) + 1);
    if (seen.get(name) === 1) throw new Error(name + ' fails at first');
  };
  app.get('recorded', { authLevel: 'anonymous', handler: async () => ({ jsonBody: record }) });
  const shared = { connection: 'STORE', source: 'EventGrid' };
  const noteOrFail = (kind) => async (blob, context) => {
    note(kind, blob, context);
    if (context.triggerMetadata.name.startsWith('flaky')) failFirst(kind + context.triggerMetadata.name);
  };
  app.storageBlob('onCsv', { ...shared, path: 'inbox/%FOLDER%/{name}.{ext}', handler: noteOrFail('csv') });
  app.storageBlob('onDirect', { ...shared, path: 'direct/{name}', handler: noteOrFail('direct') });
  app.storageBlob('onCloud', { ...shared, path: 'cloud', dataType: 'string', handler: (blob, context) => note('cloud', blob, context) });
  app.storageBlob('onPatient', {
    ...shared,
    path: 'patient/{name}',
    retry: { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { hours: 1 } },
    handler: noteOrFail('patient'),
  });
`;

beforeAll(async () => {
  const context = { clock: new SystemClock(), work: new Work(), log: () => undefined };
  for (const folder of ['grid', 'storage', 'host']) mkdirSync(join(home, folder));
  grid = await startEventGrid({
    ...context,
    home: join(home, 'grid'),
    port: 0,
    key: 'a2V5',
    subscriptions: [],
    retryScheduleMs: [20],
  });
  storage = await startStorage({
    ...context,
    home: join(home, 'storage'),
    blobPort: 0,
    tablePort: 0,
    publish(topic, events) {
      published.push(...events);
      grid.publish(topic, events);
    },
  });
  blobs = BlobServiceClient.fromConnectionString(storage.connectionString);
  for (const name of ['inbox', 'cloud', 'patient', 'direct']) await blobs.createContainer(name);
  host = await startTestHost({
    appDirectory: writeApp(join(home, 'app'), { 'app.js': app }),
    home: join(home, 'host'),
    keys: true,
    clock: hostClock,
    settingsFile: writeSettings(home, { STORE: storage.connectionString, FOLDER: 'daily' }),
  });
  key = JSON.parse(readFileSync(join(home, 'host', 'keys.json'), 'utf8')).systemKeys.blobs_extension;
  const subscribe = (name: string, container: string, rest: object = {}): void =>
    grid.putSubscription({
      name,
      topic: 'storage',
      schema: 'EventGridSchema',
      endpointUrl: webhook(`Host.Functions.${name}`, key),
      subjectBeginsWith: `/blobServices/default/containers/${container}/`,
      ...rest,
    });
  subscribe('onCsv', 'inbox', { maxEventsPerBatch: 10 });
  subscribe('onCloud', 'cloud', { schema: 'CloudEventSchemaV1_0' });
  await until('both handshakes are done', () => grid.subscriptions().every(({ validated }) => validated));
});
afterAll(async () => {
  await host?.stop();
  await storage?.stop();
  await grid?.stop();
  remove();
});

function webhook(functionName: string, code?: string): string {
  const url = new URL(`${host.url}/runtime/webhooks/blobs`);
  url.searchParams.set('functionName', functionName);
  if (code !== undefined) url.searchParams.set('code', code);
  return url.href;
}

interface Noted {
  base64?: string;
  parsed?: unknown;
  metadata: Record<string, unknown>;
}

const pathsOf = (notes: readonly Noted[]) => notes.map(({ metadata }) => metadata['blobTrigger']);
const recorded = async (kind: string) => (await host.recorded(kind)) as Noted[];

async function noted(kind: string, path: string, times = 1): Promise<Noted[]> {
  let found: Noted[] = [];
  await until(`${path} has run ${times} time(s)`, async () => {
    found = (await recorded(kind)).filter(({ metadata }) => metadata['blobTrigger'] === path);
    return found.length >= times;
  });
  return found;
}

const upload = (container: ContainerClient, name: string, content: string | Buffer) =>
  container.getBlockBlobClient(name).upload(content, Buffer.byteLength(content));
const inbox = () => blobs.getContainerClient('inbox');
const settled = () =>
  until('every event is settled', () => grid.subscriptions().every(({ pending }) => pending === 0));
const createdEvent = (path: string): SystemEvent =>
  published.findLast(
    ({ eventType, subject }) => eventType.endsWith('BlobCreated') && subject.endsWith(path),
  )!;

function deliver(functionName: string, events: readonly object[]) {
  return send(webhook(`Host.Functions.${functionName}`, key), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'aeg-event-type': 'Notification' },
    body: JSON.stringify(events),
  });
}

describe('an upload', () => {
  test('runs the function with the blob’s bytes, and with what path and service say of it', async () => {
    const bytes = Buffer.from([0, 255, 254, 10, 65]);
    const blob = inbox().getBlockBlobClient('daily/2026/é ü.v1.csv');
    await blob.uploadData(bytes, {
      blobHTTPHeaders: { blobContentType: 'text/csv' },
      metadata: { owner: 'ann' },
    });
    const [run] = await noted('csv', 'inbox/daily/2026/é ü.v1.csv');
    expect(run?.base64).toBe(bytes.toString('base64'));
    expect(run?.metadata).toMatchObject({
      blobTrigger: 'inbox/daily/2026/é ü.v1.csv',
      uri: blob.url,
      name: '2026/é ü.v1',
      ext: 'csv',
      metadata: { owner: 'ann' },
      properties: { contentType: 'text/csv', contentLength: 5, eTag: expect.stringContaining('0x') },
    });
    await settled();
    await until('the host has nothing to do', () => host.work.busy === 0);
  });

  test('told in CloudEvents runs it too; a container alone takes every name, and dataType string a text', async () => {
    await upload(blobs.getContainerClient('cloud'), 'any/name', '{"rows":3}');
    const [run] = await noted('cloud', 'cloud/any/name');
    expect(run?.parsed).toEqual({ rows: 3 });
  });

  test('of an empty blob gives no bytes', async () => {
    await upload(inbox(), 'daily/empty.csv', '');
    expect((await noted('csv', 'inbox/daily/empty.csv'))[0]?.base64).toBe('');
  });

  test('at a path that does not match starts nothing', async () => {
    const before = (await recorded('csv')).length;
    await upload(inbox(), 'weekly/a.csv', 'x');
    await upload(inbox(), 'daily/README', 'x');
    await settled();
    expect(await recorded('csv')).toHaveLength(before);
  });

  test('whose function throws comes again until it passes', async () => {
    await upload(inbox(), 'daily/flaky.csv', 'x');
    await noted('csv', 'inbox/daily/flaky.csv', 2);
    await settled();
    expect(await noted('csv', 'inbox/daily/flaky.csv', 2)).toHaveLength(2);
    const failures = host.entries.filter(({ message }) => message.includes('csvflaky fails at first'));
    expect(failures).toMatchObject([{ level: 'error', function: 'onCsv' }]);
    expect(failures[0]?.message).toContain('failed on blob inbox/daily/flaky.csv');
  });
});

describe('a delivery', () => {
  test('of another event than BlobCreated starts nothing', async () => {
    await upload(blobs.getContainerClient('direct'), 'there', 'x');
    for (const eventType of [
      'Microsoft.Storage.BlobDeleted',
      'Microsoft.Storage.BlobTierChanged',
      undefined,
    ]) {
      const event = { ...createdEvent('direct/blobs/there'), eventType };
      expect((await deliver('onDirect', [event])).status).toBe(202);
    }
    expect(await recorded('direct')).toEqual([]);
  });

  test('of a batch runs each blob that matches, more than are read at once', async () => {
    const names = Array.from({ length: 12 }, (_, n) => `batch-${n}`);
    for (const name of names) await upload(blobs.getContainerClient('patient'), name, name);
    await upload(inbox(), 'weekly/b.csv', 'x');
    const events = [...names.map((name) => `patient/blobs/${name}`), 'weekly/b.csv'].map(createdEvent);
    expect((await deliver('onPatient', events)).status).toBe(202);
    const runs = await recorded('patient');
    expect(pathsOf(runs).toSorted()).toEqual(names.map((name) => `patient/${name}`).toSorted());
    for (const { base64, metadata } of runs) {
      expect(Buffer.from(base64 ?? '', 'base64').toString()).toBe(metadata['name']);
    }
  });

  test('of a batch that Event Grid puts together runs each blob', async () => {
    const names = ['daily/g1.csv', 'daily/g2.csv', 'daily/g3.csv'];
    for (const name of names) await upload(inbox(), name, name);
    await settled();
    const again = names.map((name, n) => ({ ...createdEvent(name), id: `again-${n}` }));
    grid.publish('storage', again);
    await settled();
    const paths = pathsOf(await recorded('csv'));
    for (const name of names) expect(paths.filter((path) => path === `inbox/${name}`)).toHaveLength(2);
  });

  test('of which one blob fails is answered 500 after the others ran, and 202 once all pass', async () => {
    for (const name of ['flaky', 'sound']) await upload(blobs.getContainerClient('direct'), name, 'x');
    const events = ['direct/blobs/flaky', 'direct/blobs/sound'].map(createdEvent);
    expect((await deliver('onDirect', events)).status).toBe(500);
    expect(pathsOf(await recorded('direct')).toSorted()).toEqual(['direct/flaky', 'direct/sound']);
    expect((await deliver('onDirect', events)).status).toBe(202);
    expect(await recorded('direct')).toHaveLength(4);
  });

  test('for a blob that is gone is taken for done, with a warning', async () => {
    await upload(inbox(), 'daily/gone.csv', 'x');
    await settled();
    await inbox().deleteBlob('daily/gone.csv');
    const before = (await recorded('csv')).length;
    expect((await deliver('onCsv', [createdEvent('daily/gone.csv')])).status).toBe(202);
    expect(await recorded('csv')).toHaveLength(before);
    expect(host.entries).toContainEqual({
      level: 'warn',
      message: 'inbox/daily/gone.csv was deleted before it could be read: its event is taken as handled',
      function: 'onCsv',
    });
  });

  test('whose function waits for a retry on the clock is no work until then, others or not', async () => {
    const patient = blobs.getContainerClient('patient');
    for (const name of ['flaky-1', 'quick']) await upload(patient, name, 'x');
    const answer = deliver('onPatient', ['patient/blobs/flaky-1', 'patient/blobs/quick'].map(createdEvent));
    await noted('patient', 'patient/quick');
    await until('only the wait for the clock is left', () => host.work.busy === 0);
    expect(hostClock.nextDueMs()).toBe(hostClock.now() + 3_600_000);
    hostClock.setNow(hostClock.now() + 3_600_000);
    expect(host.work.busy).toBeGreaterThan(0);
    expect((await answer).status).toBe(202);
    expect(await noted('patient', 'patient/flaky-1', 2)).toHaveLength(2);
    await until('the answer is out', () => host.work.busy === 0);
  });

  test.each([
    ['without an address', {}],
    ['with an address that is none', { url: 'nowhere' }],
    ['with the address of a container', { url: 'http://127.0.0.1:1/devstoreaccount1/inbox' }],
    ['whose address is no text', { url: { toString: 'x' } }],
    ['whose address is not UTF-8', { url: 'http://127.0.0.1:1/devstoreaccount1/inbox/%ff' }],
    ['of another kind of account', { url: 'https://account.blob.core.windows.net/inbox/daily/a.csv' }],
  ])('of a BlobCreated %s is malformed', async (_what, data) => {
    const event = { id: 'x', eventType: 'Microsoft.Storage.BlobCreated', data };
    const answer = await deliver('onCsv', [event]);
    expect([answer.status, answer.body]).toEqual([400, expect.stringContaining('data.url')]);
  });

  test.each(['onCsv', 'Host.Functions.recorded', 'Host.Functions.nobody', ''])(
    'for functionName %j, which names no blob trigger, is not found',
    async (name) => {
      const answer = await send(webhook(name, key), { method: 'POST' });
      expect(answer.status).toBe(404);
      expect(answer.body).toContain('Host.Functions.NAME');
    },
  );

  test('is shut without the key blobs_extension', async () => {
    const { systemKeys } = JSON.parse(readFileSync(join(home, 'host', 'keys.json'), 'utf8'));
    for (const code of [undefined, 'wrong', systemKeys.eventgrid_extension]) {
      const answer = await send(webhook('Host.Functions.onCsv', code), { method: 'POST' });
      expect(answer.status).toBe(401);
    }
  });
});

test('a key file of before there were blob triggers gets their key, and keeps the others', () => {
  const file = join(home, 'old-keys.json');
  const first = openKeys(file, []);
  const stored = JSON.parse(readFileSync(file, 'utf8'));
  delete stored.systemKeys.blobs_extension;
  writeFileSync(file, JSON.stringify(stored));
  const second = openKeys(file, []);
  expect(second.systemKey('blobs_extension')).toHaveLength(43);
  expect(second.systemKey('eventgrid_extension')).toBe(first.systemKey('eventgrid_extension'));
});

test('a blob over the limit is refused before it is read', async () => {
  await upload(blobs.getContainerClient('cloud'), 'big', 'x'.repeat(11));
  const store = createBlobStore(blobs, 10);
  const { signal } = new AbortController();
  await expect(store.read({ container: 'cloud', name: 'big' }, signal)).rejects.toThrow(
    'the blob has 11 bytes, more than the 10 a blob trigger takes',
  );
});

test('the address in an event of a real account, or of its Data Lake side, names container and blob', async () => {
  const [payload] = JSON.parse(
    readFileSync(fixture('payloads/storage-blob-created.adls-flush.eventgrid.json'), 'utf8'),
  );
  const service = new BlobServiceClient('https://stmlprod.blob.core.windows.net');
  expect(createBlobStore(service).addressOf(payload.data.url)).toEqual({
    container: 'training-data',
    name: '2026/11/20/part-0.parquet',
  });
});

describe('an app is refused', () => {
  let count = 0;
  const start = (options: string) =>
    startTestHost({
      appDirectory: writeApp(join(home, `refused-${count++}`), {
        'a.js': `require('@azure/functions').app.storageBlob('onBlob', { ${options}, handler: () => undefined });`,
      }),
      home: join(home, 'refused'),
    });
  const whole = "connection: 'STORE', source: 'EventGrid'";

  test.each([
    [
      'whose source is the default',
      "path: 'c/{n}', connection: 'STORE'",
      /function onBlob: source: .*LogsAndContainerScan.*set source: 'EventGrid'/,
    ],
    [
      'whose source is a scan',
      "path: 'c/{n}', connection: 'STORE', source: 'LogsAndContainerScan'",
      /function onBlob: source: .*set source: 'EventGrid'/,
    ],
    ['of a path without container', `path: '/{n}', ${whole}`, /function onBlob: path "\/\{n\}": expected/],
    ['of a container with a parameter', `path: '{c}/{n}', ${whole}`, /must be a name, without parameters/],
    ['of an open brace', `path: 'c/{n', ${whole}`, /a single brace; write \{\{/],
    ['of a new id in the path', `path: 'c/{rand-guid}', ${whole}`, /which only an output may do/],
    ['that asks for a client', `path: 'c/{n}', sdkBinding: true, ${whole}`, /sdkBinding is not supported/],
    [
      'without its setting',
      "path: 'c/{n}', connection: 'NO_STORE', source: 'EventGrid'",
      /connection "NO_STORE": set NO_STORE to a storage connection string, or NO_STORE__blobServiceUri/,
    ],
  ])('%s', async (_what, options, message) => {
    await expect(start(options)).rejects.toThrow(message);
  });
});

describe('a connection', () => {
  const names = ['HT_BLOB', 'AzureWebJobsHT_BLOB', 'HT_BLOB__blobServiceUri', 'HT_BLOB__clientId'];
  afterEach(() => {
    for (const name of names) delete process.env[name];
  });

  test('is a connection string, under its name or the long one', () => {
    process.env['AzureWebJobsHT_BLOB'] = 'long';
    expect(readBlobConnection('f', 'HT_BLOB')).toMatchObject({ kind: 'string', text: 'long' });
    process.env['HT_BLOB'] = 'short';
    expect(readBlobConnection('f', 'HT_BLOB')).toMatchObject({ kind: 'string', text: 'short' });
  });

  test('is an identity where its settings name the blob service', async () => {
    process.env['HT_BLOB__blobServiceUri'] = 'https://account.blob.core.windows.net';
    process.env['HT_BLOB__clientId'] = 'id';
    const connection = readBlobConnection('f', 'HT_BLOB');
    expect(connection).toMatchObject({ kind: 'identity', clientId: 'id' });
    expect((await openBlobService('f', connection)).accountName).toBe('account');
  });

  test.each([
    ['HT_BLOB', 'not one', 'a storage connection string'],
    ['HT_BLOB__blobServiceUri', 'account', 'the address of a blob service'],
  ])('in a setting %s of %j is refused', async (setting, value, form) => {
    process.env[setting] = value;
    await expect(openBlobService('f', readBlobConnection('f', 'HT_BLOB'))).rejects.toThrow(
      `function f: setting ${setting} is not ${form}`,
    );
  });
});

describe('a path', () => {
  const match = (path: string, container: string, name: string) => {
    const found = matchPath(parsePathPattern(path), { container, name });
    return found === null ? null : Object.fromEntries(found);
  };

  test.each([
    ['c/{name}', 'a/b/c.csv', { name: 'a/b/c.csv' }],
    ['c/{name}.{ext}', 'a.b.csv', { name: 'a.b', ext: 'csv' }],
    ['c/in/{name}.csv', 'in/.csv', { name: '' }],
    ['c/in/{name}.csv', 'in/x.CSV', null],
    ['c/in/{name}.csv', 'out/in/x.csv', null],
    ['c/{y}/{m}/{name}', '2026/01/02/x', { y: '2026/01', m: '02', name: 'x' }],
    ['c/{a}{b}', 'xy', { a: 'xy', b: '' }],
    ['c/{{{id}}}', '{7}', { id: '7' }],
    ['c/fixed.csv', 'fixed.csv', {}],
    ['c/fixed.csv', 'fixed.csv.bak', null],
    ['c', 'anything/at/all', {}],
    ['C/x', 'x', {}],
    ['other', 'x', null],
  ])('%s for blob %s', (path, name, parameters) => {
    expect(match(path, 'c', name)).toEqual(parameters);
  });

  test('takes what the real host’s regular expression takes, with the same parameters', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '.', '/'), maxLength: 3 });
    fc.assert(
      fc.property(text, fc.array(text, { minLength: 1, maxLength: 3 }), text, (prefix, literals, name) => {
        const quote = (literal: string): string => literal.replaceAll('.', '\\.');
        const path = `c/${prefix}${literals.map((literal, n) => `{p${n}}${literal}`).join('')}`;
        const capture = literals.map((literal, n) => `(?<p${n}>.*)${quote(literal)}`).join('');
        const expected = new RegExp(`^${quote(prefix)}${capture}$`, 's');
        for (const candidate of [
          name,
          `${prefix}${literals.join(name)}`,
          `${prefix}${name}${literals.join('')}`,
        ]) {
          const groups = expected.exec(candidate)?.groups;
          expect(match(path, 'c', candidate)).toEqual(groups === undefined ? null : { ...groups });
        }
      }),
    );
  });
});
