/**
 * Every service of the local cloud, stopped for an hour of virtual time in each phase that needs it. The services go
 * side by side, each in a world of its own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { recoveryInstanceId } from '../../shared/dispatch/offer-recovery.ts';
import { measurementInstanceId } from '../../shared/dispatch/start-measurement.ts';
import type { Measured } from '../../shared/signals/measurement.ts';
import { portOf, type Service } from '../world/services.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';
import { expectExactlyOnce, expectOneOfEach } from './exactly-once.ts';
import { hurried } from './hurried.ts';

const hourMs = 3_600_000;
/** An outage is asked after every ten minutes at most: by then whatever waited has gone on. */
const afterMs = 15 * 60_000;
const limitMs = 1_800_000;

/** The steps at whose beginning a service goes away; `#2` is the step's second time in a run. */
const outages: Readonly<
  Record<Exclude<Service, 'logs'>, readonly (readonly [phase: string, step: string])[]>
> = {
  tables: [
    ['admission', 'record-decision'],
    ['train', 'record-run'],
    ['settle', 'record-run#6'],
  ],
  blobs: [
    ['train', 'pin-data'],
    ['gate', 'judge-evidence'],
  ],
  azureMl: [
    ['train', 'submit-job'],
    ['train', 'get-job'],
    ['evaluate', 'submit-job#2'],
    ['gate', 'judge-evidence'],
    ['register', 'register-model'],
  ],
  identity: [['train', 'submit-job']],
  serviceBus: [['release', 'publish-release']],
  eventGrid: [['release', 'publish-release#2']],
};

/** In these steps nothing but the ledger is away, which alone could say in the run's row what it waits for. */
const isQuiet = (step: string) => step.startsWith('record-');

describe('a service that is away for an hour', () => {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-outages-'));

  beforeAll(() => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    writeFileSync(join(modelsFolder, 'tiny.yaml'), tiny.replace('longestRun: PT10M', 'longestRun: P1D'));
  });

  afterAll(() => rmSync(modelsFolder, { recursive: true, force: true }));

  it.concurrent.each(Object.entries(outages))(
    'changes nothing of how runs end: %s in %j',
    async (name, phases) => {
      let nowMs = Date.parse('2026-03-02T00:00:00Z');
      const clockStart = new Date(nowMs).toISOString();
      const world = await openWorld({ modelsFolder, clock: 'virtual', clockStart, env: hurried });
      const pass = async (ms: number): Promise<void> => {
        nowMs += ms;
        await advanceTo(world.controls(), nowMs, limitMs);
      };
      try {
        // A first champion, so that every run meets both gates.
        const asked = [await world.requestRun('first')];
        await pass(afterMs);
        await expectOneOfEach(world, asked);
        for (const [phase, step] of phases) {
          const port = portOf(name as Service, world.cloud());
          await world.uploadData();
          await world.crashHostAt(`activity-begin:${step}`);
          const died = world.hostExited();
          const request = world.requestRun(`${name}-${step}`);
          expect((await died).signal).toBe('SIGKILL');
          await world.setReachable(port, false);
          await world.startHost();
          asked.push(await request);
          await pass(hourMs);
          if (!isQuiet(step)) await expectWaiting(world, phase);
          await world.setReachable(port, true);
          await pass(afterMs);
          await world.untilSettled(asked, limitMs);
          const runIds = await expectOneOfEach(world, asked);
          expect(runIds, phase).toHaveLength(asked.length);
          expect(await world.aliveJobs(), phase).toEqual([]);
        }
        await expectExactlyOnce(world, asked);
      } finally {
        await world.close();
      }
    },
    limitMs,
  );
});

/** A query asked every hour, which looks back over this hour alone, or over the ones before, too. */
const askedEveryHour = (lookBack: string): string => `triggers:
  queries:
    - name: live
      query: |
        Scores
        | summarize value = 1.0 * countif(Correct) / count() by hour = bin(TimeGenerated, 1h)
      cron: '0 * * * *'
      lookBack: ${lookBack}
      window: hour
      below: 0.9
`;

const hourOf = (hour: number): string => `2026-03-02T0${hour}:00:00.000Z`;

