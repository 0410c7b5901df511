import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EntityId } from 'durable-functions';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../../../local/clock/clock.ts';
import { type Host, startHost, startMs } from './harness.ts';

const dayMs = 86_400_000;

let folder: string;
let clock: VirtualClock;
let host: Host;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'durable-'));
  clock = new VirtualClock(startMs);
  host = await open();
});

afterEach(async () => {
  await host.stop();
  rmSync(folder, { recursive: true });
});

function open(): Promise<Host> {
  return startHost({ file: join(folder, 'store.db'), clock });
}

/** Leaves the running host wherever it is, and opens the file again. */
async function reopen(graceMs = 0): Promise<void> {
  await host.stop(graceMs);
  host = await open();
}

async function ticks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
}

describe('after a restart', () => {
  test('a timer of months fires at its time', async () => {
    await host.client.startNew('longTimer', { instanceId: 'sleeper', input: 200 });
    for (let day = 0; day < 200; day += 40) {
      await host.pass(40 * dayMs);
      await reopen();
    }
    await host.settle();
    const { output } = await host.client.getStatus('sleeper');
    expect(output).toMatchObject({ winner: 'timer', at: new Date(startMs + 200 * dayMs).toISOString() });
  });

  test('a timer that came due meanwhile fires at once', async () => {
    await host.client.startNew('timer', { instanceId: 'late', input: 1000 });
    await host.settle();
    await host.stop();
    clock.setNow(startMs + 5000);
    host = await open();
    await host.settle();
    expect((await host.client.getStatus('late')).output).toBe(5000);
  });

  test('a waiting orchestration takes the event it waited for, and the buffered ones in order', async () => {
    await host.client.startNew('buffered', { instanceId: 'b', input: null });
    await host.settle();
    await host.client.raiseEvent('b', 'E', 1);
    await host.client.raiseEvent('b', 'E', 2);
    await reopen();
    await host.pass(60_000);
    expect((await host.client.getStatus('b')).output).toEqual([1, 2]);
  });

  test('what waited for the loser of a race goes on, retried meanwhile or not', async () => {
    await host.client.startNew('waitsForLoser', { instanceId: 'straight' });
    await host.client.startNew('waitsForLoser', { instanceId: 'restarted' });
    await host.settle();
    await host.pass(60_000);
    await host.client.raiseEvent('straight', 'go', 1);
    await host.settle();
    const output = ['ok after 3', 'AFTER', 'END'];
    expect(await host.client.getStatus('straight')).toMatchObject({ runtimeStatus: 'Completed', output });
    await reopen();
    await host.client.raiseEvent('restarted', 'go', 1);
    await host.settle();
    expect(await host.client.getStatus('restarted')).toMatchObject({ runtimeStatus: 'Completed', output });
  });

  test('a lock whose holder has ended, as older files may hold one, is given back', async () => {
    await host.client.startNew('chain', { instanceId: 'ended', input: 'a' });
    await host.client.signalEntity(new EntityId('Counter', 'k'), 'add', 1);
    await host.settle();
    await host.stop();
    {
      using db = new DatabaseSync(join(folder, 'store.db'));
      db.exec(`UPDATE entities SET locked_by = 'ended' WHERE id = '@counter@k'`);
    }
    host = await open();
    await host.client.signalEntity(new EntityId('Counter', 'k'), 'add', 1);
    await host.settle();
    const { entityState } = await host.client.readEntityState<number>(new EntityId('Counter', 'k'));
    expect(entityState).toBe(2);
  });

  test('an accepted start, event and signal are still there though nothing had run', async () => {
    await host.client.startNew('waits', { instanceId: 'w' });
    await host.client.raiseEvent('w', 'go', 'kept');
    await host.client.signalEntity(new EntityId('Counter', 'c'), 'add', 3);
    await reopen();
    await host.settle();
    expect((await host.client.getStatus('w')).output).toBe('kept');
    expect((await host.client.readEntityState(new EntityId('Counter', 'c'))).entityState).toBe(3);
  });

  test('a suspended orchestration stays suspended, a finished one finished, a lock held', async () => {
    await host.client.startNew('waits', { instanceId: 's' });
    await host.client.startNew('chain', { instanceId: 'f', input: 'a' });
    await host.client.startNew('locked', { instanceId: 'holder', input: 'x' });
    await host.settle();
    await host.client.suspend('s', 'hold');
    await host.settle();
    await reopen();
    await host.client.startNew('locked', { instanceId: 'next', input: 'x' });
    await host.settle();
    expect((await host.client.getStatus('s')).runtimeStatus).toBe('Suspended');
    expect((await host.client.getStatus('f')).runtimeStatus).toBe('Completed');
    await host.pass(5000);
    expect((await host.client.getStatus('holder')).output).toMatchObject({ before: 0, after: 1 });
    expect((await host.client.getStatus('next')).output).toMatchObject({ before: 1, after: 2 });
  });

  test('retries go on counting where they were', async () => {
    await host.client.startNew('retry', { instanceId: 'r', input: { key: folder, ok: 3 } });
    await host.pass(1000);
    await reopen();
    await host.pass(2000);
    expect((await host.client.getStatus('r')).output).toEqual({ result: 'ok after 3', after: 'IN STEP' });
  });
});

