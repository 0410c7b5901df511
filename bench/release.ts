/**
 * What a release costs: how much the host does for it in each stage, and while it waits for people.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { advanceTo, untilQuiet } from '../local/clock/advance.ts';
import type { ReleaseRow } from '../shared/domain/release-state.ts';
import { makeEndpoint, openCustomer, stagedModel } from '../test/world/endpoint.ts';
import { openWorld, type World } from '../test/world/world.ts';
import { type Measuring, runBenchmark } from './measure/run-benchmark.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:release

Releases two versions of a small model over approval, a canary of two steps and production, on an endpoint that really
answers, under the virtual clock. Prints for each stage of the second how many pieces of work the host has begun: requests,
orchestrator turns, activities, entity operations, less what an idle service begins in as much time. Each function that is
billed is one of them, so that it is billed for no more. Beside it how many calls the services of the local cloud have had,
less those of customers and of an idle service. While a release waits two days for approval, both must be nothing.
`;

const stages = `
- { stage: approval, kind: approval, within: P7D }
- stage: canary
  kind: canary
  steps: [10, 50]
  for: PT1H
  minimumRequests: 25
  checks:
    - { check: errors, metric: error_rate, atMost: 0.2 }
- stage: production
  kind: production
  keepOld: P1D
  checks:
    - { check: errors, metric: error_rate, atMost: 0.2 }
- { stage: announce, channel: service-bus }
`.trim();

/** What host and services have begun. */
interface Begun {
  readonly executions: number;
  readonly calls: number;
}

interface StageCost {
  readonly stage: string;
  readonly hours: number;
  /** Pieces of work begun, beyond those of an idle service. */
  readonly executions: number;
  /** Calls of Azure's services, beyond those of an idle service and of customers; the jobs of the run are among them. */
  readonly calls: number;
}

interface Figures {
  /** What an idle service begins in an hour: schedules, watchdog, reconciling scan. */
  readonly idleInAnHour: Begun;
  readonly stages: readonly StageCost[];
}

/** More than that while nothing happens is a release that is not waiting. */
const waitingAtMost = 20;

await runBenchmark({
  name: 'release',
  help,
  options: {},
  measure: (_values, measuring) => measure(measuring),
  tell({ idleInAnHour, stages: costs }) {
    const rows = costs.map(({ stage, hours, executions, calls }) => [
      stage,
      figure(hours),
      ...[executions, calls].map((count) => figure(Math.round(count))),
    ]);
    return [
      renderTable(['stage', 'hours', 'pieces of work', 'calls of services'], rows),
      `An idle service begins ${figure(idleInAnHour.executions)} an hour and makes ${figure(idleInAnHour.calls)} calls, which are not counted.`,
    ].join('\n');
  },
  wrong({ stages: costs }) {
    const waiting = costs.find(({ stage }) => stage.startsWith('waits'));
    if (!waiting || Math.max(waiting.executions, waiting.calls) <= waitingAtMost) return null;
    return `a release that waits for approval has begun ${waiting.executions} pieces of work and made ${waiting.calls} calls; ${waitingAtMost} are allowed`;
  },
});

async function measure(measuring: Measuring): Promise<Figures> {
  const folder = mkdtempSync(join(tmpdir(), 'ratchet-bench-release-'));
  measuring.ends.defer(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'tiny.yaml'), stagedModel({ stages, lookEvery: 'PT15M' }));
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  measuring.say('starting the local cloud and the host');
  const clockStart = new Date(nowMs).toISOString();
  const world = await openWorld({ modelsFolder: folder, clock: 'virtual', clockStart });
  measuring.ends.defer(() => world.close());
  const pass = async (hours: number): Promise<void> => {
    nowMs += hours * 3_600_000;
    await advanceTo(world.controls(), nowMs, 600_000);
  };
  await makeEndpoint(world, 'tiny', () => pass(0.1));
  await release(world, pass, 'first');
  await pass(40);
  const idleBefore = await countBegun(world);
  await pass(24);
  const idleInAnHour = perHour(since(await countBegun(world), idleBefore), 24);

  const send = await openCustomer(world);
  const costs: StageCost[] = [];
  const take = async (
    stage: string,
    hours: number,
    during: () => Promise<unknown>,
    sent = 0,
  ): Promise<void> => {
    measuring.say(stage);
    const [before, sinceMs] = [await countBegun(world), nowMs];
    await during();
    await pass(hours);
    const passed = (nowMs - sinceMs) / 3_600_000;
    const { executions, calls } = since(await countBegun(world), before);
    costs.push({
      ...{ stage, hours: passed },
      executions: executions - idleInAnHour.executions * passed,
      calls: calls - idleInAnHour.calls * passed - sent,
    });
  };
  await take('run and deployment', 0.5, async () => request(world, 'second'));
  await take('waits for approval', 48, async () => {});
  await take('approval', 0.1, () => approve(world, pass));
  await take('canary, 10 %', 1.05, () => send(400), 400);
  await take('canary, 50 %', 1.05, () => send(200), 200);
  await take('production and announcement', 25, () => send(100), 100);
  const { state } = await latest(world);
  if (state !== 'settled') throw new Error(`the release must have settled, and is ${state}`);
  return { idleInAnHour, stages: costs };
}

/** Whatever the host has begun: requests, timers, turns, activities, entity operations; and the services: requests. */
async function countBegun(world: World): Promise<Begun> {
  const [cloud, host] = await untilQuiet(world.controls());
  return { executions: host!.begun, calls: cloud!.begun };
}

function since(now: Begun, before: Begun): Begun {
  return { executions: now.executions - before.executions, calls: now.calls - before.calls };
}

function perHour({ executions, calls }: Begun, hours: number): Begun {
  return { executions: executions / hours, calls: calls / hours };
}

async function request(world: World, key: string): Promise<void> {
  await world.uploadData();
  await world.requestRun(key);
}

async function release(world: World, pass: (hours: number) => Promise<void>, key: string): Promise<void> {
  await request(world, key);
  await pass(0.5);
  await approve(world, pass);
}

async function latest(world: World): Promise<ReleaseRow> {
  const { body } = await world.ask('releases?model=tiny');
  const [{ releaseId }] = (body as { releases: [ReleaseRow] }).releases;
  const answer = await world.ask(`releases/${releaseId}`);
  return (answer.body as { release: ReleaseRow }).release;
}

async function approve(world: World, pass: (hours: number) => Promise<void>): Promise<void> {
  const { releaseId, binding } = await latest(world);
  const asked = world.ask('models/tiny/operations', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ action: 'approve-release', reason: 'measured', releaseId, binding }),
    as: 'bob',
  });
  await pass(0.02);
  const { status } = await asked;
  if (status !== 200) throw new Error(`the approval was answered ${status}`);
}
