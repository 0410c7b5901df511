/**
 * What is billed for a report, a signal, a run and a month of waiting, counted at the services of the local cloud.
 *
 * docs/costs.md has the counts, and prices them (test/unit/costs.test.ts). They do not depend on the machine but for a few looks
 * at jobs.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo, untilQuiet } from '../../local/clock/advance.ts';
import { until } from '../until.ts';
import { type CountingStorage, countTransactions } from '../world/counting-proxy.ts';
import { deliverToQueue } from '../world/deliver-to-queue.ts';
import { writeVariants } from '../world/run-variants.ts';
import { openTelemetryReceiver, type TelemetryReceiver } from '../world/telemetry-receiver.ts';
import { trainBySteps } from '../world/train-by-steps.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

interface Counts {
  readonly executions: number;
  readonly tableReads: number;
  readonly tableWrites: number;
  readonly blobReads: number;
  readonly blobWrites: number;
  /** Sent to queues and handed out by them. */
  readonly messages: number;
  /** Of spans and metrics as Application Insights gets them, uncompressed. */
  readonly telemetryBytes: number;
  /** Of Azure Resource Manager: free, and limited. */
  readonly managementReads: number;
  readonly managementWrites: number;
}

/** As the page has them: at most so many. */
function documented(what: string): Counts {
  const page = readFileSync('docs/costs.md', 'utf8');
  const row = new RegExp(`^\\| ${what} \\|(.*)\\|$`, 'm').exec(page)?.[1] ?? '';
  const cells = row.split('|').map(Number);
  const [executions, tableReads, tableWrites, blobReads, blobWrites, messages, kilobytes] = cells;
  const [managementReads, managementWrites] = cells.slice(7);
  return {
    executions: executions!,
    tableReads: tableReads!,
    tableWrites: tableWrites!,
    blobReads: blobReads!,
    blobWrites: blobWrites!,
    messages: messages!,
    telemetryBytes: kilobytes! * 1_000,
    managementReads: managementReads!,
    managementWrites: managementWrites!,
  };
}

/** Much less than the page says misleads as well. */
const least = (limit: number): number => Math.floor(limit * 0.6);

