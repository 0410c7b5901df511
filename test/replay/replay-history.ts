import type { FunctionApp } from '../../local/functions-host/contract.ts';
import { EventType, type HistoryEvent } from '../../local/functions-host/durable/history.ts';
import type { OrchestratorResult } from '../../local/functions-host/durable/orchestrator-result.ts';
import { type ReplayedTurn, Replayer, replay } from '../../local/functions-host/durable/replayer.ts';
import { callAgain } from '../../local/functions-host/durable/takeover/call-again.ts';
import type { RecordedHistory } from './history-file.ts';

/**
 * Sentences that a person reads, as they stand in histories of before they were put more plainly, and as they are now.
 * The platform compares a replay by the names of what is scheduled, not by its inputs; these tests compare inputs, too.
 */
const reworded: readonly (readonly [before: string, now: string])[] = [
  [', asks again at ', ', next attempt at '],
  ['Broken before: ', 'Overridden already: '],
  ['Nothing is broken: ', 'Not overridden: '],
];

const schedulingTypes: readonly number[] = [
  EventType.TaskScheduled,
  EventType.SubOrchestrationCreated,
  EventType.TimerCreated,
  EventType.EventSent,
];

/**
 * Replays a recorded orchestration turn by turn against the application as it is now. Answers what differs: an
 * empty list means that every turn decided what it decided when it was recorded, and the end is the same.
 */
export async function replayHistory(app: FunctionApp, recorded: RecordedHistory): Promise<string[]> {
  const differences: string[] = [];
  const { history } = recorded;
  const kept = new Replayer(recorded);
  let last: OrchestratorResult | undefined;
  for (let end = 0, turn = 0; end < history.length; turn++) {
    const arrivalsEnd = nextIndex(history, end, (event) => isDecision(event) || isEnd(event));
    const turnEnd = nextIndex(
      history,
      arrivalsEnd,
      (event) => event.EventType === EventType.OrchestratorStarted,
    );
    last = await callAgain(app, recorded, history.slice(0, arrivalsEnd));
    const again = decide(recorded, history.slice(0, arrivalsEnd), last);
    // The host keeps its walk between turns: that must decide what a walk over the whole history decides.
    const once = kept.turn(
      history.slice(end, arrivalsEnd),
      last.actions.flat(),
      stampOf(history[arrivalsEnd - 1]!),
    );
    if (JSON.stringify(summary(once)) !== JSON.stringify(summary(again))) {
      differences.push(`turn ${turn}: the kept walk gives ${JSON.stringify(summary(once))}`);
    }
    if (again.violation !== null) return [...differences, `turn ${turn}: ${again.violation}`];
    const before = history.slice(arrivalsEnd, turnEnd).filter(isDecision).map(describe).map(inWordsOfNow);
    const now = again.decisions.map(describe);
    if (JSON.stringify(now) !== JSON.stringify(before)) {
      differences.push(
        `turn ${turn}: decided ${now.join(', ') || 'nothing'}, recorded ${before.join(', ') || 'nothing'}`,
      );
    }
    end = turnEnd;
  }
  const output = last?.isDone ? last.output : undefined;
  const [ended, endedThen] = [JSON.stringify(output), inWordsOfNow(JSON.stringify(recorded.output) ?? '')];
  if ((ended ?? '') !== endedThen) differences.push(`ended with ${ended}, recorded ${endedThen}`);
  return differences;
}

/** What is decided now once the events of `history` have come, in words. */
export async function decideNow(
  app: FunctionApp,
  recorded: RecordedHistory,
  history: readonly HistoryEvent[],
): Promise<string> {
  const { violation, decisions } = decide(recorded, history, await callAgain(app, recorded, history));
  if (violation !== null) throw new Error(violation);
  return decisions.map(describe).join(', ');
}

function decide(
  recorded: RecordedHistory,
  history: readonly HistoryEvent[],
  { actions }: OrchestratorResult,
): ReplayedTurn {
  return replay(recorded, history, actions.flat(), stampOf(history.at(-1)!));
}

function summary(turn: ReplayedTurn | null): unknown {
  return turn && { ...turn, decisions: turn.decisions.map(describe), withdrawnTimers: undefined };
}

/** A decision without its time, which is the host's. */
function describe(event: HistoryEvent): string {
  const {
    EventType: type,
    EventId: id,
    Name: name = '',
    Input: input = '',
    FireAt: fireAt = '',
  } = event as unknown as Record<string, unknown>;
  // An entity request's id is made anew by the host.
  const stableInput = String(input).replaceAll(/"id":"[^"]*"/g, '"id":""');
  return `${String(type)}#${String(id)} ${String(name)} ${stableInput}${String(fireAt)}`.trim();
}

function inWordsOfNow(text: string): string {
  return reworded.reduce((said, [before, now]) => said.replaceAll(before, now), text);
}

function nextIndex(
  history: readonly HistoryEvent[],
  from: number,
  found: (event: HistoryEvent) => boolean,
): number {
  const index = history.findIndex((event, at) => at > from && found(event));
  return index < 0 ? history.length : index;
}

export const isDecision = (event: HistoryEvent): boolean => schedulingTypes.includes(event.EventType);
const isEnd = (event: HistoryEvent): boolean =>
  event.EventType === EventType.OrchestratorCompleted || event.EventType === EventType.ExecutionCompleted;
const stampOf = (event: HistoryEvent): string => event.Timestamp;
