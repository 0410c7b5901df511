import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EntityId } from 'durable-functions';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Host, startHost } from './harness.ts';

const dayMs = 86_400_000;

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

let fresh = 0;
let id: string;
beforeEach(() => {
  fresh += 1;
  id = `case-${fresh}`;
});

async function start(name: string, input?: unknown): Promise<void> {
  await host.client.startNew(name, { instanceId: id, input });
  await host.settle();
}

async function raise(name: string, data: unknown): Promise<void> {
  await host.client.raiseEvent(id, name, data);
  await host.settle();
}

async function outcome(): Promise<{ status: string; output: unknown }> {
  const { runtimeStatus, output } = await host.client.getStatus(id);
  return { status: runtimeStatus, output };
}

const completed = (output: unknown) => ({ status: 'Completed', output });

describe('activities', () => {
  test('run one after another, and the custom status of the last step shows', async () => {
    await start('chain', 'hello');
    expect(await outcome()).toEqual(completed({ text: 'HELLO!', at: 'end' }));
    expect((await host.client.getStatus(id)).customStatus).toEqual({ step: 2 });
  });

  test('fan out, and the results come back in order of asking', async () => {
    await start('fanout', 30);
    expect(await outcome()).toEqual(completed(8555));
  });

  test('get their input as the Durable extension spells it', async () => {
    await start('types');
    expect((await outcome()).output).toEqual([
      'string:"123"',
      'string:"plain"',
      'number:5',
      'string:"True"',
      'undefined:undefined',
      'object:{"a":1}',
      'object:[1,2]',
      'string:""',
      null,
    ]);
  });

  test('that fail can be caught, by the reason in the message', async () => {
    await start('caught');
    expect(await outcome()).toEqual(
      completed({ caught: expect.stringContaining("Activity function 'flaky' failed: boom 1") }),
    );
  });

  test('that do not exist fail their orchestration and say so', async () => {
    await start('missingActivity');
    const { status, output } = await outcome();
    expect(status).toBe('Failed');
    expect(output).toContain("The function 'noSuchActivity' doesn't exist");
  });
});

describe('a failing orchestrator', () => {
  test('fails with its name and message once its tasks have ended', async () => {
    await start('fails');
    expect(await outcome()).toEqual({
      status: 'Failed',
      output: "Orchestrator function 'fails' failed: on purpose",
    });
  });

  test('that was never registered fails in the parent that calls it', async () => {
    await start('callsMissingChild');
    const { status, output } = await outcome();
    expect(status).toBe('Failed');
    expect(output).toContain("The function 'noSuchOrchestrator' doesn't exist, is disabled,");
  });
});

describe('sub-orchestrations', () => {
  test('run under the given id or one made from the parent, and their failure can be caught', async () => {
    await start('parent');
    const { a, b, error } = (await outcome()).output as Record<string, Record<string, string>>;
    expect(a).toEqual({ id: `${id}-kid`, parent: id, s: 'ONE' });
    expect(b?.['id']).toMatch(/^[0-9a-f]{32}:1$/);
    expect(error).toContain("Orchestrator function 'child' failed: child refused");
  });

  test('whose id a live instance holds fail in the parent instead of joining it', async () => {
    await start('waits');
    await host.client.startNew('callsNamedChild', { instanceId: `${id}-p`, input: id });
    await host.settle();
    const parent = await host.client.getStatus(`${id}-p`);
    expect(parent.runtimeStatus).toBe('Failed');
    expect(parent.output).toContain('An Orchestration instance with the status Running already exists');
  });

  test('that were terminated fail in the parent with the reason', async () => {
    await start('callsNamedChild', `${id}-kid`);
    await host.client.terminate(`${id}-kid`, 'enough');
    await host.settle();
    expect(await outcome()).toEqual({ status: 'Failed', output: expect.stringContaining('enough') });
  });
});

describe('timers', () => {
  test('fire at their time and not before', async () => {
    await start('timer', 60_000);
    await host.pass(59_999);
    expect((await outcome()).status).toBe('Running');
    await host.pass(1);
    expect(await outcome()).toEqual(completed(60_000));
  });

  test('beyond six days go in steps of three, in step with the library', async () => {
    await start('longTimer', 40);
    await host.pass(40 * dayMs);
    expect(await outcome()).toEqual(
      completed({ winner: 'timer', after: 'IN STEP', at: new Date(host.clock.now()).toISOString() }),
    );
  });

  test('beyond six days can be withdrawn after some of their steps', async () => {
    await start('longTimer', 40);
    await host.pass(10 * dayMs);
    await raise('go', 1);
    expect(await outcome()).toEqual(
      completed(expect.objectContaining({ winner: 'event', after: 'IN STEP' })),
    );
    expect(host.clock.nextDueMs()).toBeNull();
  });

  test('nobody cancelled keep the orchestration running until they fire', async () => {
    await start('forgotCancel');
    expect((await outcome()).status).toBe('Running');
    await host.pass(60_000);
    expect(await outcome()).toEqual(completed('done'));
  });
});

