/**
 * One turn of an orchestration: messages in, history and effects out, in one commit.
 *
 * Owns: which messages a turn takes, how a turn ends, what is committed together.
 * Does not own: the decisions (../replayer.ts), the effects of each decision (turn-effects.ts), whose turn it is.
 *
 * Invariants
 * 1. New history, consumed messages, outgoing messages, timers and the instance's row are one transaction: after a
 *    crash the turn either happened or its messages still wait.
 * 2. Messages of another execution, and messages to a finished or missing instance, are consumed without effect.
 * 3. A turn whose execution is no longer the instance's (purged, replaced) changes nothing.
 * 4. Terminate ends the turn where it stands; whatever came after it in the same batch is dropped.
 */
import { crashPoint } from '../../../crash-point.ts';
import { type Engine, timestamp } from '../engine.ts';
import {
  type ArrivingEvent,
  EventType,
  type FailureDetails,
  type HistoryEvent,
  turnMark,
} from '../history.ts';
import type { LiveInstance } from '../live-instances.ts';
import type { Mailbox } from '../mailboxes.ts';
import { type ReplayedTurn, replay } from '../replayer.ts';
import { type FinishedStatus, type InstanceRow, isFinished, type Message } from '../store/records.ts';
import { beginExecution } from './executions.ts';
import { callOrchestrator, type OrchestratorCall } from './orchestrator-call.ts';
import { applyDecisions, releaseLocks, tellParent } from './turn-effects.ts';
import { refuseVersion } from './versions.ts';

/** How a turn leaves the orchestration. */
type Ending =
  | { readonly kind: 'waits' }
  | { readonly kind: 'continues-as-new'; readonly input: string }
  | {
      readonly kind: 'finished';
      readonly status: FinishedStatus;
      readonly output: string;
      readonly failure?: FailureDetails;
    };

interface Turn {
  readonly news: readonly HistoryEvent[];
  readonly replayed: ReplayedTurn | null;
  readonly customStatus: string | null;
  readonly ending: Ending;
}

/** The instance stays as it is, its messages waiting, until a host that runs its version starts. */
export class VersionRejected extends Error {
  override readonly name = 'VersionRejected';
}

export async function takeOrchestrationTurn(engine: Engine, mailbox: Mailbox): Promise<readonly Message[]> {
  const batch = [...mailbox.messages];
  const instance = engine.live.load(mailbox.target);
  const arrivals = instance ? arrange(instance.row, batch) : [];
  if (!instance || arrivals.length === 0) {
    await engine.commits.write(() => engine.store.consume(batch));
    return batch;
  }
  const name = engine.app.find(instance.row.name)?.name ?? instance.row.name;
  const turn = await play(engine, instance, arrivals);
  crashPoint(`turn-before-commit:${name}`);
  await engine.commits.write(() => commit(engine, instance, turn, batch));
  crashPoint(`turn-after-commit:${name}`);
  return batch;
}

/** What of a batch concerns this execution: its start first, nothing after a terminate. */
function arrange(row: InstanceRow, batch: readonly Message[]): ArrivingEvent[] {
  if (isFinished(row.status)) return [];
  const events = batch
    .filter((message) => message.executionId === null || message.executionId === row.executionId)
    .map((message) => message.body as ArrivingEvent);
  const starts = events.filter((event) => event.EventType === EventType.ExecutionStarted);
  const others = events.filter((event) => event.EventType !== EventType.ExecutionStarted);
  const end = others.findIndex((event) => event.EventType === EventType.ExecutionTerminated);
  return [...starts, ...(end < 0 ? others : others.slice(0, end + 1))];
}

async function play(engine: Engine, instance: LiveInstance, arrivals: ArrivingEvent[]): Promise<Turn> {
  const news = [turnMark(EventType.OrchestratorStarted, timestamp(engine)), ...arrivals];
  const { customStatus } = instance.row;
  const last = arrivals.at(-1);
  if (last?.EventType === EventType.ExecutionTerminated) {
    const ending = { kind: 'finished', status: 'Terminated', output: JSON.stringify(last.Input) } as const;
    return { news, replayed: null, customStatus, ending };
  }
  const { versioning } = engine.settings;
  const mismatch = refuseVersion(instance.row.version, versioning);
  if (mismatch !== null) {
    if (versioning.failure === 'Reject') {
      throw new VersionRejected(`${instance.row.name} ${instance.row.id} is left as it is: ${mismatch}`);
    }
    return { news, replayed: null, customStatus, ending: failure(mismatch, versionMismatch(mismatch)) };
  }
  const call = await callOrchestrator(engine, instance, news);
  const { id: instanceId, executionId } = instance.row;
  const history = [...instance.events, ...news];
  const replayed = replay(
    { instanceId, executionId },
    history,
    call.result.actions.flat(),
    timestamp(engine),
  );
  if (isStuck(call, replayed)) engine.log('error', describeStuck(instance.row));
  return {
    news,
    replayed,
    customStatus:
      call.result.customStatus === undefined ? customStatus : JSON.stringify(call.result.customStatus),
    ending: decideEnding(instance.row.name, call, replayed),
  };
}

