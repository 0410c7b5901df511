/** How an execution begins, inside a transaction. */
import { randomUUID } from 'node:crypto';
import { EventType, type ParentInstance } from '../history.ts';
import type { InstanceRow } from '../store/records.ts';
import type { Store } from '../store/store.ts';

interface NewExecution {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  /** JSON text. */
  readonly input: string;
  readonly parent: ParentInstance | null;
  readonly nowMs: number;
  /** What the last generation left, when one continues as new. */
  readonly continues?: { readonly customStatus: string | null };
}

/** 32 hex digits. */
export function newId(): string {
  return randomUUID().replaceAll('-', '');
}

/** Puts a new execution in the instance's place and sends it its start. The caller has checked that it may. */
export function beginExecution(store: Store, start: NewExecution): void {
  const executionId = newId();
  const row: InstanceRow = {
    id: start.id,
    executionId,
    name: start.name,
    version: start.version,
    status: start.continues ? 'Running' : 'Pending',
    input: start.input,
    output: null,
    customStatus: start.continues?.customStatus ?? null,
    createdMs: start.nowMs,
    updatedMs: start.nowMs,
    parent: start.parent,
    locks: [],
  };
  store.putInstance(row);
  store.send(start.id, executionId, {
    EventType: EventType.ExecutionStarted,
    EventId: -1,
    Timestamp: new Date(start.nowMs).toISOString(),
    OrchestrationInstance: { InstanceId: start.id, ExecutionId: executionId },
    ParentInstance: start.parent,
    Name: start.name,
    Version: start.version,
    Input: start.input,
    Tags: null,
  });
}
