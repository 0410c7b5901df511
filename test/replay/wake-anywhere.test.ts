/**
 * A wake that comes in any turn of a recorded orchestration: nobody sleeps through it. What would have begun to sleep in
 * that turn, or sleeps already, asks anew at once; whatever is under way is let end first.
 */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionApp } from '../../local/functions-host/contract.ts';
import { EventType, type HistoryEvent } from '../../local/functions-host/durable/history.ts';
import { releaseWokenEvent } from '../../orchestrations/release-walk.ts';
import { reconsiderEvent } from '../../orchestrations/wake.ts';
import type { RecordedHistory } from './history-file.ts';
import { loadBuiltApp } from './load-built-app.ts';
import { decideNow, isDecision } from './replay-history.ts';

/** As a decision is told: its type first. */
const timerCreated = new RegExp(`(?:^|, )${EventType.TimerCreated}#`);
const read = (name: string) =>
  JSON.parse(readFileSync(`test/replay/${name}.json`, 'utf8')) as RecordedHistory;

interface Woken {
  readonly turn: string;
  readonly history: readonly HistoryEvent[];
  /** Whether it begins to sleep in the turn, as recorded. */
  readonly sleeps: boolean;
}

/** What has come by the end of a turn, and a wake as the last of it: for each turn but the first and the last. */
function wakeEverywhere({ history }: RecordedHistory, name: string): Woken[] {
  const starts = history.flatMap(({ EventType: type }, at) =>
    type === EventType.OrchestratorStarted ? [at] : [],
  );
  const wake = { EventType: EventType.EventRaised, EventId: -1, IsPlayed: false, Name: name, Input: '{}' };
  return starts.slice(1, -1).map((start, index) => {
    const turn = history.slice(start, starts[index + 2]);
    const decided = turn.findIndex(isDecision);
    const come = history.slice(0, start + (decided < 0 ? turn.length - 1 : decided));
    const event = { ...wake, Timestamp: come.at(-1)!.Timestamp } as unknown as HistoryEvent;
    const sleeps = turn.some(({ EventType: type }) => type === EventType.TimerCreated);
    return { turn: `event ${start}`, history: [...come, event], sleeps };
  });
}

describe.each([
  ['a release', 'staged-release-rolled-back', releaseWokenEvent, /"op":"next"/],
  ['a signal that waits', 'admit-signal-withdrawn-between-tries', reconsiderEvent, /"op":"offer"/],
] as const)('%s that is woken', (_what, name, event, asksAnew) => {
  let app: FunctionApp;
  beforeAll(async () => {
    app = await loadBuiltApp();
  });
  const recorded = read(name);
  const turns = wakeEverywhere(recorded, event);
  const sleeping = turns.filter(({ sleeps }) => sleeps);

  it('does not begin to sleep in any turn in which it would have', async () => {
    expect(sleeping.length).toBeGreaterThan(0);
    for (const { history, turn } of sleeping)
      expect(await decideNow(app, recorded, history), turn).toMatch(asksAnew);
  });

  it('begins no sleep in any other turn either', async () => {
    for (const { history, turn } of turns.filter(({ sleeps }) => !sleeps))
      expect(await decideNow(app, recorded, history), turn).not.toMatch(timerCreated);
  });
});