describe('external events', () => {
  test('that beat a timer withdraw it', async () => {
    await start('approval', { timeoutMs: 60_000 });
    expect(host.clock.nextDueMs()).toBe(host.clock.now() + 60_000);
    await raise('Approval', { by: 'me' });
    expect(await outcome()).toEqual(completed({ approved: { by: 'me' }, after: 'AFTER' }));
    expect(host.clock.nextDueMs()).toBeNull();
  });

  test('that come too late lose to the timer', async () => {
    await start('approval', { timeoutMs: 60_000 });
    await host.pass(60_000);
    expect(await outcome()).toEqual(completed({ approved: 'timeout' }));
  });

  test('that come before anyone waits are kept, first in first out', async () => {
    await start('buffered');
    await raise('E', 1);
    await raise('E', 2);
    await host.pass(60_000);
    expect(await outcome()).toEqual(completed([1, 2]));
  });
});

describe('retries', () => {
  test('wait between attempts, ever longer, and stay in step with the library', async () => {
    await start('retry', { key: id, ok: 3 });
    await host.pass(1000);
    expect((await outcome()).status).toBe('Running');
    await host.pass(2000);
    expect(await outcome()).toEqual(completed({ result: 'ok after 3', after: 'IN STEP' }));
  });

  test('that are used up fail with the last attempt', async () => {
    await start('retry', { key: id, ok: 99 });
    await host.pass(7000);
    expect(await outcome()).toEqual({ status: 'Failed', output: expect.stringContaining('boom 4') });
  });

  test('of siblings in parallel stay in step', async () => {
    await start('retryParallel');
    await host.pass(1000);
    const results = ['ok after 1', 'ok after 2', 'ok after 3'];
    expect(await outcome()).toEqual(completed({ results, after: 'IN STEP' }));
  });

  test('of a sub-orchestration start it anew', async () => {
    await start('retryChild');
    await host.pass(1000);
    expect(await outcome()).toEqual(completed('ok after 2'));
  });
});

describe('continue-as-new', () => {
  test('begins again with the new input until the orchestrator returns', async () => {
    await start('eternal', { n: 0, seen: [] });
    expect(await outcome()).toEqual(completed(['GEN0', 'GEN1', 'GEN2']));
  });

  test('hands later events to the next generation', async () => {
    await start('eventLoop', []);
    for (const item of ['a', 'b', 'stop']) await raise('Item', item);
    expect(await outcome()).toEqual(completed(['a', 'b']));
  });

  test('adds quotes to a bare string, as the extension does', async () => {
    await start('stringAgain', 'start');
    expect(await outcome()).toEqual(completed('"abc"'));
  });
});

describe('entities', () => {
  test('answer calls in order, hear signals, and hand back what they throw', async () => {
    await start('entities', id);
    expect(await outcome()).toEqual(completed({ v1: 7, v2: 7, error: 'entity boom', after: 'IN STEP' }));
  });

  test('can be signalled and read by a client, and signal each other', async () => {
    await host.client.signalEntity(new EntityId('Counter', id), 'add', 4);
    await host.client.signalEntity(new EntityId('Counter', id), 'fan');
    await host.settle();
    const copy = await host.client.readEntityState<number>(new EntityId('counter', `${id}-copy`));
    expect(copy).toEqual({ entityExists: true, entityState: 4 });
  });

  test('are gone once they remove themselves', async () => {
    const entity = new EntityId('Counter', id);
    await host.client.signalEntity(entity, 'add', 4);
    await host.client.signalEntity(entity, 'remove');
    await host.settle();
    expect((await host.client.readEntityState(entity)).entityExists).toBe(false);
  });

  test('that are locked serve only the holder until it lets go', async () => {
    await start('locked', 'shared');
    await host.client.startNew('locked', { instanceId: `${id}-second`, input: 'shared' });
    await host.settle();
    expect(host.work.busy).toBe(0);
    await host.pass(5000);
    expect(await outcome()).toEqual(completed({ before: 0, after: 1, text: 'IN STEP' }));
    const second = await host.client.getStatus(`${id}-second`);
    expect(second.output).toEqual({ before: 1, after: 2, text: 'IN STEP' });
  });

  test('are let go when the orchestration that locked them fails', async () => {
    await start('locksAndFails', `${id}-a`);
    expect((await outcome()).status).toBe('Failed');
    await host.client.startNew('locked', { instanceId: `${id}-next`, input: id });
    await host.pass(5000);
    expect((await host.client.getStatus(`${id}-next`)).runtimeStatus).toBe('Completed');
  });
});

