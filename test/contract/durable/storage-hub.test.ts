import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { TableClient } from '@azure/data-tables';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { beforeEach, expect, test, vi } from 'vitest';
import { main } from '../../../cli/main.ts';
import { upgradeOutput } from '../../../cli/upgrade/schema.ts';
import { storageTaskHub } from '../../../cli/upgrade/storage-hub.ts';
import { EventType, type HistoryEvent } from '../../../local/functions-host/durable/history.ts';
import type { HubInstance, HubItem } from '../../../local/functions-host/durable/takeover/hub-item.ts';
import { refuseInstance } from '../../../local/functions-host/durable/takeover/take-over.ts';
import type { RecordedHistory } from '../../replay/history-file.ts';
import { loadBuiltApp } from '../../replay/load-built-app.ts';
import { startAccount } from '../storage/harness.ts';

type Row = Record<string, unknown> & { partitionKey: string; rowKey: string };

/** Rows and blobs that DurableTask.AzureStorage itself has written: test/oracles/task-hub. */
const written = JSON.parse(readFileSync('test/oracles/task-hub.json', 'utf8')) as {
  history: Row[];
  instances: Row[];
  blobs: Record<string, string>;
};

const columnsOfTime = /^(?:_Timestamp|FireAt|\w+Time|CheckpointCompletedTimestamp)$/;

let history: TableClient;
let instances: TableClient;
let largeMessages: ContainerClient;
let connectionString: string;

beforeEach(async () => {
  const account = await startAccount();
  ({ connectionString } = account.storage);
  history = account.table('RatchetHistory');
  instances = account.table('RatchetInstances');
  largeMessages =
    BlobServiceClient.fromConnectionString(connectionString).getContainerClient('ratchet-largemessages');
  await Promise.all([history.createTable(), instances.createTable(), largeMessages.create()]);
});

const put = async (table: TableClient, row: Row): Promise<void> => {
  const columns = Object.entries(row).map(([name, value]) => [
    name,
    columnsOfTime.test(name) ? new Date(value as string) : value,
  ]);
  await table.createEntity(Object.fromEntries(columns) as Row);
};

async function putWritten(): Promise<void> {
  for (const row of written.history) await put(history, row);
  for (const row of written.instances) await put(instances, row);
  for (const [name, content] of Object.entries(written.blobs))
    await largeMessages.getBlockBlobClient(name).uploadData(Buffer.from(content, 'base64'));
}

async function readAll(failedSinceMs: number | null = null): Promise<HubItem[]> {
  const hub = storageTaskHub({ described: 'test', instances, history, largeMessages });
  const items: HubItem[] = [];
  for await (const item of hub.read(failedSinceMs)) items.push(item);
  return items;
}

async function readInstances(): Promise<Map<string, HubInstance>> {
  const items = (await readAll()).filter((item): item is HubInstance => item.kind === 'instance');
  return new Map(items.map((item) => [item.instanceId, item]));
}

const typesOf = ({ history: events }: HubInstance): number[] => events.map(({ EventType: type }) => type);

test('what has not ended is read with its history, and nothing else', async () => {
  await putWritten();
  const found = await readInstances();
  expect([...found.keys()].sort()).toEqual(['again', 'pending', 'probe']);
  const probe = found.get('probe')!;
  expect(probe).toMatchObject({ orchestrator: 'Probe', version: '', parentInstanceId: null });
  expect(probe.history.filter(({ EventId }) => EventId >= 0).map(({ EventId }) => EventId)).toEqual([
    0, 1, 2, 3, 4, 5, 6, 7, 8,
  ]);
  for (const type of [
    ...[EventType.TaskScheduled, EventType.TaskCompleted, EventType.TaskFailed, EventType.TimerCreated],
    ...[EventType.TimerFired, EventType.EventSent, EventType.EventRaised, EventType.OrchestratorStarted],
    ...[EventType.SubOrchestrationCreated, EventType.SubOrchestrationCompleted],
  ])
    expect(typesOf(probe)).toContain(type);
  expect(typesOf(probe)[1]).toBe(EventType.ExecutionStarted);
  expect(probe.history.at(-1)!.EventType).toBe(EventType.OrchestratorCompleted);
});

