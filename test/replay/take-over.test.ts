import { globSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FunctionApp, Versioning } from '../../local/functions-host/contract.ts';
import { EventType, type HistoryEvent } from '../../local/functions-host/durable/history.ts';
import type { HubInstance } from '../../local/functions-host/durable/takeover/hub-item.ts';
import { refuseEntity, refuseInstance } from '../../local/functions-host/durable/takeover/take-over.ts';
import { newFleetState } from '../../shared/domain/fleet-state.ts';
import { newModelState } from '../../shared/domain/model-state.ts';
import { newTargetState } from '../../shared/release/transitions/state.ts';
import type { RecordedHistory } from './history-file.ts';
import { loadBuiltApp } from './load-built-app.ts';

const files = globSync('test/replay/*.json').sort();
const read = (file: string) => JSON.parse(readFileSync(file, 'utf8')) as RecordedHistory;
const anyVersion: Versioning = { defaultVersion: '', match: 'None', failure: 'Reject' };

const instanceOf = (recorded: RecordedHistory, history = recorded.history): HubInstance => ({
  kind: 'instance',
  version: '',
  ...recorded,
  history,
});

/** Of a history that has more. */
const mostStands = 12;

/** The history as it stood after turns of it, when the orchestration waited: spread over all of them. */
function standsOf({ history }: RecordedHistory): HistoryEvent[][] {
  const ends = history.flatMap(({ EventType: type }, at) =>
    type === EventType.OrchestratorCompleted ? [at] : [],
  );
  const stands = ends.slice(0, -1).map((end) => history.slice(0, end + 1));
  const every = Math.ceil(stands.length / mostStands);
  return stands.filter((_, at) => at % every === 0 || at === stands.length - 1);
}

/** Where a recorded run waits for its training job. */
function waitingRun(): HubInstance {
  const recorded = read('test/replay/retrain-released.json');
  const stands = standsOf(recorded);
  return instanceOf(recorded, stands[Math.floor(stands.length / 2)]);
}

/** With the `index`-th step of a type changed. */
function alter(
  instance: HubInstance,
  index: number,
  change: (event: HistoryEvent) => HistoryEvent,
): HubInstance {
  let seen = -1;
  const history = instance.history.map((event) => {
    if (event.EventType !== EventType.TaskScheduled) return event;
    seen += 1;
    return seen === index ? change(event) : event;
  });
  expect(seen).toBeGreaterThanOrEqual(index);
  return { ...instance, history };
}

describe('an app that is to take over', () => {
  let app: FunctionApp;

  beforeAll(async () => {
    app = await loadBuiltApp();
  });

  it.each(files)('goes on with %s, wherever it stood', async (file) => {
    const recorded = read(file);
    for (const history of standsOf(recorded))
      expect(await refuseInstance(app, instanceOf(recorded, history), anyVersion)).toBeNull();
  });

  it('goes on where the texts of inputs are not kept, as the Durable extension keeps none', async () => {
    const run = waitingRun();
    const history = run.history.map((event) => {
      if (event.EventType !== EventType.TaskScheduled) return event;
      const { Input: _, ...rest } = event;
      return rest as HistoryEvent;
    });
    expect(await refuseInstance(app, { ...run, history }, anyVersion)).toBeNull();
  });

  it('breaks a history in which another step was taken, and names both steps', async () => {
    const altered = alter(
      waitingRun(),
      1,
      (event) => ({ ...event, Name: 'pin-something-else' }) as HistoryEvent,
    );
    expect(await refuseInstance(app, altered, anyVersion)).toMatch(
      /the history records .*pin-something-else.* as step \d+, but the code now asks for .*pin-/,
    );
  });

  it('breaks a history with a step that it does not take', async () => {
    const run = waitingRun();
    const ids = run.history.map(({ EventId }) => EventId);
    const extra = { ...run.history.find(({ EventType: type }) => type === EventType.TaskScheduled)! };
    const end = run.history.at(-1)!;
    const history = [...run.history.slice(0, -1), { ...extra, EventId: Math.max(...ids) + 1 }, end];
    expect(await refuseInstance(app, { ...run, history }, anyVersion)).toMatch(
      /the code does not ask for it now/,
    );
  });

  it('fails where answers of before mean nothing to it', async () => {
    const run = waitingRun();
    const history = run.history.map((event) =>
      event.EventType === EventType.TaskCompleted ? { ...event, Result: 'null' } : event,
    );
    expect(await refuseInstance(app, { ...run, history }, anyVersion)).toMatch(
      /^the orchestrator fails at what it has met so far: /,
    );
  });

  it('does not wait where the one before does', async () => {
    const recorded = read('test/replay/admit-signal-deferred.json');
    const [first] = standsOf(recorded);
    const isStep = ({ EventId }: HistoryEvent): boolean => EventId >= 0;
    const history = first!.filter((event) => !isStep(event));
    expect(history.length).toBeLessThan(first!.length);
    expect(await refuseInstance(app, instanceOf(recorded, history), anyVersion)).toMatch(
      /^where it waits, the code now takes a further step: /,
    );
  });

  it('says which orchestrator or version it has none of', async () => {
    const run = waitingRun();
    expect(await refuseInstance(app, { ...run, orchestrator: 'retrain-2' }, anyVersion)).toBe(
      'there is no orchestrator retrain-2 any more',
    );
    const versioning: Versioning = { defaultVersion: '1.0', match: 'CurrentOrOlder', failure: 'Reject' };
    expect(await refuseInstance(app, { ...run, version: '2.0' }, versioning)).toContain("version '2.0'");
    expect(await refuseInstance(app, { ...run, version: '1.0' }, versioning)).toBeNull();
  });

  it('takes an orchestration that has not begun', async () => {
    expect(await refuseInstance(app, { ...waitingRun(), history: [] }, anyVersion)).toBeNull();
  });

  it.each([
    ['model', 'tiny', newModelState],
    ['fleet', 'fleet', newFleetState],
    ['target', 'front', newTargetState],
  ])('reads the state of a %s', async (name, key, state) => {
    expect(await refuseEntity(app, { kind: 'entity', name, key, state: JSON.stringify(state) })).toBeNull();
  });

  it('says what of a state it cannot read', async () => {
    const entity = { kind: 'entity', name: 'model', key: 'tiny' } as const;
    const state = JSON.stringify(newModelState);
    expect(await refuseEntity(app, { ...entity, name: 'models', state })).toBe(
      'there is no entity models any more',
    );
    expect(await refuseEntity(app, { ...entity, state: '"admitted"' })).toContain('stored state is string');
    expect(await refuseEntity(app, { ...entity, state: '{"recentSignals":7}' })).toMatch(/rebuild: /);
  });
});