test('a failed child hands its details on to its parent', async () => {
  await start('parentOfDetails');
  expect(await outcome()).toEqual(
    completed({
      name: 'TaskFailedError',
      message: 'QuotaError: no cores left',
      details: expect.objectContaining({
        errorType: 'QuotaError',
        errorMessage: 'no cores left',
        properties: { cores: 8 },
      }),
    }),
  );
});

test.each(['a text', 'an empty message', 'undefined'])(
  'a function that throws %s stays Running, as in Azure, and the log says so',
  async (what) => {
    await start('throws', what);
    expect((await outcome()).status).toBe('Running');
    const said = host.logged.filter((line) => line.includes(id));
    expect(said).toEqual([expect.stringContaining(`orchestration throws ${id} waits for nothing`)]);
    expect(said[0]).toMatch(/^error: .*Terminate it, and throw an Error that says why\.$/);
  },
);

test('a lock is given back when its holder is terminated, to those who wait for it and those who come', async () => {
  await start('holdsLock', id);
  await host.client.startNew('holdsLock', { instanceId: `${id}-next`, input: id });
  await host.settle();
  expect((await host.client.getStatus(`${id}-next`)).customStatus).toBeNull();
  await host.client.terminate(id, 'enough');
  await host.settle();
  expect((await host.client.getStatus(`${id}-next`)).customStatus).toBe('locked');
  await host.client.terminate(`${id}-next`, 'enough');
  await host.client.signalEntity(new EntityId('Counter', id), 'add', 4);
  await host.settle();
  const { entityState } = await host.client.readEntityState<number>(new EntityId('Counter', id));
  expect(entityState).toBe(4);
});

describe('an orchestration that stays in memory', () => {
  test('is given its input, times and failures anew at each turn, whatever it did to them', async () => {
    await start('spoils', { list: ['a'] });
    const started = new Date(host.clock.now()).toISOString();
    const year = Number(started.slice(0, 4));
    expect(await outcome()).toEqual(completed([1, started, 8, year, 8, year, 8, year]));
  });

  test('fails when its function asks for something else than before', async () => {
    await start('unsteady');
    expect(await outcome()).toEqual({
      status: 'Failed',
      output: expect.stringMatching(
        /records activity 'upper' as step 0, but the code now asks for activity 'exclaim'/,
      ),
    });
  });

  test('fails, and says why, when it returns what JSON cannot say', async () => {
    await start('returnsCircle');
    expect(await outcome()).toEqual({
      status: 'Failed',
      output: expect.stringContaining(
        "Orchestrator function 'returnsCircle' failed: Converting circular structure",
      ),
    });
  });
});

describe('durable HTTP calls', () => {
  test('return the answer whatever its status, and poll an accepted one', async () => {
    let polls = 0;
    const server = createServer((request, response) => {
      if (request.url === '/work') {
        response.writeHead(202, { location: '/elsewhere/state', 'retry-after': '30' }).end();
      } else {
        polls += 1;
        response.writeHead(polls < 2 ? 202 : 404, { location: '/elsewhere/state' }).end('the end');
      }
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/work`;
    await start('http', { url, polling: true });
    await host.pass(90_000);
    expect(await outcome()).toEqual(completed({ status: 404, content: 'the end', after: 'IN STEP' }));
    await new Promise((resolve) => server.close(resolve));
  });

  test('poll without the key, and elsewhere without any credentials', async () => {
    const seen: (readonly unknown[])[] = [];
    const other = createServer((request, response) => {
      seen.push(['other', request.headers['authorization'], request.headers['x-functions-key']]);
      response.end('done');
    });
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
    const server = createServer((request, response) => {
      const { url, headers } = request;
      seen.push([url, headers['authorization'], headers['x-functions-key'], headers['x-mine']]);
      response.writeHead(202, { location: url === '/work' ? '/state' : elsewhere, 'retry-after': '1' }).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/work`;
    const headers = { 'X-Functions-Key': 'secret', authorization: 'Bearer token', 'x-mine': 'kept' };
    await start('http', { url, polling: true, headers });
    await host.pass(90_000);
    expect(seen).toEqual([
      ['/work', 'Bearer token', 'secret', 'kept'],
      ['/state', 'Bearer token', undefined, 'kept'],
      ['other', undefined, undefined],
    ]);
    await Promise.all([server, other].map((each) => new Promise((resolve) => each.close(resolve))));
  });
});
