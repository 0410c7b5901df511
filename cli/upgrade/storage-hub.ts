/**
 * A task hub of the Durable extension in Azure Storage, read as DurableTask.AzureStorage 2 writes it.
 *
 * Its tables are documented as far as their names and purpose
 * (learn.microsoft.com, "Azure Storage provider (Azure Functions)"); the columns are those of the library's own source
 * (AzureTableTrackingStore, TableEntityConverter), and of rows it wrote: test/oracles/task-hub.json.
 * The management API gives no history that could be replayed: it leaves out EventId, TaskScheduledId, TimerId and the starts of
 * turns, and each step that has ended (DurableClient.ConvertOrchestrationStateToStatus of the extension).
 *
 * Invariants
 * 1. Only whole turns are given: what follows the last OrchestratorCompleted is being written.
 * 2. Rows of an execution before the current one, which a shorter history has not overwritten, are passed over.
 */
import { gunzipSync } from 'node:zlib';
import type { TableClient } from '@azure/data-tables';
import type { ContainerClient } from '@azure/storage-blob';
import { EventType, type HistoryEvent } from '../../local/functions-host/durable/history.ts';
import type { HubItem, TaskHub } from '../../local/functions-host/durable/takeover/hub-item.ts';
import { splitEntityId } from '../../local/functions-host/durable/turns/entity-batch.ts';

/** Where a hub is: its two tables, and the container of texts too long for a column. */
interface StorageHub {
  readonly described: string;
  readonly instances: TableClient;
  readonly history: TableClient;
  readonly largeMessages: ContainerClient;
}

/** A row without the columns of the service itself. */
type Row = Readonly<Record<string, unknown>> & { readonly partitionKey: string };

const eventTypes: Readonly<Record<string, number>> = {
  ...EventType,
  SubOrchestrationInstanceCreated: EventType.SubOrchestrationCreated,
  SubOrchestrationInstanceCompleted: EventType.SubOrchestrationCompleted,
  SubOrchestrationInstanceFailed: EventType.SubOrchestrationFailed,
  GenericEvent: EventType.Generic,
};

export function storageTaskHub(hub: StorageHub): TaskHub {
  return {
    described: hub.described,
    read: (failedSinceMs) => explaining(hub, readItems(hub, failedSinceMs)),
  };
}

async function* explaining(hub: StorageHub, items: AsyncIterable<HubItem>): AsyncGenerator<HubItem> {
  try {
    yield* items;
  } catch (cause) {
    const { statusCode, code = '' } = cause as { statusCode?: number; code?: string };
    const next =
      statusCode === 404 && code !== 'BlobNotFound'
        ? 'there is no such task hub: name it with --hub, as host.json does; the Durable Task Scheduler keeps it elsewhere (docs/upgrade.md)'
        : statusCode === 403
          ? 'it takes the roles Storage Table Data Reader and Storage Blob Data Reader on the account, and a network that is let in'
          : null;
    if (next === null) throw cause;
    throw new Error(`${hub.described}: ${statusCode}: ${next}`, { cause });
  }
}

async function* readItems(hub: StorageHub, failedSinceMs: number | null): AsyncGenerator<HubItem> {
  const failed =
    failedSinceMs === null
      ? ''
      : ` or (RuntimeStatus eq 'Failed' and LastUpdatedTime ge datetime'${new Date(failedSinceMs).toISOString()}')`;
  const live = ['Pending', 'Running', 'Suspended', 'ContinuedAsNew'];
  const filter = `${live.map((status) => `RuntimeStatus eq '${status}'`).join(' or ')}${failed}`;
  for await (const row of hub.instances.listEntities<Row>({ queryOptions: { filter } })) {
    const item = row['RuntimeStatus'] === 'Failed' ? toFailure(row) : await readInstance(hub, row);
    if (item !== null) yield item;
  }
}

