import { afterAll, beforeAll, expect, test } from 'vitest';
import { advanceTo } from '../../../local/clock/advance.ts';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { newHome, startTestHost, type TestHost, until } from './test-host.ts';

const { home, remove } = newHome();
const clock = new VirtualClock(Date.parse('2026-05-01T00:00:00Z'));
let host: TestHost;

beforeAll(async () => {
  host = await startTestHost({ app: 'host-app-cjs', home, clock });
});
afterAll(async () => {
  await host.stop();
  remove();
});

const admin = (path: string, init?: RequestInit): Promise<Response> =>
  fetch(`${host.url}/admin/${path}`, init);
const runByHand = (name: string, input: unknown): Promise<Response> =>
  admin(`functions/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input }),
  });

test('the host tells its state', async () => {
  expect(await (await admin('host/status')).json()).toMatchObject({ state: 'Running', clock: 'virtual' });
});

test('the host lists its functions with triggers and addresses', async () => {
  const functions = (await (await admin('functions')).json()) as Record<string, unknown>[];
  expect(functions.find(({ name }) => name === 'item')).toMatchObject({
    trigger: 'httpTrigger',
    invokeUrlTemplate: `${host.url}/api/items/{id:int}/{part?}`,
    methods: ['GET'],
  });
  expect(functions.find(({ name }) => name === 'greet')).toMatchObject({ trigger: 'orchestrationTrigger' });
  expect((await admin('functions/echo')).status).toBe(200);
  expect((await admin('functions/nobody')).status).toBe(404);
  expect((await admin('elsewhere')).status).toBe(404);
});

test('a function runs by hand with what its trigger would give it', async () => {
  const event = { id: 'by-hand', data: { n: 5 } };
  expect((await runByHand('onEvent', JSON.stringify(event))).status).toBe(202);
  await until('the event has run', async () => (await host.recorded('event')).length > 0);
  expect(await host.recorded('event')).toEqual([{ event, metadata: { data: { n: 5 } } }]);
  expect((await runByHand('logs', 'hello')).status).toBe(202);
  await until('the function has logged', () =>
    host.entries.some(({ message }) => message === 'at info formatted'),
  );
});

test('a function that cannot be run by hand says why', async () => {
  expect((await runByHand('onEvent', 'no event')).status).toBe(400);
  expect(await (await runByHand('greet', '')).json()).toMatchObject({
    error: expect.stringContaining('orchestration'),
  });
});

test('questions about the clock are no work, and the clock is moved with everybody waiting on it', async () => {
  const ticks = async () => (await host.recorded('tick')).length;
  const before = await ticks();
  await until('nothing is under way', () => host.work.busy === 0);
  const begun = host.work.begun;
  const report = (await (await admin('local/clock')).json()) as Record<string, unknown>;
  expect(report).toMatchObject({
    mode: 'virtual',
    now: '2026-05-01T00:00:00.000Z',
    busy: 0,
    nextDue: '2026-05-01T00:10:00.000Z',
  });
  expect(host.work.begun).toBe(begun);
  await advanceTo([`${host.url}/admin/local`], Date.parse('2026-05-01T01:00:00Z'));
  expect((await ticks()) - before).toBe(6);
});

test('a time that is none is refused', async () => {
  expect((await admin('local/clock', { method: 'PUT', body: '{"now":"later"}' })).status).toBe(400);
  expect((await admin('local/clock', { method: 'PUT', body: 'not json' })).status).toBe(400);
  expect(clock.now()).toBe(Date.parse('2026-05-01T01:00:00Z'));
});
