import { globSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionApp } from '../../local/functions-host/contract.ts';
import {
  EventType,
  type HistoryEvent,
  type TaskCompleted,
  type TaskScheduled,
} from '../../local/functions-host/durable/history.ts';
import type { RecordedHistory } from './history-file.ts';
import { loadBuiltApp } from './load-built-app.ts';
import { replayHistory } from './replay-history.ts';

const files = globSync('test/replay/*.json').sort();
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as RecordedHistory;

/** A copy of a history with its `index`-th event of a type changed. */
function alter<Event extends HistoryEvent>(
  recorded: RecordedHistory,
  type: Event['EventType'],
  index: number,
  change: (event: Event) => Event,
): RecordedHistory {
  let seen = -1;
  const history = recorded.history.map((event) => {
    if (event.EventType !== type) return event;
    seen += 1;
    return seen === index ? change(event as Event) : event;
  });
  if (seen < index) throw new Error(`${recorded.instanceId} has only ${seen + 1} events of type ${type}`);
  return { ...recorded, history };
}

describe('the orchestrators of today', () => {
  let app: FunctionApp;

  beforeAll(async () => {
    app = await loadBuiltApp();
  });

  it.each(files)('replay %s to the letter', async (file) => {
    expect(await replayHistory(app, read(file))).toEqual([]);
  });

  it('have a recorded history each', () => {
    const recorded = new Set(files.map((file) => read(file).orchestrator));
    const registered = app.functions.filter(({ trigger }) => trigger.type === 'orchestrationTrigger');
    expect([...recorded].sort()).toEqual(registered.map(({ name }) => name).sort());
  });

  it('do not replay a history in which another step was taken', async () => {
    const altered = alter<TaskScheduled>(
      read('test/replay/retrain-released.json'),
      EventType.TaskScheduled,
      1,
      (event) => ({
        ...event,
        Name: 'pin-something-else',
      }),
    );
    expect((await replayHistory(app, altered)).join()).toMatch(/pin-something-else|pin-data/);
  });

  it('do not replay a history in which a step was given other input', async () => {
    const altered = alter<TaskScheduled>(
      read('test/replay/release.json'),
      EventType.TaskScheduled,
      0,
      (event) => ({
        ...event,
        Input: event.Input?.replace('production', 'somewhere') ?? null,
      }),
    );
    expect(await replayHistory(app, altered)).not.toEqual([]);
  });

  it('do not replay a history in which a person answered otherwise', async () => {
    const recorded = read('test/replay/retrain-accepted.json');
    const text = JSON.stringify(recorded.history);
    const history = text.replaceAll('accepted\\\\\\":true', 'accepted\\\\\\":false');
    expect(history).not.toBe(text);
    const altered = { ...recorded, history: JSON.parse(history) as RecordedHistory['history'] };
    expect(await replayHistory(app, altered)).not.toEqual([]);
  });

  it('say that nothing was released where no stage of a broken glass could be told', async () => {
    const recorded = read('test/replay/break-glass.json');
    const isRelease = (event: HistoryEvent): event is TaskCompleted =>
      event.EventType === EventType.SubOrchestrationCompleted;
    const Result = JSON.stringify({ told: [], failure: 'stage production could not be told: no queue' });
    const history = recorded.history.map((event) => (isRelease(event) ? { ...event, Result } : event));
    const [difference] = await replayHistory(app, { ...recorded, history });
    expect(difference).toContain(
      'jane and bob overrode the gates of run weak-20261126-d5346fa3, but nothing was released: stage production could not be told: no queue.',
    );
    expect(difference).toContain('"released":false');
  });

  it('record that a signal could not be decided, and try again', async () => {
    const recorded = read('test/replay/admit-signal-coalesced.json');
    const refused = 'model tiny: offer: Invalid time value';
    let isFirst = true;
    const history = recorded.history.map((event) => {
      if (event.EventType !== EventType.EventRaised || !isFirst) return event;
      isFirst = false;
      return { ...event, Input: JSON.stringify({ result: JSON.stringify({ refused }) }) };
    });
    const [difference] = await replayHistory(app, { ...recorded, history });
    expect(difference).toContain('record-decision');
    expect(difference).toContain('"outcome":"deferred","reason":"internal-error"');
    expect(difference).toContain(`it could not be decided: ${refused}.`);
  });

  it('do not replay a history in which the training job ended otherwise', async () => {
    const recorded = read('test/replay/retrain-training-failed.json');
    const isFailure = (event: HistoryEvent): event is TaskCompleted =>
      event.EventType === EventType.TaskCompleted && String(event.Result).includes('"Failed"');
    const history = recorded.history.map((event) =>
      isFailure(event)
        ? { ...event, Result: String(event.Result).replace('"succeeded":false', '"succeeded":true') }
        : event,
    );
    expect(history).not.toEqual(recorded.history);
    expect(await replayHistory(app, { ...recorded, history })).not.toEqual([]);
  });
});
