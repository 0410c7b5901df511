/**
 * What is billed for a report, a signal, a run and a month of waiting, counted at the services of the local cloud.
 *
 * docs/costs.md has the counts, and prices them (test/unit/costs.test.ts). They do not depend on the machine but for a few looks
 * at jobs.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo, untilQuiet } from '../../local/clock/advance.ts';
import { type CountingStorage, countTransactions } from '../world/counting-proxy.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

interface Counts {
  readonly executions: number;
  readonly tableReads: number;
  readonly tableWrites: number;
  readonly blobReads: number;
  readonly blobWrites: number;
}

/** As the page has them: at most so many. */
function documented(what: string): Counts {
  const page = readFileSync('docs/costs.md', 'utf8');
  const row = new RegExp(`^\\| ${what} \\|(.*)\\|$`, 'm').exec(page)?.[1] ?? '';
  const [executions, tableReads, tableWrites, blobReads, blobWrites] = row.split('|').map(Number);
  return {
    executions: executions!,
    tableReads: tableReads!,
    tableWrites: tableWrites!,
    blobReads: blobReads!,
    blobWrites: blobWrites!,
  };
}

describe('what is billed', () => {
  const startMs = Date.parse('2026-03-02T00:00:00Z');
  let world: World;
  let storage: CountingStorage;

  beforeAll(async () => {
    world = await openWorld({ clock: 'virtual', clockStart: new Date(startMs).toISOString() });
    storage = await countTransactions(world.cloud().storage);
    await world.killHost();
    // What comes round by itself is counted by the clock, and not here.
    const ticks = ['schedule-tick', 'watchdog', 'reconcile-tick'];
    const off = Object.fromEntries(ticks.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
    await world.startHost({ ...off, RATCHET_STORAGE: storage.connectionString });
    // What is made once for all.
    const first = await world.requestRun('first');
    await settled(first);
  });

  afterAll(async () => {
    await world?.close();
    storage?.close();
  });

  let nowMs = startMs;
  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    await advanceTo(world.controls(), nowMs);
  };
  const settled = async (signalId: string): Promise<void> => {
    await throughOutages(async () => {
      await pass(60_000);
      const decision = (await world.decisions()).find(({ signal }) => signal.id === signalId);
      if (!decision || decision.outcome === 'deferred') return undefined;
      const run = (await world.runs()).find(({ runId }) => runId === decision.runId);
      return decision.outcome !== 'admitted' || run?.outcome ? true : undefined;
    });
  };
  const count = async (): Promise<Counts> => {
    await untilQuiet(world.controls());
    const response = await fetch(`${world.hostUrl}/admin/functions`);
    const functions = (await response.json()) as readonly { invocations: number }[];
    const executions = functions.reduce((sum, { invocations }) => sum + invocations, 0);
    return { executions, ...storage.counts() };
  };
  const during = async (what: () => Promise<unknown>): Promise<Counts> => {
    const before = await count();
    await what();
    const after = await count();
    return Object.fromEntries(
      Object.entries(after).map(([name, value]) => [name, value - before[name as keyof Counts]]),
    ) as unknown as Counts;
  };
  const post = (path: string, body: object) =>
    world.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const report = (value: number, window: string) =>
    post('models/tiny/metrics', {
      window,
      observedAt: new Date(nowMs).toISOString(),
      sample: 100,
      metrics: { accuracy: value },
    });
  /** Neither more than the page says, nor so much less that it misleads. */
  const expectAsDocumented = (what: string, counted: Counts): void => {
    const limits = documented(what);
    for (const name of Object.keys(limits) as (keyof Counts)[]) {
      expect(counted[name], `${what}: ${name}`).toBeLessThanOrEqual(limits[name]);
      expect(counted[name], `${what}: ${name}`).toBeGreaterThanOrEqual(Math.floor(limits[name] * 0.6));
    }
  };

  it('for a report that asks for nothing is little', async () => {
    const counted = await during(async () => expect((await report(0.95, 'good')).status).toBe(202));
    expectAsDocumented('report', counted);
  });

  it('for a signal that starts nothing is its decision', async () => {
    await post('models/tiny/operations', { action: 'set-mode', mode: 'observe', reason: 'test' });
    await pass(60_000);
    const counted = await during(async () => {
      expect((await report(0.5, 'bad')).status).toBe(202);
      await pass(1);
    });
    const [{ reason }] = (await world.decisions()) as unknown as [{ reason: string }];
    expect(reason).toBe('observed');
    expectAsDocumented('signal', counted);
    await post('models/tiny/operations', { action: 'set-mode', mode: 'auto', reason: 'test' });
    await pass(60_000);
  });

  it('for a run is its steps', async () => {
    await world.uploadData();
    await pass(60_000);
    let signalId = '';
    const counted = await during(async () => {
      signalId = await world.requestRun('counted');
      await untilQuiet(world.controls());
      await pass(600_000);
    });
    await settled(signalId);
    expect((await world.runs())[0]).toMatchObject({ outcome: 'released' });
    expectAsDocumented('run', counted);
  });

  it('for a month of waiting is the renewal of a timer and a weekly offer, and nothing where nobody waits', async () => {
    const idle = await during(() => pass(30 * 86_400_000));
    expect(Object.values(idle)).toEqual([0, 0, 0, 0, 0]);
    const until = new Date(nowMs + 40 * 86_400_000).toISOString();
    await post('models/tiny/operations', { action: 'freeze', until, reason: 'test' });
    await pass(60_000);
    const signalId = await world.requestRun('waiting');
    await pass(60_000);
    const counted = await during(() => pass(30 * 86_400_000));
    expect((await world.decisions()).find(({ signal }) => signal.id === signalId)).toMatchObject({
      outcome: 'deferred',
      reason: 'freeze',
    });
    expectAsDocumented('month of waiting', counted);
  });

  it('for an hour in which nothing happens is what comes round by itself', async () => {
    await world.killHost();
    await world.startHost({
      RATCHET_STORAGE: storage.connectionString,
      RATCHET_SCHEDULE_TICK: '0 * * * * *',
      RATCHET_WATCHDOG_TICK: '30 */10 * * * *',
      RATCHET_RECONCILE_TICK: '0 17 * * * *',
    });
    await pass(3_600_000);
    expectAsDocumented('hour of idling', await during(() => pass(3_600_000)));
  });
});
