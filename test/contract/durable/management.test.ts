import { EntityId } from 'durable-functions';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Host, startHost, startMs } from './harness.ts';

let host: Host;
beforeAll(async () => {
  host = await startHost();
});
afterAll(() => host.stop());

let fresh = 0;
let id: string;
beforeEach(() => {
  fresh += 1;
  id = `managed-${fresh}`;
});

async function start(name: string, input?: unknown): Promise<void> {
  await host.client.startNew(name, { instanceId: id, input });
  await host.settle();
}

async function statusOf(instanceId = id): Promise<string> {
  return (await host.client.getStatus(instanceId)).runtimeStatus;
}

/** A request as any HTTP client would send it, under the public root. */
async function send(method: string, path: string, body?: string, type = 'application/json') {
  const response = await fetch(`${host.origin}/runtime/webhooks/durabletask/${path}`, {
    method,
    headers: { 'content-type': type },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: text === '' ? undefined : JSON.parse(text),
  };
}

describe('starting', () => {
  test('without an id makes one of 32 hex digits', async () => {
    expect(await host.client.startNew('chain', { input: 'a' })).toMatch(/^[0-9a-f]{32}$/);
  });

  test('without input gives the orchestrator an empty string, as the library sends it', async () => {
    await start('waits');
    expect((await host.client.getStatus(id)).input).toBe('');
  });

  test('over a live instance is a conflict that names its status', async () => {
    await start('waits');
    await expect(start('waits')).rejects.toThrow(/409.*status Running already exists/s);
  });

  test('over a finished instance replaces it', async () => {
    await start('chain', 'a');
    await start('chain', 'b');
    expect((await host.client.getStatus(id)).output).toEqual({ text: 'B!', at: 'end' });
  });

  test('twice at once under one id starts one', async () => {
    const answers = await Promise.all([
      send('POST', `orchestrators/waits/${id}`),
      send('POST', `orchestrators/waits/${id}`),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  });

  test('of a function that is no orchestrator is refused, naming those there are', async () => {
    for (const name of ['noSuchThing', 'upper', 'Counter']) {
      expect(await send('POST', `orchestrators/${name}/${id}`)).toMatchObject({
        status: 400,
        body: { Message: expect.stringMatching(new RegExp(`'${name}' doesn't exist.*'chain'`)) },
      });
    }
    await expect(host.client.startNew('noSuchThing')).rejects.toThrow(/400/);
    await expect(statusOf()).rejects.toThrow(/404/);
  });

  test('under an id that storage cannot take, or longer than 256 characters, is refused', async () => {
    const bad = ['a%2Fb', 'a%5Cb', 'a%23b', 'a%3Fb', 'a%0Ab', 'a%7Fb', 'a/b', '%40a', 'x'.repeat(257)];
    for (const encoded of bad) {
      expect((await send('POST', `orchestrators/waits/${encoded}`)).status, encoded).toBe(400);
    }
    expect((await send('POST', `orchestrators/waits/${'y'.repeat(256)}`)).status).toBe(202);
  });

  test('with a body that is no JSON is refused', async () => {
    expect((await send('POST', 'orchestrators/chain', '{')).status).toBe(400);
  });

  test('answers with links that work', async () => {
    const { status, headers, body } = await send('POST', `orchestrators/waits/${id}`, '1');
    expect(status).toBe(202);
    expect(headers.get('location')).toBe(body.statusQueryGetUri);
    await host.settle();
    expect((await fetch(body.statusQueryGetUri)).status).toBe(202);
    await fetch(body.sendEventPostUri.replace('{eventName}', 'go'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '"went"',
    });
    await host.settle();
    expect((await host.client.getStatus(id)).output).toBe('went');
  });

  test('and waiting answers with the output once there is one', async () => {
    const done = await send('POST', `orchestrators/chain/${id}?timeout=10&pollingInterval=1`, '"a"');
    expect(done.body).toEqual({ text: 'A!', at: 'end' });
    const waiting = send('POST', 'orchestrators/waits?timeout=10', '1');
    while (host.clock.nextDueMs() === null) await new Promise((resolve) => setImmediate(resolve));
    (host.clock as unknown as { setNow(ms: number): void }).setNow(host.clock.now() + 10_000);
    expect((await waiting).status).toBe(202);
  });
});

describe('the status', () => {
  test('has times of whole seconds and every field, null at least', async () => {
    await start('waits', 7);
    const { status, body, headers } = await send('GET', `instances/${id}`);
    expect(status).toBe(202);
    expect(headers.get('retry-after')).toBe('5');
    expect(body).toEqual({
      name: 'waits',
      instanceId: id,
      runtimeStatus: 'Running',
      input: 7,
      customStatus: null,
      output: null,
      createdTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      lastUpdatedTime: expect.stringMatching(/Z$/),
    });
    expect((await send('GET', `instances/${id}?showInput=false`)).body.input).toBeNull();
  });

  test('shows the history when asked, completions joined with what was scheduled', async () => {
    await start('chain', 'a');
    const { body } = await send('GET', `instances/${id}?showHistory=true&showHistoryOutput=true`);
    expect(
      body.historyEvents.map((event: Record<string, unknown>) => [event['EventType'], event['FunctionName']]),
    ).toEqual([
      ['ExecutionStarted', 'chain'],
      ['TaskCompleted', 'upper'],
      ['TaskCompleted', 'exclaim'],
      ['TaskCompleted', 'wrap'],
      ['ExecutionCompleted', undefined],
    ]);
    expect(body.historyEvents[1]).toMatchObject({ Result: 'A', ScheduledTime: expect.any(String) });
  });

  test('of a failed instance is a server error only when asked so', async () => {
    await start('fails');
    expect((await send('GET', `instances/${id}`)).status).toBe(200);
    expect((await send('GET', `instances/${id}?returnInternalServerErrorOnFailure=true`)).status).toBe(500);
  });

  test('of an unknown instance is not found', async () => {
    await expect(host.client.getStatus('nobody')).rejects.toThrow(/404/);
  });

  test('of ids with blanks and letters of other alphabets can be read', async () => {
    id = `odd id ж${fresh}`;
    await start('chain', 'a');
    expect(await statusOf()).toBe('Completed');
  });

  test('of many instances comes in pages that the client joins', async () => {
    const ids = Array.from({ length: 120 }, (_, i) => `${id}-${String(i).padStart(3, '0')}`);
    await Promise.all(ids.map((instanceId) => host.client.startNew('waits', { instanceId })));
    await host.settle();
    const all = await host.client.getStatusBy({ runtimeStatus: ['Running'] as never });
    expect(all.map(({ instanceId }) => instanceId).filter((other) => other.startsWith(id))).toEqual(ids);
    const page = await send('GET', `instances?instanceIdPrefix=${id}-&top=50`);
    expect(page.body).toHaveLength(50);
    expect(page.headers.get('x-ms-continuation-token')).toBeTruthy();
  });

  test('of many instances can be limited by creation time', async () => {
    await start('chain', 'a');
    const later = new Date(startMs + 365 * 86_400_000);
    expect(await host.client.getStatusBy({ createdTimeFrom: later, runtimeStatus: [] })).toEqual([]);
  });
});

describe('raising an event', () => {
  test('needs JSON', async () => {
    await start('waits');
    expect((await send('POST', `instances/${id}/raiseEvent/go`, '"x"', 'text/plain')).status).toBe(400);
    expect((await send('POST', `instances/${id}/raiseEvent/go`, '{')).status).toBe(400);
    expect((await send('POST', `instances/${id}/raiseEvent/go`, '')).status).toBe(400);
  });

  test('to nobody is not found, to a finished instance is gone', async () => {
    await expect(host.client.raiseEvent('nobody', 'go', 1)).rejects.toThrow(/No instance/);
    await start('chain', 'a');
    expect((await send('POST', `instances/${id}/raiseEvent/go`, '1')).status).toBe(410);
  });

  test('under a name of another case is not the event the orchestrator waits for', async () => {
    await start('approval', { timeoutMs: 1000 });
    await host.client.raiseEvent(id, 'approval', 1);
    await host.pass(1000);
    expect((await host.client.getStatus(id)).output).toEqual({ approved: 'timeout' });
  });
});

describe('terminating', () => {
  test('ends at once with the reason, whatever is open', async () => {
    await start('timer', 3_600_000);
    await host.client.terminate(id, 'because');
    await host.settle();
    expect(await host.client.getStatus(id)).toMatchObject({ runtimeStatus: 'Terminated', output: 'because' });
    expect(host.clock.nextDueMs()).toBeNull();
    expect((await send('POST', `instances/${id}/terminate?reason=again`)).status).toBe(410);
  });

  test('leaves sub-orchestrations alone', async () => {
    await start('callsNamedChild', `${id}-kid`);
    await host.client.terminate(id, 'because');
    await host.settle();
    expect(await statusOf(`${id}-kid`)).toBe('Running');
  });
});

describe('suspending', () => {
  test('keeps events until the resume', async () => {
    await start('buffered');
    await host.client.suspend(id, 'hold');
    await host.settle();
    expect(await statusOf()).toBe('Suspended');
    await host.client.raiseEvent(id, 'E', 1);
    await host.client.raiseEvent(id, 'E', 2);
    await host.pass(3_600_000);
    expect(await statusOf()).toBe('Suspended');
    await host.client.resume(id, 'go on');
    await host.settle();
    expect(await host.client.getStatus(id)).toMatchObject({ runtimeStatus: 'Completed', output: [1, 2] });
  });

  test('begins no activity until the resume', async () => {
    await start('approval', { timeoutMs: 60_000 });
    await host.client.suspend(id, 'hold');
    await host.client.raiseEvent(id, 'Approval', 'yes');
    await host.settle();
    expect(await statusOf()).toBe('Suspended');
    await host.client.resume(id, 'go on');
    await host.settle();
    expect((await host.client.getStatus(id)).output).toEqual({ approved: 'yes', after: 'AFTER' });
  });

  test('twice, or resuming what runs, is an error', async () => {
    await start('waits');
    expect((await send('POST', `instances/${id}/resume`)).status).toBe(500);
    await host.client.suspend(id, 'hold');
    await host.settle();
    expect((await send('POST', `instances/${id}/suspend`)).status).toBe(500);
  });
});

describe('rewinding', () => {
  test('tries the failed step again and keeps what had succeeded', async () => {
    await start('rewindable', { ok: 2 });
    expect(await statusOf()).toBe('Failed');
    await host.client.rewind(id, 'fixed');
    await host.settle();
    expect((await host.client.getStatus(id)).output).toEqual({ before: 'BEFORE', result: 'ok after 2' });
  });

  test('gives a retried step one more attempt', async () => {
    await start('rewindable', { ok: 4, attempts: 3 });
    await host.pass(10_000);
    expect(await statusOf()).toBe('Failed');
    await host.client.rewind(id, 'fixed');
    await host.pass(10_000);
    expect((await host.client.getStatus(id)).output).toEqual({ before: 'BEFORE', result: 'ok after 4' });
  });

  test('rewinds the sub-orchestration that failed', async () => {
    await start('rewindableParent');
    expect(await statusOf()).toBe('Failed');
    await host.client.rewind(id, 'fixed');
    await host.settle();
    expect((await host.client.getStatus(id)).output).toEqual({ before: 'BEFORE', result: 'ok after 2' });
    expect(await statusOf(`${id}-kid`)).toBe('Completed');
  });

  test('is for failed instances only', async () => {
    await start('chain', 'a');
    expect((await send('POST', `instances/${id}/rewind?reason=why`)).status).toBe(412);
    expect((await send('POST', 'instances/nobody/rewind?reason=why')).status).toBe(404);
  });
});

describe('restarting', () => {
  test('runs the same input again under a new id, or the same when asked', async () => {
    await start('chain', 'a');
    const again = await send('POST', `instances/${id}/restart`);
    expect(again.status).toBe(202);
    expect(again.body.id).not.toBe(id);
    await host.settle();
    expect((await host.client.getStatus(again.body.id)).output).toEqual({ text: 'A!', at: 'end' });
    const same = await send('POST', `instances/${id}/restart?restartWithNewInstanceId=false`);
    expect(same.body.id).toBe(id);
  });
});

describe('purging', () => {
  test('by id removes an instance that has ended, and refuses one that has not', async () => {
    await start('timer', 3_600_000);
    expect(await send('DELETE', `instances/${id}`)).toMatchObject({
      status: 412,
      body: { Message: expect.stringContaining('has status Running: terminate it first') },
    });
    expect(await statusOf()).toBe('Running');
    await host.client.terminate(id, 'enough');
    await host.settle();
    expect(await host.client.purgeInstanceHistory(id)).toEqual({ instancesDeleted: 1 });
    expect(host.clock.nextDueMs()).toBeNull();
    await expect(statusOf()).rejects.toThrow(/404/);
    expect(await host.client.purgeInstanceHistory(id)).toEqual({ instancesDeleted: 0 });
  });

  test('while an activity runs drops its result', async () => {
    let open = () => {};
    const gates = (globalThis as unknown as { durableAppGates: Map<string, Promise<void>> }).durableAppGates;
    gates.set(id, new Promise<void>((resolve) => (open = resolve)));
    await host.client.startNew('gatedFanout', { instanceId: id, input: { gate: id, n: 1 } });
    const gauge = (globalThis as unknown as { durableAppGauge: { now: number } }).durableAppGauge;
    while (gauge.now === 0) await new Promise((resolve) => setImmediate(resolve));
    await host.client.terminate(id, 'enough');
    while ((await statusOf()) !== 'Terminated') await new Promise((resolve) => setImmediate(resolve));
    await host.client.purgeInstanceHistory(id);
    await host.client.startNew('waits', { instanceId: id });
    open();
    await host.settle();
    expect(await statusOf()).toBe('Running');
  });

  test('by filter removes finished instances of that time only', async () => {
    await start('chain', 'a');
    await host.client.startNew('waits', { instanceId: `${id}-live` });
    await host.settle();
    const from = new Date(startMs);
    const { instancesDeleted } = await host.client.purgeInstanceHistoryBy({ createdTimeFrom: from });
    expect(instancesDeleted).toBeGreaterThan(0);
    expect(await statusOf(`${id}-live`)).toBe('Running');
    await expect(statusOf()).rejects.toThrow(/404/);
    expect((await send('DELETE', 'instances')).status).toBe(400);
    expect((await send('DELETE', 'instances?createdTimeFrom=2999-01-01T00:00:00Z')).status).toBe(404);
  });

  test('gives back what a running orchestration could not', async () => {
    await host.client.startNew('holdsLock', { instanceId: id, input: id });
    await host.settle();
    await host.client.terminate(id, 'enough');
    await host.client.startNew('holdsLock', { instanceId: `${id}-next`, input: id });
    await host.settle();
    expect((await host.client.getStatus(`${id}-next`)).customStatus).toBe('locked');
  });

  test('removes an entity by its scheduler id', async () => {
    const entity = new EntityId('Counter', id);
    await host.client.signalEntity(entity, 'add', 1);
    await host.settle();
    expect(await host.client.purgeInstanceHistory(`@counter@${id}`)).toEqual({ instancesDeleted: 1 });
    expect((await host.client.readEntityState(entity)).entityExists).toBe(false);
  });
});

describe('entities', () => {
  test('that no function is registered for, or whose key storage cannot take, are not signalled', async () => {
    expect(await send('POST', `entities/NoSuchEntity/${id}?op=add`, '1')).toMatchObject({
      status: 400,
      body: { Message: expect.stringMatching(/'NoSuchEntity' doesn't exist.*'Counter'/) },
    });
    expect((await send('POST', 'entities/chain/k?op=add', '1')).status).toBe(400);
    expect((await send('POST', `entities/Counter/a%23b?op=add`, '1')).status).toBe(400);
  });

  test('hear the operation delete when they are deleted', async () => {
    await host.client.signalEntity(new EntityId('Counter', id), 'add', 1);
    await host.settle();
    expect((await send('DELETE', `entities/Counter/${id}`)).status).toBe(202);
    await host.settle();
    expect((await send('GET', `entities/Counter/${id}`)).status).toBe(404);
    expect((await send('DELETE', `entities/NoSuchEntity/${id}`)).status).toBe(400);
  });
});

test('a path that names no operation is not found', async () => {
  expect((await send('GET', 'nowhere')).status).toBe(404);
  expect((await send('GET', 'instances/%E0%A4%A')).status).toBe(400);
});
