/** What a stop, and a limit of time, do to functions under way. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { newHome, startTestHost, until, writeApp } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

const appDirectory = writeApp(join(home, 'app'), {
  'host.json': '{"version":"2.0","functionTimeout":"00:00:00.5"}',
  'app.js': `
    const { app } = require('@azure/functions');
    app.get('hangs', { authLevel: 'anonymous', handler: () => new Promise(() => undefined) });
    app.get('counts', { authLevel: 'anonymous', handler: async () => ({ jsonBody: globalThis.runs ?? [] }) });
    app.timer('fails', {
      schedule: '0 0 4 * * *',
      retry: { strategy: 'fixedDelay', maxRetryCount: 1, delayInterval: { hours: 1 } },
      handler: async (timer) => {
        (globalThis.runs ??= []).push(timer.isPastDue);
        if (globalThis.runs.length === 1) throw new Error('not yet');
      },
    });
    app.hook.appTerminate(() => { globalThis.terminated = true; });
  `,
});

test('a function that runs too long is given up, answered 500 and logged', async () => {
  const host = await startTestHost({ appDirectory, home: join(home, 'limit') });
  expect((await fetch(`${host.url}/api/hangs`)).status).toBe(500);
  expect(
    host.entries.some(({ message }) =>
      message.includes('function hangs ran longer than functionTimeout, 500 ms'),
    ),
  ).toBe(true);
  await until('the host has nothing to do', () => host.work.busy === 0);
  await host.stop();
});

test('a stop gives up after its grace, and runs the hooks for it', async () => {
  const host = await startTestHost({ appDirectory, home: join(home, 'grace'), stopGraceMs: 10 });
  const hanging = fetch(`${host.url}/api/hangs`).catch(() => null);
  await until('the function is under way', () => host.work.busy > 0);
  await host.stop();
  await host.stopped;
  expect(Reflect.get(globalThis, 'terminated')).toBe(true);
  await expect(fetch(`${host.url}/api/counts`)).rejects.toThrow();
  await hanging;
});

test('a timer stopped between two attempts runs at the next start, past due', async () => {
  const clock = new VirtualClock(Date.parse('2026-01-01T00:00:00Z'));
  const start = () => startTestHost({ appDirectory, home: join(home, 'retry'), clock });
  const first = await start();
  clock.setNow(Date.parse('2026-01-01T04:00:00Z'));
  await until(
    'it waits for its second attempt',
    () => clock.nextDueMs() === Date.parse('2026-01-01T05:00:00Z'),
  );
  await first.stop();
  expect(clock.nextDueMs()).toBeNull();
  clock.setNow(Date.parse('2026-01-01T04:10:00Z'));
  const second = await start();
  await until('it has run again', () => second.work.busy === 0 && clock.nextDueMs() !== null);
  expect(await (await fetch(`${second.url}/api/counts`)).json()).toEqual([false, true]);
  expect(clock.nextDueMs()).toBe(Date.parse('2026-01-02T04:00:00Z'));
  await second.stop();
});
