/**
 * Every service of the local cloud, stopped for an hour of virtual time in each phase that needs it. The services go
 * side by side, each in a world of its own.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
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

/** The one run that goes on says that it waits, and since when, where whoever asks for the run reads it. */
async function expectWaiting(world: World, phase: string): Promise<void> {
  const run = await throughOutages(async () => (await world.runs()).find(({ outcome }) => outcome === null));
  expect(run.phase).toBe(phase);
  if (phase === 'release') return; // It is the release that waits, in its own status.
  expect(run.sentence).toMatch(/^Waits since 2026-03-02T\S+, asks again at \S+: azure-unavailable: /);
}
