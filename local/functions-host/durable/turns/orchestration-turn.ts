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
import type { Mailbox, Rest, TurnEnd } from '../mailboxes.ts';
import type { ReplayedTurn } from '../replayer.ts';
import { type FinishedStatus, type InstanceRow, isFinished, type Message } from '../store/records.ts';
import { beginExecution } from './executions.ts';
import { callOrchestrator, type Outcome } from './orchestrator-call.ts';
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

export async function takeOrchestrationTurn(engine: Engine, mailbox: Mailbox): Promise<TurnEnd> {
  const used = [...mailbox.messages];
  const instance = engine.live.load(mailbox.target);
  const arrivals = instance ? arrange(instance.row, used) : [];
  if (!instance || arrivals.length === 0) {
    await engine.commits.write(() => engine.store.consume(used));
    return { used };
  }
  const name = engine.app.find(instance.row.name)?.name ?? instance.row.name;
  const startedMs = performance.now();
  const turn = await play(engine, instance, arrivals);
  const rest = restAfter(turn, performance.now() - startedMs);
  crashPoint(`turn-before-commit:${name}`);
  await engine.commits.write(() => commit(engine, instance, turn, used));
  crashPoint(`turn-after-commit:${name}`);
  return rest === null ? { used } : { used, rest };
}

/** A turn that takes less begins at once with whatever there is. */
const noticeableMs = 5;
const longestRestMs = 500;

/** After a turn that took long the next waits as long for other activities to end: half the time at most is replay. */
function restAfter({ replayed, ending }: Turn, tookMs: number): Rest | null {
  const expected = replayed?.openActivities ?? 0;
  if (tookMs < noticeableMs || expected < 2 || ending.kind !== 'waits') return null;
  return { untilMs: performance.now() + Math.min(tookMs, longestRestMs), expected };
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
  if ('broken' in call) return { news, replayed: null, customStatus, ending: failure(call.broken) };
  const replayed = instance.replay(news, call.outcome.actions, timestamp(engine));
  if (isStuck(call, replayed)) engine.log('error', describeStuck(instance.row));
  return {
    news,
    replayed,
    customStatus: call.outcome.customStatus ?? customStatus,
    ending: decideEnding(instance.row.name, call.outcome, replayed),
  };
}

function decideEnding(name: string, outcome: Outcome, replayed: ReplayedTurn): Ending {
  const { isDone, output, error, failureDetails } = outcome;
  if (replayed.violation !== null)
    return failure(`Orchestrator function '${name}' failed: ${replayed.violation}`);
  if (!replayed.settled) return { kind: 'waits' };
  if (error !== undefined) return failure(`Orchestrator function '${name}' failed: ${error}`, failureDetails);
  if (!isDone) return { kind: 'waits' };
  if (replayed.continueAsNewInput !== null) {
    return { kind: 'continues-as-new', input: replayed.continueAsNewInput };
  }
  return { kind: 'finished', status: 'Completed', output };
}

/** The library reports no error when what was thrown has no message, and nothing can wake the orchestration again. */
function isStuck(
  { outcome, threw }: { readonly outcome: Outcome; readonly threw: boolean },
  replayed: ReplayedTurn,
): boolean {
  if (outcome.error !== undefined || replayed.violation !== null) return false;
  return threw || (replayed.settled && !outcome.isDone);
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
  const decided = decidedEvents(turn, timestamp(engine));
  const textLength = store.appendHistory(row.id, [...turn.news, ...decided]);
  live.advance(instance, row, decided, textLength);
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

/** What a turn adds to its news. */
function decidedEvents({ replayed, ending }: Turn, now: string): HistoryEvent[] {
  const events: HistoryEvent[] = replayed && replayed.violation === null ? [...replayed.decisions] : [];
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
