import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../local/event-grid/chaos.ts';
import { openWorld, type World } from '../world/world.ts';
import { expectExactlyOnce } from './exactly-once.ts';

const kills = 50;
const seed = Number(process.env['RATCHET_SEED'] ?? Date.now() % 2 ** 31);

describe('host and cloud killed at random', () => {
  let world: World;

  beforeAll(async () => {
    world = await openWorld();
  });

  afterAll(() => world?.close());

  it(`leaves one of everything after ${kills} kills (RATCHET_SEED=${seed})`, async () => {
    console.log(`random kills: RATCHET_SEED=${seed}`);
    const random = seededRandom(seed);
    const requests: Promise<string>[] = [];
    let died = 0;
    for (let kill = 0; kill < kills; kill++) {
      await world.uploadData();
      requests.push(world.requestRun(`random-${kill}`));
      // The moment is the test's subject: anywhere in the life of a run.
      await sleep(random() * 1500);
      const victim = random() < 0.7 ? 'host' : 'cloud';
      const exit = victim === 'host' ? await world.killHost() : await world.killCloud();
      expect(exit.signal).toBe('SIGKILL');
      died++;
      await (victim === 'host' ? world.startHost() : world.startCloud());
    }
    expect(died).toBe(kills);
    const asked = await Promise.all(requests);
    await world.untilSettled(asked, 180_000);
    await expectExactlyOnce(world, asked);
  });
});
