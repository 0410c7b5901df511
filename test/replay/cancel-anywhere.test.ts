/** A cancellation that comes in any turn of a recorded run: what is decided next ends the run, and begins nothing more. */
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionApp } from '../../local/functions-host/contract.ts';
import { EventType, type HistoryEvent } from '../../local/functions-host/durable/history.ts';
import type { RecordedHistory } from './history-file.ts';
import { loadBuiltApp } from './load-built-app.ts';
import { replayHistory } from './replay-history.ts';

const read = (name: string) =>
  JSON.parse(readFileSync(`test/replay/${name}.json`, 'utf8')) as RecordedHistory;

const because = 'jane cancelled it (a better idea)';
const event = (type: number, more: object): HistoryEvent =>
  ({
    EventType: type,
    EventId: -1,
    IsPlayed: false,
    Timestamp: '2026-03-02T00:00:00.000Z',
    ...more,
  }) as HistoryEvent;
const cancelEvent = event(EventType.EventRaised, { Name: 'cancel-run', Input: JSON.stringify({ because }) });

/** One more turn, with what arrived and what was decided. */
function turnOf({ history }: RecordedHistory, ...events: readonly HistoryEvent[]): HistoryEvent[] {
  const bound = (type: number) => history.find((known) => known.EventType === type)!;
  return [bound(EventType.OrchestratorStarted), ...events, bound(EventType.OrchestratorCompleted)];
}

/** Copies with a cancellation as the first of what arrived in a turn, one for each turn but the first. */
function cancelEverywhere(
  recorded: RecordedHistory,
): { step: string; settles: boolean; copy: RecordedHistory }[] {
  const { history } = recorded;
  const settling = history.findIndex(
    (sent) => sent.EventType === EventType.EventSent && JSON.stringify(sent).includes('settle'),
  );
  return history.flatMap((begin, at) => {
    if (begin.EventType !== EventType.OrchestratorStarted || at === 0) return [];
    const last = history.slice(0, at).findLast((before) => 'Name' in before) as unknown as { Name: string };
    const step = `${last.Name}, turn at event ${at} of ${recorded.instanceId}`;
    return [
      {
        step,
        settles: settling < at,
        copy: { ...recorded, history: history.toSpliced(at + 1, 0, cancelEvent) },
      },
    ];
  });
}

/** What a copy decides in the turn in which it first decides something else. */
const decidedOf = (difference = ''): string =>
  /^turn \d+: decided (.*), recorded /s.exec(difference)?.[1] ?? '';

describe('a cancellation in any turn', () => {
  let app: FunctionApp;

  beforeAll(async () => {
    app = await loadBuiltApp();
  });

  const copies = ['retrain-hears-cancel', 'retrain-attempts', 'retrain-past-champion'].flatMap((name) =>
    cancelEverywhere(read(name)),
  );

  it.each(copies.filter(({ settles }) => !settles))('ends a run after $step', async ({ copy }) => {
    const [difference] = await replayHistory(app, copy);
    expect(decidedOf(difference)).toMatch(
      /^(?:\d+#\d+ cancel-job \S+|\d+#\d+ cancel-run \S+.*|\d+#\d+ op .*"op":"settle".*\\"outcome\\":\\"cancelled\\",\\"champion\\":null.*)$/,
    );
  });

  it.each(copies.filter(({ settles }) => settles))(
    'changes nothing of a run that settles, after $step',
    async ({ copy }) => {
      expect(await replayHistory(app, copy)).toEqual([]);
    },
  );

  it('ends a release, and says which stage was not notified', async () => {
    const recorded = read('release-cancelled-half-released');
    const started = recorded.history.findIndex(
      ({ EventType: type }, at) => at > 0 && type === EventType.OrchestratorStarted,
    );
    const completed = recorded.history
      .slice(started)
      .find(({ EventType: type }) => type === EventType.TaskCompleted)!;
    const history = [...recorded.history.slice(0, started), ...turnOf(recorded, cancelEvent, completed)];
    const [difference] = await replayHistory(app, { ...recorded, history });
    expect(difference).toContain('"failure":"stage announce was not notified","cancelled":true}, recorded');
  });

  it('that comes too late for a release leaves the run released', async () => {
    const recorded = read('retrain-hears-cancel');
    const { history: all } = recorded;
    const at = all.findIndex(({ EventType: type }) => type === EventType.SubOrchestrationCompleted);
    const started = all
      .slice(0, at)
      .findLastIndex(({ EventType: type }) => type === EventType.OrchestratorStarted);
    const told = { runId: `${recorded.instanceId}-release`, because };
    const scheduled = event(EventType.TaskScheduled, {
      EventId: 15,
      Name: 'cancel-run',
      Input: JSON.stringify([told]),
    });
    const answered = event(EventType.TaskCompleted, { TaskScheduledId: 15, Result: 'null' });
    const history = [
      ...all.slice(0, started),
      ...turnOf(recorded, cancelEvent, scheduled),
      ...turnOf(recorded, all[at]!),
      ...turnOf(recorded, answered),
    ];
    const differences = await replayHistory(app, { ...recorded, history });
    expect(decidedOf(differences[0])).toMatch(/"op":"settle".*\\"outcome\\":\\"released\\"/);
  });
});
