import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { newHome, startTestHost, type TestHost, until } from './test-host.ts';

interface Tick {
  isPastDue: boolean;
  schedule: { adjustForDST: boolean };
  scheduleStatus: { last: string; next: string; lastUpdated: string };
}

let home: ReturnType<typeof newHome>;
let clock: VirtualClock;
let host: TestHost | undefined;

beforeEach(() => {
  home = newHome();
  clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
});
afterEach(async () => {
  await host?.stop();
  home.remove();
});

const start = async (): Promise<TestHost> => {
  host = await startTestHost({ app: 'host-app-cjs', home: home.home, clock });
  return host;
};

/** The fixture's record lives as long as this process: each test looks only at what came after its beginning. */
const notedSince = async (kind: string, from: number): Promise<unknown[]> =>
  (await host!.recorded(kind)).slice(from);
const countOf = async (kind: string): Promise<number> => (await host!.recorded(kind)).length;

async function setTo(time: string): Promise<void> {
  clock.setNow(Date.parse(time));
  await quiet();
}

async function quiet(): Promise<void> {
  await until('nothing is under way', () => host!.work.busy === 0);
}

describe('a timer', () => {
  test('runs at each moment of its schedule and is told the last and the next', async () => {
    await start();
    const from = await countOf('tick');
    await setTo('2026-01-01T00:09:59Z');
    expect(await notedSince('tick', from)).toEqual([]);
    await setTo('2026-01-01T00:10:00Z');
    await setTo('2026-01-01T00:20:00Z');
    const ticks = (await notedSince('tick', from)) as Tick[];
    expect(ticks.map(({ isPastDue }) => isPastDue)).toEqual([false, false]);
    expect(ticks[1]).toEqual({
      schedule: { adjustForDST: true },
      scheduleStatus: {
        last: '2026-01-01T00:10:00.000Z',
        next: '2026-01-01T00:30:00.000Z',
        lastUpdated: '2026-01-01T00:10:00.000Z',
      },
      isPastDue: false,
    });
  });

  test('that missed moments while the clock jumped runs once, not once for each', async () => {
    await start();
    const from = await countOf('tick');
    await setTo('2026-01-01T08:05:00Z');
    expect(await notedSince('tick', from)).toHaveLength(1);
    expect(clock.nextDueMs()).toBe(Date.parse('2026-01-01T08:10:00Z'));
  });

  test('missed while the host was down runs once at its start, past due', async () => {
    await start();
    await setTo('2026-01-01T00:10:00Z');
    await host!.stop();
    clock = new VirtualClock(Date.parse('2026-01-01T05:03:00Z'));
    await start();
    await quiet();
    const ticks = (await host!.recorded('tick')) as Tick[];
    expect(ticks.at(-1)).toMatchObject({
      isPastDue: true,
      scheduleStatus: { last: '2026-01-01T00:10:00.000Z' },
    });
    const from = ticks.length;
    await setTo('2026-01-01T05:10:00Z');
    expect(((await notedSince('tick', from)) as Tick[]).map(({ isPastDue }) => isPastDue)).toEqual([false]);
  });

  test('that ran just before a restart does not run again', async () => {
    await start();
    await setTo('2026-01-01T00:10:00Z');
    const from = await countOf('tick');
    await host!.stop();
    await start();
    await quiet();
    expect(await notedSince('tick', from)).toEqual([]);
    expect(clock.nextDueMs()).toBe(Date.parse('2026-01-01T00:20:00Z'));
  });

  test('is run by hand when an operator asks', async () => {
    await start();
    const from = await countOf('tick');
    const answer = await fetch(`${host!.url}/admin/functions/EVERYTENMINUTES`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"input":""}',
    });
    expect(answer.status).toBe(202);
    await quiet();
    expect(await notedSince('tick', from)).toHaveLength(1);
  });
});

test('a function with a retry policy runs again on the clock, and time is free to move in between', async () => {
  await start();
  clock.setNow(Date.parse('2026-07-01T02:59:00Z'));
  await quiet();
  const from = await countOf('attempt');
  await setTo('2026-07-01T03:00:00Z');
  expect(await notedSince('attempt', from)).toEqual([null]);
  await setTo('2026-07-01T03:01:00Z');
  await setTo('2026-07-01T03:02:00Z');
  const attempts = await notedSince('attempt', from);
  expect(attempts).toHaveLength(3);
  expect(attempts[2]).toMatchObject({
    retryCount: 2,
    maxRetryCount: 2,
    exception: { message: expect.stringContaining('fails') },
  });
});