type Step =
  | { kind: 'activity' | 'entity' | 'race'; value: number }
  | { kind: 'timer'; delayMs: number }
  | { kind: 'all'; values: number[] }
  | { kind: 'program'; steps: Step[] };

const value = fc.integer({ min: 1, max: 9 });
const { program } = fc.letrec<{ step: Step; program: Step[] }>((tie) => ({
  step: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({ kind: fc.constantFrom('activity', 'entity', 'race'), value }) as fc.Arbitrary<Step>,
    fc.record({
      kind: fc.constant('timer'),
      delayMs: fc.integer({ min: 0, max: 10 * dayMs }),
    }) as fc.Arbitrary<Step>,
    fc.record({
      kind: fc.constant('all'),
      values: fc.array(value, { minLength: 1, maxLength: 4 }),
    }) as fc.Arbitrary<Step>,
    fc.record({ kind: fc.constant('program'), steps: tie('program') }) as fc.Arbitrary<Step>,
  ),
  program: fc.array(tie('step'), { maxLength: 4 }),
}));

/** What `program` returns, told without an engine. An entity adds up over the whole life of its instance. */
function expectedOutput(steps: readonly Step[]): unknown[] {
  let sum = 0;
  return steps.map((step) => {
    switch (step.kind) {
      case 'timer':
        return 'timer';
      case 'entity':
        sum += step.value;
        return sum;
      case 'all':
        return step.values.map((n) => n * n);
      case 'program':
        return expectedOutput(step.steps);
      default:
        return step.value * step.value;
    }
  });
}

test('any orchestration ends as if it had never been interrupted', async () => {
  let runs = 0;
  const interruptions = fc.array(
    fc.record({ ticks: fc.nat({ max: 25 }), passMs: fc.nat({ max: 5 * dayMs }) }),
    {
      maxLength: 4,
    },
  );
  const property = fc.asyncProperty(program, interruptions, async (steps, stops) => {
    runs += 1;
    const instanceId = `random-${runs}`;
    await host.client.startNew('program', { instanceId, input: steps });
    for (const stop of stops) {
      await ticks(stop.ticks);
      await reopen();
      await ticks(stop.ticks);
      clock.setNow(clock.now() + stop.passMs);
      await reopen();
    }
    await host.pass(400 * dayMs);
    const { runtimeStatus, output } = await host.client.getStatus(instanceId);
    expect({ runtimeStatus, output }).toEqual({ runtimeStatus: 'Completed', output: expectedOutput(steps) });
    expect(host.logged).toEqual([]);
  });
  await fc.assert(property, { numRuns: 40 });
});
