import type { ParentInstance } from '../history.ts';
import type { ActivityItem, EntityRow, InstanceRow, InstanceStatus, Message, TimerRow } from './records.ts';

type Row = Record<string, unknown>;

const text = (value: unknown): string | null => (value === null ? null : String(value));

export function readInstance(row: Row): InstanceRow {
  return {
    id: String(row['id']),
    executionId: String(row['execution_id']),
    name: String(row['name']),
    version: String(row['version']),
    status: String(row['status']) as InstanceStatus,
    input: String(row['input']),
    output: text(row['output']),
    customStatus: text(row['custom_status']),
    createdMs: Number(row['created_ms']),
    updatedMs: Number(row['updated_ms']),
    parent: row['parent'] === null ? null : (JSON.parse(String(row['parent'])) as ParentInstance),
    locks: row['locks'] === null ? [] : (JSON.parse(String(row['locks'])) as string[]),
  };
}

export function readEntity(row: Row): EntityRow {
  return {
    id: String(row['id']),
    exists: row['present'] === 1,
    state: text(row['state']),
    lockedBy: text(row['locked_by']),
    updatedMs: Number(row['updated_ms']),
  };
}

export function readMessage(row: Row): Message {
  return {
    seq: Number(row['seq']),
    target: String(row['target']),
    executionId: text(row['execution_id']),
    body: JSON.parse(String(row['body'])) as Message['body'],
  };
}

export function readActivity(row: Row): ActivityItem {
  return {
    seq: Number(row['seq']),
    instanceId: String(row['instance_id']),
    executionId: String(row['execution_id']),
    taskId: Number(row['task_id']),
    name: String(row['name']),
    input: String(row['input']),
  };
}

export function readTimer(row: Row): TimerRow {
  return {
    instanceId: String(row['instance_id']),
    executionId: String(row['execution_id']),
    timerId: Number(row['timer_id']),
    fireAtMs: Number(row['fire_at_ms']),
  };
}