describe('what is billed', () => {
  const startMs = Date.parse('2026-03-02T00:00:00Z');
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-costs-'));
  let world: World;
  let storage: CountingStorage;
  let receiver: TelemetryReceiver;
  let env: Readonly<Record<string, string>>;

  beforeAll(async () => {
    receiver = await openTelemetryReceiver();
    receiver.answer();
    writeVariants(folder, { tiny: (text) => text, stepped: trainBySteps });
    const clockStart = new Date(startMs).toISOString();
    world = await openWorld({ clock: 'virtual', clockStart, modelsFolder: folder });
    storage = await countTransactions(world.cloud().storage);
    await world.killHost();
    // What comes round by itself is counted by the clock, and not here.
    const ticks = ['schedule-tick', 'watchdog', 'reconcile-tick', 'purge-tick'];
    const off = Object.fromEntries(ticks.map((name) => [`AzureWebJobs.${name}.Disabled`, 'true']));
    const ikey = '11111111-2222-4333-8444-555555555555';
    env = {
      RATCHET_STORAGE: storage.connectionString,
      APPLICATIONINSIGHTS_CONNECTION_STRING: `InstrumentationKey=${ikey};IngestionEndpoint=${receiver.secureUrl}/`,
      NODE_EXTRA_CA_CERTS: receiver.caFile,
      OTEL_BSP_SCHEDULE_DELAY: '100',
      OTEL_METRIC_EXPORT_INTERVAL: '300',
    };
    await deliverToQueue(world);
    await world.startHost({ ...off, ...env });
    // What is made once for all.
    const first = await world.requestRun('first');
    await settled(first);
    await untilTold();
  });

  afterAll(async () => {
    await world?.close();
    storage?.close();
    receiver?.close();
    rmSync(folder, { recursive: true, force: true });
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
  const told = (): number => receiver.envelopes.reduce((sum, each) => sum + JSON.stringify(each).length, 0);
  /** Telemetry is sent in batches: what was told before has come, as a rule, when no more does for a second. */
  const untilTold = async (): Promise<void> => {
    for (let before = -1; told() !== before; await sleep(1_000)) before = told();
  };
  const count = async (): Promise<Counts> => {
    await untilQuiet(world.controls());
    const response = await fetch(`${world.hostUrl}/admin/functions`);
    const functions = (await response.json()) as readonly { invocations: number }[];
    const executions = functions.reduce((sum, { invocations }) => sum + invocations, 0);
    const queues = await fetch(`${world.cloud().control}/queues`);
    const messages = ((await queues.json()) as readonly { sent: number; delivered: number }[]).reduce(
      (sum, { sent, delivered }) => sum + sent + delivered,
      0,
    );
    const asked = await fetch(`${world.cloud().control}/workspace/calls`);
    const calls = (await asked.json()) as Readonly<Record<'reads' | 'writes' | 'deletes', number>>;
    const managed = { managementReads: calls.reads, managementWrites: calls.writes + calls.deletes };
    return { executions, messages, telemetryBytes: told(), ...managed, ...storage.counts() };
  };
  /** Counts what happens during `act`, and fails where it is not as the page has it. */
  const expectAsDocumented = async (what: string, act: () => Promise<unknown>): Promise<void> => {
    const limits = documented(what);
    const before = await count();
    await act();
    await untilQuiet(world.controls());
    await until(() => told() - before.telemetryBytes >= least(limits.telemetryBytes));
    await untilTold();
    const after = await count();
    for (const name of Object.keys(limits) as (keyof Counts)[]) {
      // A straggler of what was told before would be counted where nothing is.
      if (name === 'telemetryBytes' && limits[name] === 0) continue;
      const counted = after[name] - before[name];
      expect(counted, `${what}: ${name}`).toBeLessThanOrEqual(limits[name]);
      expect(counted, `${what}: ${name}`).toBeGreaterThanOrEqual(least(limits[name]));
    }
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

  it('for a report that asks for nothing is little', async () => {
    await expectAsDocumented('report', async () => expect((await report(0.95, 'good')).status).toBe(202));
  });

  it('for a signal that starts nothing is its decision', async () => {
    await post('models/tiny/operations', { action: 'set-mode', mode: 'observe', reason: 'test' });
    await pass(60_000);
    await expectAsDocumented('signal', async () => {
      expect((await report(0.5, 'bad')).status).toBe(202);
      await pass(1);
    });
    const [{ reason }] = (await world.decisions()) as unknown as [{ reason: string }];
    expect(reason).toBe('observed');
    await post('models/tiny/operations', { action: 'set-mode', mode: 'auto', reason: 'test' });
    await pass(60_000);
  });

  it.each([
    ['run', 'tiny'],
    ['first run by a pipeline', 'stepped'],
    ['run by a pipeline', 'stepped'],
  ])('for a %s is its steps', async (what, model) => {
    await world.uploadData();
    await pass(60_000);
    let signalId = '';
    await expectAsDocumented(what, async () => {
      signalId = await world.requestRun(what.replaceAll(' ', '-'), model);
      await untilQuiet(world.controls());
      await pass(600_000);
    });
    await settled(signalId);
    expect((await world.runs())[0]).toMatchObject({ outcome: 'released' });
  });

  it('for a month of waiting is the renewal of a timer and a weekly offer, and nothing where nobody waits', async () => {
    const before = await count();
    await pass(30 * 86_400_000);
    expect({ ...(await count()), telemetryBytes: 0 }).toEqual({ ...before, telemetryBytes: 0 });
    const until = new Date(nowMs + 40 * 86_400_000).toISOString();
    await post('models/tiny/operations', { action: 'freeze', until, reason: 'test' });
    await pass(60_000);
    const signalId = await world.requestRun('waiting');
    await pass(60_000);
    await expectAsDocumented('month of waiting', () => pass(30 * 86_400_000));
    expect((await world.decisions()).find(({ signal }) => signal.id === signalId)).toMatchObject({
      outcome: 'deferred',
      reason: 'freeze',
    });
  });

  it('for an hour in which nothing happens is what comes round by itself', async () => {
    await world.killHost();
    await world.startHost({
      ...env,
      RATCHET_SCHEDULE_TICK: '0 * * * * *',
      RATCHET_WATCHDOG_TICK: '30 */10 * * * *',
      RATCHET_RECONCILE_TICK: '0 17 * * * *',
    });
    await pass(3_600_000);
    await untilTold();
    // Metrics are sent once a minute: what each scan of the watchdog measures goes out by itself.
    const hour = async (): Promise<void> => {
      for (let scan = 0; scan < 6; scan++) {
        await pass(600_000);
        await untilTold();
      }
    };
    await expectAsDocumented('hour of idling', hour);
  });
});