/** Null where it has ended meanwhile, or is an entity without a state. */
async function readInstance(hub: StorageHub, row: Row): Promise<HubItem | null> {
  const history = row['RuntimeStatus'] === 'Pending' ? [] : await readHistory(hub, row.partitionKey);
  const start = history.find((event) => event.EventType === EventType.ExecutionStarted);
  if (history.some((event) => event.EventType === EventType.ExecutionCompleted)) return null;
  const instanceId = start?.OrchestrationInstance.InstanceId ?? row.partitionKey;
  if (instanceId.startsWith('@')) return toEntity(instanceId, start?.Input);
  return {
    kind: 'instance',
    instanceId,
    executionId: start?.OrchestrationInstance.ExecutionId ?? text(row['ExecutionId']),
    orchestrator: text(row['Name']),
    version: text(row['Version']),
    parentInstanceId: start?.ParentInstance?.OrchestrationInstance.InstanceId ?? null,
    history,
  };
}

/** Each batch of operations begins the entity anew, with what it keeps as its input (SchedulerState of the extension). */
function toEntity(instanceId: string, input: string | undefined): HubItem | null {
  const { exists = false, state } = JSON.parse(input || '{}') as { exists?: boolean; state?: string };
  return exists && state ? { kind: 'entity', ...splitEntityId(instanceId), state } : null;
}

function toFailure(row: Row): HubItem {
  const why = text(row['Output']);
  return {
    kind: 'failure',
    instanceId: row.partitionKey,
    orchestrator: text(row['Name']),
    at: new Date(row['LastUpdatedTime'] as Date).toISOString(),
    // Too long for a column, it is the address of a blob.
    why: /^https?:/.test(why) ? '' : why,
  };
}

async function readHistory(hub: StorageHub, partitionKey: string): Promise<HistoryEvent[]> {
  const filter = `PartitionKey eq '${partitionKey.replaceAll("'", "''")}'`;
  const events: HistoryEvent[] = [];
  let executionId: unknown;
  let wholeTurns = 0;
  for await (const row of hub.history.listEntities<Row & { rowKey: string }>({ queryOptions: { filter } })) {
    executionId ??= row['ExecutionId'];
    if (row.rowKey === 'sentinel' || row['ExecutionId'] !== executionId) continue;
    events.push(await toEvent(hub, row));
    if (row['EventType'] === 'OrchestratorCompleted') wholeTurns = events.length;
  }
  return events.slice(0, wholeTurns);
}

async function toEvent(hub: StorageHub, row: Row): Promise<HistoryEvent> {
  const type = eventTypes[text(row['EventType'])];
  if (type === undefined)
    throw new Error(
      `${hub.history.tableName}: ${row.partitionKey}: events of type ${JSON.stringify(row['EventType'])} are unknown here; ` +
        'the Durable extension that wrote it is newer than this command: let what is under way end before the upgrade',
    );
  const event: Record<string, unknown> = {
    EventType: type,
    EventId: row['EventId'],
    Timestamp: time(row['_Timestamp']),
  };
  for (const name of [
    'Name',
    'Version',
    'InstanceId',
    'TaskScheduledId',
    'TimerId',
    'Reason',
    'Details',
    'OrchestrationStatus',
  ])
    if (row[name] !== undefined) event[name] = row[name];
  for (const name of ['OrchestrationInstance', 'ParentInstance', 'FailureDetails'])
    if (row[name] !== undefined) event[name] = JSON.parse(text(row[name]));
  for (const name of ['Input', 'Result']) {
    const blob = row[`${name}BlobName`];
    if (blob !== undefined) event[name] = await readLarge(hub, text(blob));
    else if (row[name] !== undefined) event[name] = row[name];
  }
  if (row['FireAt'] !== undefined) event['FireAt'] = time(row['FireAt']);
  // A null is no column.
  if (type === EventType.TaskFailed || type === EventType.SubOrchestrationFailed) event['Details'] ??= null;
  if (type === EventType.TaskCompleted || type === EventType.SubOrchestrationCompleted)
    event['Result'] ??= 'null';
  return event as unknown as HistoryEvent;
}

const readLarge = async (hub: StorageHub, name: string): Promise<string> =>
  gunzipSync(await hub.largeMessages.getBlobClient(name).downloadToBuffer()).toString('utf8');

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const time = (value: unknown): string => new Date(value as Date).toISOString();
