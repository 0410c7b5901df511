import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { EventType, type HistoryEvent, parseEvents } from '../../../local/functions-host/durable/history.ts';
import { Lane } from '../../../local/functions-host/durable/lane.ts';
import { Store } from '../../../local/functions-host/durable/store/store.ts';
import { type Host, startHost } from './harness.ts';

/** What the fixture app shares with its tests (test/fixtures/durable-app/activities.js). */
const shared = globalThis as unknown as {
  durableAppGates: Map<string, Promise<void>>;
  durableAppGauge: { now: number; most: number };
};

let folder: string;
let file: string;
let host: Host;
let openGate: () => void;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'durable-'));
  file = join(folder, 'store.db');
  host = await startHost({ file, maxActivities: 3 });
  const gate = Promise.withResolvers<void>();
  openGate = gate.resolve;
  shared.durableAppGates.set('gate', gate.promise);
  shared.durableAppGauge.now = 0;
  shared.durableAppGauge.most = 0;
});

afterEach(async () => {
  openGate();
  await host.stop();
  rmSync(folder, { recursive: true });
});

const isResult = (event: HistoryEvent): boolean => event.EventType === EventType.TaskCompleted;

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function startGated(instanceId: string, n: number): Promise<void> {
  await host.client.startNew('gatedFanout', { instanceId, input: { gate: 'gate', n } });
  await until(() => shared.durableAppGauge.now === Math.min(n, 3));
}

test('no more activities run at once than the settings allow', async () => {
  await startGated('wide', 10);
  openGate();
  await host.settle();
  expect((await host.client.getStatus('wide')).output).toHaveLength(10);
  expect(shared.durableAppGauge.most).toBe(3);
});

test('a wide fan-out comes to its end, and a turn takes all results there are', async () => {
  await host.stop();
  host = await startHost({ file, maxActivities: 10 });
  await host.client.startNew('fanout', { instanceId: 'wide', input: 4000 });
  await host.settle();
  expect((await host.client.getStatus('wide')).output).toBe((3999 * 4000 * 7999) / 6);
  using db = new DatabaseSync(file, { readOnly: true });
  const turns = db.prepare('SELECT events FROM history').all();
  const results = turns.map(({ events }) => parseEvents(String(events)).filter(isResult).length);
  expect(results.reduce((sum, count) => sum + count, 0)).toBe(4000);
  // How many come while a turn is taken is the machine's matter; that the next one rests for them, mailboxes.test.ts has.
  expect(Math.max(...results)).toBeGreaterThan(1);
});

test('a lane begins in order of arrival, no more than its limit at once, and nothing once closed', async () => {
  const begun: number[] = [];
  const ends: (() => void)[] = [];
  const lane = new Lane<number>(2, (item) => {
    begun.push(item);
    return new Promise((resolve) => ends.push(resolve));
  });
  for (const item of [1, 2, 3, 4]) lane.push(item);
  expect(begun).toEqual([]);
  lane.open();
  expect(begun).toEqual([1, 2]);
  ends.shift()?.();
  await until(() => begun.length === 3);
  const closed = lane.close();
  for (const end of ends) end();
  await closed;
  expect(begun).toEqual([1, 2, 3]);
});

describe('work', () => {
  test('is counted while an activity runs, and not while only time or an event is waited for', async () => {
    await startGated('busy', 1);
    expect(host.work.busy).toBeGreaterThan(0);
    openGate();
    await host.client.startNew('approval', { input: { timeoutMs: 1000 } });
    await host.client.startNew('waits');
    await host.settle();
    expect(host.work.busy).toBe(0);
  });

  test('is not an answer that waits for the end of an orchestration', async () => {
    const waiting = fetch(`${host.origin}/durabletask/orchestrators/timer?timeout=60`, {
      method: 'POST',
      body: '5000',
    });
    await until(() => host.clock.nextDueMs() !== null);
    await host.pass(5000);
    expect(await (await waiting).json()).toBe(5000);
  });
});

describe('stopping', () => {
  test('waits for the activity under way and keeps its result', async () => {
    await startGated('kept', 1);
    const stopped = host.stop();
    openGate();
    await stopped;
    const store = new Store(file);
    expect(store.messages().map(({ body }) => 'Result' in body && body.Result)).toEqual(['"gate"']);
    store.close();
  });

  test('gives up on what outlasts the grace, which then runs again after the start', async () => {
    await startGated('again', 1);
    await host.stop(0);
    host = await startHost({ file, maxActivities: 3 });
    await until(() => shared.durableAppGauge.now === 2);
    openGate();
    await host.settle();
    expect((await host.client.getStatus('again')).output).toEqual(['gate']);
    expect(host.logged).toEqual([]);
  });
});

describe('a store', () => {
  test('that can no longer be written stops everything and says so', async () => {
    await host.client.startNew('waits', { instanceId: 'w' });
    await host.settle();
    const other = new DatabaseSync(file);
    other.exec('DROP TABLE messages');
    other.close();
    await expect(host.client.raiseEvent('w', 'go', 1)).rejects.toThrow(/500/);
    await expect(host.client.startNew('waits')).rejects.toThrow(/500/);
    expect(host.logged[0]).toMatch(
      /^error: the durable store cannot be written, so no more functions run; restart the host once the cause is fixed: .*messages/,
    );
  });

  test('of another layout is refused, with what to do', () => {
    const other = join(folder, 'other.db');
    const db = new DatabaseSync(other);
    db.exec('PRAGMA user_version = 7');
    db.close();
    expect(() => new Store(other)).toThrow(
      `durable store ${other}: layout 7 found, 1 expected; it was written by another version: ` +
        'move the file elsewhere to start with an empty one',
    );
  });
});