test('a result that is too long for a column is read from its blob', async () => {
  await putWritten();
  const { history: events } = (await readInstances()).get('probe')!;
  const completed = events.find((event) => 'TaskScheduledId' in event && event.TaskScheduledId === 1);
  expect(completed).toMatchObject({ Result: JSON.stringify('x'.repeat(100_000)) });
});

test('of an orchestration that began anew the execution before it is passed over', async () => {
  await putWritten();
  const again = (await readInstances()).get('again')!;
  expect(typesOf(again)).toEqual([
    ...[EventType.OrchestratorStarted, EventType.ExecutionStarted, EventType.OrchestratorCompleted],
    ...[EventType.TimerCreated, EventType.OrchestratorCompleted],
  ]);
  expect(again.history[1]).toMatchObject({ Input: '1' });
});

test('what is still to begin has no history', async () => {
  await putWritten();
  expect((await readInstances()).get('pending')).toMatchObject({ orchestrator: 'retrain', history: [] });
});

/** A recorded history as the library writes one: without the inputs of steps, each event in a row of its own. */
async function putRecorded(
  { instanceId, executionId, orchestrator, history: events }: RecordedHistory,
  end: number,
) {
  const names = new Map(Object.entries(EventType).map(([name, type]) => [type as number, name]));
  const nameOf = (type: number): string =>
    names.get(type)!.replace(/^Sub(?:Orchestration)/, 'SubOrchestrationInstance');
  for (const [at, event] of events.slice(0, end).entries()) {
    const {
      EventType: type,
      Timestamp,
      IsPlayed: _,
      ...rest
    } = event as HistoryEvent & { IsPlayed: boolean };
    const columns: Record<string, unknown> = { ...rest, EventType: nameOf(type), ExecutionId: executionId };
    if (type === EventType.TaskScheduled || type === EventType.SubOrchestrationCreated)
      delete columns['Input'];
    for (const [name, value] of Object.entries(columns))
      if (name !== 'FireAt' && typeof value === 'object') columns[name] = JSON.stringify(value);
    for (const name of ['Input', 'Result']) {
      const text = columns[name];
      if (typeof text !== 'string' || text.length < 30_000) continue;
      columns[`${name}BlobName`] = `${instanceId}/history-${at}-${name}.json.gz`;
      await largeMessages.getBlockBlobClient(String(columns[`${name}BlobName`])).uploadData(gzipSync(text));
      columns[name] = '';
    }
    const rowKey = at.toString(16).toUpperCase().padStart(16, '0');
    await put(history, { partitionKey: instanceId, rowKey, _Timestamp: Timestamp, ...columns });
  }
  await put(history, { partitionKey: instanceId, rowKey: 'sentinel', ExecutionId: executionId });
  const times = { CreatedTime: events[0]!.Timestamp, LastUpdatedTime: events[0]!.Timestamp };
  const row = {
    Name: orchestrator,
    Version: '',
    ExecutionId: executionId,
    RuntimeStatus: 'Running',
    ...times,
  };
  await put(instances, { partitionKey: instanceId, rowKey: '', ...row });
}

test.each(['retrain-hears-cancel', 'admit-signal-deferred', 'staged-release-first', 'retrain-accepted'])(
  'the app goes on with %s as it lies in Azure Storage, and leaves out a turn that is being written',
  async (name) => {
    const recorded = JSON.parse(readFileSync(`test/replay/${name}.json`, 'utf8')) as RecordedHistory;
    const ends = recorded.history.flatMap(({ EventType: type }, at) =>
      type === EventType.OrchestratorCompleted ? [at + 1] : [],
    );
    const end = ends.at(-2)!;
    await putRecorded(recorded, end + 1);
    const found = (await readInstances()).get(recorded.instanceId)!;
    expect(found.history).toHaveLength(end);
    const app = await loadBuiltApp();
    expect(
      await refuseInstance(app, found, { defaultVersion: '', match: 'None', failure: 'Reject' }),
    ).toBeNull();
    const other = found.history.map((event) =>
      'Name' in event && 'Version' in event ? { ...event, Name: 'other' } : event,
    );
    expect(
      await refuseInstance(
        app,
        { ...found, history: other },
        { defaultVersion: '', match: 'None', failure: 'Reject' },
      ),
    ).toContain("'other'");
  },
);

