/**
 * The SQLite file: every row the runtime keeps, and the only code that reads or writes it.
 *
 * Owns: the statements, the order numbers of messages and activities, the list of changes of the open transaction.
 * Does not own: transactions (commit-queue.ts opens and closes them), what any row means.
 *
 * Invariants
 * 1. A method that writes runs inside a transaction, and records what the runtime must hear of as a `Change`.
 * 2. Changes are handed out by `takeChanges` after the commit, in the order they were made, or dropped on rollback.
 * 3. An order number is never given twice in a process, so that a late delete cannot hit another's row.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { type HistoryEvent, renderEvents } from '../history.ts';
import type {
  ActivityItem,
  Change,
  EntityMessage,
  EntityRow,
  InstanceRow,
  Message,
  TimerRow,
} from './records.ts';
import { readActivity, readEntity, readInstance, readMessage, readTimer } from './rows.ts';
import { prepareSchema } from './schema.ts';
import { prepareStatements, type Statements } from './statements.ts';

export class Store {
  readonly #db: DatabaseSync;
  readonly #sql: Statements;
  #nextSeq: number;
  #changes: Change[] = [];

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5000 });
    prepareSchema(this.#db, file);
    this.#sql = prepareStatements(this.#db);
    this.#nextSeq = 1 + Number(this.#sql.highestSeq.get()?.['seq'] ?? 0);
  }

  begin(): void {
    this.#sql.begin.run();
  }

  commit(): void {
    this.#sql.commit.run();
  }

  rollback(): void {
    this.#changes = [];
    if (this.#db.isTransaction) this.#sql.rollback.run();
  }

  takeChanges(): Change[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  close(): void {
    this.#db.close();
  }

  instance(id: string): InstanceRow | null {
    const row = this.#sql.instance.get(id);
    return row ? readInstance(row) : null;
  }

  /** Rendered events of the current execution, one text a turn. */
  history(instanceId: string): string[] {
    return this.#sql.history.all(instanceId).map((row) => String(row['events']));
  }

  entity(id: string): EntityRow | null {
    const row = this.#sql.entity.get(id);
    return row ? readEntity(row) : null;
  }

  /** Entities locked by an orchestration that has ended or is gone. */
  orphanedLocks(): EntityRow[] {
    return this.#sql.orphanedLocks.all().map(readEntity);
  }

  messages(): Message[] {
    return this.#sql.messages.all().map(readMessage);
  }

  activities(): ActivityItem[] {
    return this.#sql.activities.all().map(readActivity);
  }

  timers(): TimerRow[] {
    return this.#sql.timers.all().map(readTimer);
  }

  /** For queries that list instances: the caller builds the text from fixed parts and binds every value. */
  prepare(sql: string): StatementSync {
    return this.#db.prepare(sql);
  }

  /** Puts a new execution in place of whatever the id stood for. */
  putInstance(row: InstanceRow): void {
    this.endExecution(row.id, false);
    this.#sql.deleteHistory.run(row.id);
    this.#sql.putInstance.run(
      row.id,
      row.executionId,
      row.name,
      row.version,
      row.status,
      row.input,
      row.output,
      row.customStatus,
      row.createdMs,
      row.updatedMs,
      row.parent === null ? null : JSON.stringify(row.parent),
      null,
    );
    this.#changes.push({ kind: 'execution-begun', row });
  }

  /** Returns false, and writes nothing, when that execution is no longer the instance's. */
  updateInstance(row: InstanceRow): boolean {
    const locks = row.locks.length > 0 ? JSON.stringify(row.locks) : null;
    const { status, output, customStatus, updatedMs, id, executionId } = row;
    return (
      this.#sql.updateInstance.run(status, output, customStatus, updatedMs, locks, id, executionId).changes >
      0
    );
  }

  /** Returns the length of the text that was added. */
  appendHistory(instanceId: string, events: readonly HistoryEvent[]): number {
    const text = renderEvents(events, true);
    this.#sql.appendHistory.run(this.#nextSeq++, instanceId, text);
    return text.length;
  }

  replaceHistory(instanceId: string, events: readonly HistoryEvent[]): void {
    this.#sql.deleteHistory.run(instanceId);
    if (events.length > 0) this.appendHistory(instanceId, events);
  }

  /** Withdraws the timers of an execution that ended. */
  endExecution(instanceId: string, finished: boolean): void {
    this.#sql.deleteTimers.run(instanceId);
    this.#changes.push({ kind: 'execution-ended', instanceId, finished });
  }

  send(target: string, executionId: string | null, body: Message['body']): void {
    const seq = this.#nextSeq++;
    this.#sql.putMessage.run(seq, target, executionId, JSON.stringify(body));
    this.#changes.push({ kind: 'message', message: { seq, target, executionId, body } });
  }

  sendToEntity(target: string, body: EntityMessage): void {
    this.send(target, null, body);
  }

  /** Removes messages whose turn is being committed; a due timer is removed as the timer it is. */
  consume(messages: readonly Message[]): void {
    for (const { seq, target, executionId, body } of messages) {
      if (seq !== null) this.#sql.deleteMessage.run(seq);
      else if ('TimerId' in body) this.#sql.deleteFiredTimer.run(target, body.TimerId, executionId);
    }
  }

  queueActivity(activity: Omit<ActivityItem, 'seq'>): void {
    const item = { seq: this.#nextSeq++, ...activity };
    const { seq, instanceId, executionId, taskId, name, input } = item;
    this.#sql.putActivity.run(seq, instanceId, executionId, taskId, name, input);
    this.#changes.push({ kind: 'activity', item });
  }

  /** Returns false when the item is gone: its instance was purged. */
  finishActivity(seq: number): boolean {
    return this.#sql.deleteActivity.run(seq).changes > 0;
  }

  setTimer(timer: TimerRow): void {
    this.#sql.putTimer.run(timer.instanceId, timer.timerId, timer.executionId, timer.fireAtMs);
    this.#changes.push({ kind: 'timer', timer });
  }

  withdrawTimer(instanceId: string, timerId: number): void {
    this.#sql.deleteTimer.run(instanceId, timerId);
    this.#changes.push({ kind: 'timer-withdrawn', instanceId, timerId });
  }

  putEntity(row: EntityRow): void {
    if (!row.exists && row.lockedBy === null) this.#sql.deleteEntity.run(row.id);
    else this.#sql.putEntity.run(row.id, row.exists ? 1 : 0, row.state, row.lockedBy, row.updatedMs);
  }

  /** Removes an instance with all that waits for it. Returns false when there is none. */
  purgeInstance(id: string): boolean {
    if (this.#sql.deleteInstance.run(id).changes === 0) return false;
    this.#sql.deleteHistory.run(id);
    this.#sql.deleteTimers.run(id);
    this.#sql.deleteActivities.run(id);
    this.#sql.deleteMessages.run(id);
    this.#changes.push({ kind: 'purged', target: id });
    return true;
  }

  purgeEntity(id: string): boolean {
    if (this.#sql.deleteEntity.run(id).changes === 0) return false;
    this.#sql.deleteMessages.run(id);
    this.#changes.push({ kind: 'purged', target: id });
    return true;
  }
}