function decideEnding(name: string, call: OrchestratorCall, replayed: ReplayedTurn): Ending {
  const { isDone, output, error } = call.result;
  if (call.missing !== null) return failure(call.missing);
  if (replayed.violation !== null)
    return failure(`Orchestrator function '${name}' failed: ${replayed.violation}`);
  if (!replayed.settled) return { kind: 'waits' };
  if (error !== undefined) {
    return failure(`Orchestrator function '${name}' failed: ${error}`, call.result.failureDetails);
  }
  if (!isDone) return { kind: 'waits' };
  if (replayed.continueAsNewInput !== null) {
    return { kind: 'continues-as-new', input: replayed.continueAsNewInput };
  }
  return { kind: 'finished', status: 'Completed', output: JSON.stringify(output ?? null) };
}

/** The library reports no error when what was thrown has no message, and nothing can wake the orchestration again. */
function isStuck({ result, missing, threw }: OrchestratorCall, replayed: ReplayedTurn): boolean {
  if (missing !== null || result.error !== undefined || replayed.violation !== null) return false;
  return threw || (replayed.settled && !result.isDone);
}

function describeStuck({ name, id }: InstanceRow): string {
  return (
    `orchestration ${name} ${id} waits for nothing and stays Running, in Azure as here: its function threw something ` +
    'that is no Error with a message, or yielded what is no task. Terminate it, and throw an Error that says why.'
  );
}

function failure(reason: string, details?: FailureDetails): Ending {
  const output = JSON.stringify(reason);
  return { kind: 'finished', status: 'Failed', output, ...(details ? { failure: details } : {}) };
}

function versionMismatch(message: string): FailureDetails {
  return { ErrorType: 'VersionMismatch', ErrorMessage: message, IsNonRetriable: true };
}

function commit(engine: Engine, instance: LiveInstance, turn: Turn, batch: readonly Message[]): void {
  const { store, live } = engine;
  const { ending, replayed } = turn;
  const { locks } = instance.row;
  const row = nextRow(instance.row, turn, engine.clock.now());
  store.consume(batch);
  if (!store.updateInstance(row)) return;
  if (replayed && replayed.violation === null) applyDecisions(engine, row, replayed);
  if (ending.kind === 'continues-as-new') {
    const { id, name, version, parent, customStatus } = row;
    const { input } = ending;
    releaseLocks(store, row.id, replayed?.locks ?? locks);
    beginExecution(store, {
      id,
      name,
      version,
      input,
      parent,
      nowMs: row.updatedMs,
      continues: { customStatus },
    });
    return;
  }
  const events = newHistory(turn, timestamp(engine));
  const rendered = store.appendHistory(row.id, events);
  live.advance(instance, row, events, rendered);
  if (ending.kind === 'finished') {
    releaseLocks(store, row.id, replayed?.locks ?? locks);
    tellParent(store, row, ending, timestamp(engine));
    store.endExecution(row.id, true);
  }
}

function nextRow(row: InstanceRow, { ending, replayed, customStatus }: Turn, nowMs: number): InstanceRow {
  const finished = ending.kind === 'finished';
  return {
    ...row,
    status: finished ? ending.status : replayed?.suspended ? 'Suspended' : 'Running',
    output: finished ? ending.output : null,
    customStatus,
    updatedMs: nowMs,
    locks: finished ? [] : (replayed?.locks ?? row.locks),
  };
}

function newHistory({ news, replayed, ending }: Turn, now: string): HistoryEvent[] {
  const decisions = replayed && replayed.violation === null ? replayed.decisions : [];
  const events: HistoryEvent[] = [...news, ...decisions];
  if (ending.kind === 'finished') {
    events.push({
      EventType: EventType.ExecutionCompleted,
      EventId: -1,
      Timestamp: now,
      OrchestrationStatus: ending.status,
      Result: ending.output,
      FailureDetails: ending.failure ?? null,
    });
  }
  events.push(turnMark(EventType.OrchestratorCompleted, now));
  return events;
}