test('ratchet upgrade check reads the hub by the connection string of a variable', async () => {
  await putWritten();
  vi.stubEnv('HUB_CONNECTION', connectionString);
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line: string) => void printed.push(line));
  const exit = await main(['upgrade', 'check', '--storage', 'HUB_CONNECTION', '--json']);
  log.mockRestore();
  vi.unstubAllEnvs();
  expect(exit).toBe(1);
  const found = upgradeOutput.parse(JSON.parse(printed.join('\n')));
  expect(found.hub).toBe('task hub Ratchet of HUB_CONNECTION');
  expect(found.orchestrations.map(({ instanceId, why }) => [instanceId, why])).toEqual([
    ['again', 'there is no orchestrator Again any more'],
    ['pending', null],
    ['probe', 'there is no orchestrator Probe any more'],
  ]);
});

test('a hub that is not there is an error that says where else it may be', async () => {
  await instances.deleteTable();
  await expect(readAll()).rejects.toThrow(
    /^test: 404: there is no such task hub: name it with --hub, as host.json does; the Durable Task Scheduler/,
  );
});

test('an entity is what the extension keeps of it, and one without a state is none', async () => {
  const entity = async (id: string, kept: object): Promise<void> => {
    const execution = { partitionKey: id, ExecutionId: 'e', EventId: -1, _Timestamp: '2026-01-01T00:00:00Z' };
    const of = JSON.stringify({ InstanceId: id, ExecutionId: 'e' });
    const start = {
      EventType: 'ExecutionStarted',
      OrchestrationInstance: of,
      Input: JSON.stringify(kept),
      Name: id,
    };
    await put(history, { ...execution, rowKey: '0', EventType: 'OrchestratorStarted' });
    await put(history, { ...execution, rowKey: '1', ...start });
    await put(history, { ...execution, rowKey: '2', EventType: 'OrchestratorCompleted' });
    await put(instances, {
      partitionKey: id,
      rowKey: '',
      Name: id,
      RuntimeStatus: 'Running',
      ExecutionId: 'e',
    });
  };
  await entity('@model@tiny', { exists: true, state: '{"champion":null}', sorter: {} });
  await entity('@fleet@fleet', { sorter: {} });
  expect(await readAll()).toEqual([
    { kind: 'entity', name: 'model', key: 'tiny', state: '{"champion":null}' },
  ]);
});

test('what has failed is named from a time on', async () => {
  const failed = (id: string, LastUpdatedTime: string): Promise<void> =>
    put(instances, {
      partitionKey: id,
      rowKey: '',
      Name: 'retrain',
      RuntimeStatus: 'Failed',
      Output: 'why',
      LastUpdatedTime,
    });
  await failed('early', '2026-01-01T00:00:00Z');
  await failed('late', '2026-02-01T00:00:00Z');
  expect(await readAll()).toEqual([]);
  expect(await readAll(Date.parse('2026-01-15T00:00:00Z'))).toEqual([
    {
      kind: 'failure',
      instanceId: 'late',
      orchestrator: 'retrain',
      at: '2026-02-01T00:00:00.000Z',
      why: 'why',
    },
  ]);
});

test('an event that a newer extension has written is an error that says what to do', async () => {
  await putWritten();
  const { partitionKey, rowKey } = written.history.find((row) => row.partitionKey === 'probe')!;
  await history.updateEntity({ partitionKey, rowKey, EventType: 'ExecutionRewound' }, 'Merge');
  await expect(readAll()).rejects.toThrow(
    'RatchetHistory: probe: events of type "ExecutionRewound" are unknown here; the Durable extension that wrote it is newer',
  );
});
