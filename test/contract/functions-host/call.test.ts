/** Durable functions are called with values, past the library's invocation model: what they see must be as through it. */
import { join } from 'node:path';
import { InvocationContext } from '@azure/functions';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { newHome, startTestHost, type TestHost, writeApp } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

const functions = `
const { app } = require('@azure/functions');
const df = require('durable-functions');
const seen = (globalThis.callTestSeen ??= []);
df.app.activity('look', {
  extraInputs: [df.input.durableClient()],
  handler: (input, context) => {
    seen.push(context);
    context.log('saw %d', input);
    return { input, options: structuredClone(context.options), client: context.extraInputs.get(context.options.extraInputs[0].name) };
  },
});
df.app.activity('alter', { handler: (_input, context) => {
  const { name } = context.options.trigger;
  context.options.trigger.name = 'altered';
  context.triggerMetadata.instanceId = 'altered';
  return name;
} });
df.app.activity('throws', { handler: () => { throw undefined; } });
const bytes = Buffer.from([1, 2, 254]);
const results = [
  bytes, new Uint8Array(bytes), new DataView(new Uint8Array([0, 1, 2, 254, 9]).buffer, 1, 3), new Uint8Array(bytes).buffer,
  undefined, null, '', 'text', '"quoted"', 0, -0, 1.5, NaN, true, () => 1, new Date(0), { a: [undefined, 1] }, new Map([[1, 2]]),
];
df.app.activity('result', { handler: (index) => results[index] });
df.app.orchestration('results', function* (context) {
  const all = [];
  for (const index of results.keys()) all.push(yield context.df.callActivity('result', index));
  return all;
});
df.app.activity('failsWithTime', { handler: () => {
  throw new Error(JSON.stringify({ errorType: 'Late', errorMessage: 'too late', properties: { Timestamp: '2026-01-02T03:04:05.000Z' } }));
} });
df.app.orchestration('times', function* (context) {
  try {
    yield context.df.callActivity('failsWithTime');
  } catch (error) {
    const { Timestamp } = error.failureDetails.properties;
    return [Timestamp instanceof Date, context.df.currentUtcDateTime instanceof Date, Timestamp];
  }
});
`;

const hooked = `
const { app } = require('@azure/functions');
const df = require('durable-functions');
df.app.activity('upper', { handler: (text) => text.toUpperCase() });
df.app.orchestration('hooked', function* (context) {
  return yield context.df.callActivity('upper', 'seen');
});
app.hook.preInvocation((context) => {
  // A copy, as hooks that redact or trace make them.
  if (context.invocationContext.options.trigger.type === 'orchestrationTrigger') context.inputs = [JSON.parse(JSON.stringify(context.inputs[0]))];
});
app.hook.postInvocation((context) => {
  if (context.invocationContext.functionName === 'upper') context.result += '!';
});
`;

let host: TestHost;
let withHooks: TestHost;
beforeAll(async () => {
  const app = writeApp(join(home, 'app'), { 'functions.js': functions });
  host = await startTestHost({ appDirectory: app, home: join(home, 'host') });
  const hookedApp = writeApp(join(home, 'hooked'), { 'functions.js': hooked });
  withHooks = await startTestHost({ appDirectory: hookedApp, home: join(home, 'hooked-host') });
});
afterAll(async () => {
  await host.stop();
  await withHooks.stop();
});

/** Those that the function `look` was given. */
function contexts(): InvocationContext[] {
  return (globalThis as Record<string, unknown>)['callTestSeen'] as InvocationContext[];
}

/** The answer comes when the orchestration has ended. */
async function run({ url }: TestHost, name: string): Promise<unknown> {
  const address = `${url}/runtime/webhooks/durabletask/orchestrators/${name}?timeout=60`;
  return (await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json' } })).json();
}

describe('a function called with a value', () => {
  test('has the context and the input that the library would give it', async () => {
    const fn = host.app.find('look')!;
    const called = await host.app.call(fn, 5, { instanceId: 'one' });
    const trigger = { trigger: { string: '5' }, triggerMetadata: { instanceId: { json: '"one"' } } };
    const { returnValue } = await host.app.invoke(fn, trigger);
    expect(JSON.parse(JSON.stringify(called))).toEqual(JSON.parse(returnValue!.json!));

    const [byValue, byModel] = contexts().slice(-2) as [InvocationContext, InvocationContext];
    expect(byValue).toBeInstanceOf(InvocationContext);
    expect(Object.keys(byValue)).toEqual(Object.keys(byModel));
    const plain = ({ invocationId, traceContext, ...rest }: InvocationContext): unknown => ({
      ...rest,
      id: invocationId.replaceAll(/[0-9a-f]/g, 'x'),
      trace: { ...traceContext, traceParent: traceContext?.traceParent?.replaceAll(/[0-9a-f]/g, 'x') },
    });
    expect(plain(byValue)).toEqual(plain(byModel));
  });

  test('has ids that no other call has, and its log names them', async () => {
    const fn = host.app.find('look')!;
    for (const input of [1, 2, 3]) await host.app.call(fn, input, { instanceId: 'one' });
    const last = contexts().slice(-3);
    expect(new Set(last.map(({ invocationId }) => invocationId)).size).toBe(3);
    expect(new Set(last.map(({ traceContext }) => traceContext?.traceParent)).size).toBe(3);
    const { invocationId } = last[2]!;
    expect(host.entries).toContainEqual(
      expect.objectContaining({ level: 'info', message: 'saw 3', function: 'look', invocationId }),
    );
  });

  test('does not see what the call before it did to its context', async () => {
    const fn = host.app.find('alter')!;
    const first = await host.app.call(fn, null, { instanceId: 'one' });
    expect(await host.app.call(fn, null, { instanceId: 'one' })).toBe(first);
  });

  test('that throws nothing fails all the same', async () => {
    await expect(host.app.call(host.app.find('throws')!, null, {})).rejects.toThrow(
      'the function threw undefined',
    );
  });
});

test("an activity's result is what the library and the Durable extension make of it", async () => {
  const bytes = Buffer.from([1, 2, 254]).toString('base64');
  expect(await run(host, 'results')).toEqual([
    ...[bytes, bytes, bytes, bytes],
    ...[null, null, '', 'text', '"quoted"', 0, 0, 1.5, null, true, null],
    ...['1970-01-01T00:00:00.000Z', { a: [null, 1] }, {}],
  ]);
});

test('times in the details of a failure are dates, as the library makes them', async () => {
  expect(await run(host, 'times')).toEqual([true, true, '2026-01-02T03:04:05.000Z']);
});

test('hooks see the history that an orchestrator is given, and have the last word on results', async () => {
  expect(await run(withHooks, 'hooked')).toBe('SEEN!');
});