describe('rules over Log Analytics, when it is away for an hour', () => {
  const modelsFolder = mkdtempSync(join(tmpdir(), 'ratchet-outages-'));
  const models = { narrow: 'PT1H', wide: 'PT3H' } as const;

  beforeAll(() => {
    const tiny = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');
    for (const [model, lookBack] of Object.entries(models)) {
      const text = tiny
        .replace('model: tiny', `model: ${model}`)
        .replace('triggers:\n', askedEveryHour(lookBack));
      writeFileSync(join(modelsFolder, `${model}.yaml`), text);
    }
  });

  afterAll(() => rmSync(modelsFolder, { recursive: true, force: true }));

  it.concurrent(
    'find each breach of it and after it once, and the recovery between them',
    async () => {
      const world = await openWorld({
        modelsFolder,
        clock: 'virtual',
        clockStart: '2026-03-02T00:30:00Z',
        env: { ...hurried, RATCHET_SCHEDULE_TICK: '0 */10 * * * *' },
      });
      const passUntil = (time: string) =>
        advanceTo(world.controls(), Date.parse(`2026-03-02T${time}:00Z`), limitMs);
      const score = async (hour: number, correct: boolean) => {
        const body = JSON.stringify([{ TimeGenerated: `2026-03-02T0${hour}:20:00Z`, Correct: correct }]);
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${world.cloud().control}/logs/Scores`, {
          method: 'POST',
          headers,
          body,
        });
        expect(response.status).toBe(200);
      };
      try {
        for (const [hour, correct] of [true, false, true, false].entries()) await score(hour, correct);
        // The first scan learns the queries; the tick of 01:00 is the first that asks, and finds a good hour.
        await passUntil('01:30');
        await world.setReachable(portOf('logs', world.cloud()), false);
        await passUntil('02:30');
        for (const model of Object.keys(models)) {
          const { customStatus, output } = await measurementOf(world, model, hourOf(2));
          expect(customStatus?.waits).toMatch(
            /^Waits since 2026-03-02T02:00:00.000Z, next attempt at .*azure-unavailable: /,
          );
          expect(output ?? null).toBeNull();
        }
        expect(await world.decisions()).toEqual([]);
        await world.setReachable(portOf('logs', world.cloud()), true);
        await passUntil('04:15');

        const asked = Object.keys(models).flatMap((model) =>
          [1, 3].map((hour) => `metric:${model}:live:${hourOf(hour)}`),
        );
        await expectOneOfEachJob(world, asked);
        for (const model of Object.keys(models)) {
          const answers = await Promise.all(
            [1, 2, 3, 4].map(async (hour) => (await measurementOf(world, model, hourOf(hour))).output),
          );
          expect(
            answers.map((answer) => answer?.breaches),
            model,
          ).toEqual(expectedBreaches[model]);
          const path = `${recoveryInstanceId(`recovery:${model}:query:live:${hourOf(2)}`)}`;
          expect((await instanceOf(world, path)).runtimeStatus).toBe('Completed');
        }
      } finally {
        await world.close();
      }
    },
    limitMs,
  );
});

/** Bad hours that each answer has: the wide one looks at each three times. */
const expectedBreaches: Readonly<Record<string, readonly number[]>> = {
  narrow: [0, 1, 0, 1],
  wide: [0, 1, 1, 2],
};

interface Instance {
  readonly runtimeStatus: string;
  readonly customStatus: { readonly waits?: string } | null;
  readonly output: Measured | null;
}

async function instanceOf(world: World, id: string): Promise<Instance> {
  const response = await fetch(`${world.hostUrl}/runtime/webhooks/durabletask/instances/${id}`);
  return (await response.json()) as Instance;
}

/** Of a measurement only its model's name counts for its id. */
function measurementOf(world: World, model: string, tick: string): Promise<Instance> {
  const pinned = { config: { model } } as PinnedModel;
  return instanceOf(world, measurementInstanceId({ source: 'query', pinned, rule: 'live', tick }));
}

/** Each of these signals, and no other, was admitted once and had one run with one job of each kind. */
async function expectOneOfEachJob(world: World, signalIds: readonly string[]): Promise<void> {
  await world.untilSettled(signalIds, limitMs);
  const decisions = await world.decisions();
  expect(decisions.map(({ signal, outcome }) => `${outcome} ${signal.id}`).sort()).toEqual(
    signalIds.map((id) => `admitted ${id}`).sort(),
  );
  const runs = await world.runs();
  expect(runs.map(({ outcome }) => outcome)).toEqual(signalIds.map(() => 'released'));
  const jobs = runs.flatMap(({ runId }) => [`${runId}-evaluate`, `${runId}-train`]);
  expect([...(await world.jobNames())].sort()).toEqual(jobs.sort());
}

/** The one run that goes on says that it waits, and since when, where whoever asks for the run reads it. */
async function expectWaiting(world: World, phase: string): Promise<void> {
  const run = await throughOutages(async () => (await world.runs()).find(({ outcome }) => outcome === null));
  expect(run.phase).toBe(phase);
  if (phase === 'release') return; // It is the release that waits, in its own status.
  expect(run.sentence).toMatch(/^Waits since 2026-03-02T\S+, next attempt at \S+: azure-unavailable: /);
}
