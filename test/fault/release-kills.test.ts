/** Host and cloud killed at random moments of release after release, some of which fail in production and go back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../local/event-grid/chaos.ts';
import { expectServes, expectToldOnce, openStaged, releasesOf, type Staged } from './staged.ts';

const kills = 50;
/** Versions that fail at what people send. */
const broken: readonly string[] = ['2', '4', '7'];
const seed = Number(process.env['RATCHET_SEED'] ?? Date.now() % 2 ** 31);

describe('releases whose host and cloud are killed at random', () => {
  let staged: Staged;

  const random = seededRandom(seed);
  let isDeadly = false;
  /** The moment is the test's subject: anywhere in the life of a release. */
  const fate = () =>
    isDeadly
      ? { who: random() < 0.8 ? ('host' as const) : ('cloud' as const), afterMs: random() * 500 }
      : null;

  beforeAll(async () => {
    staged = await openStaged({ breaks: broken.join(), fate });
    isDeadly = true;
  });

  afterAll(() => staged?.close());

  it(`leave one version that serves, after ${kills} kills (RATCHET_SEED=${seed})`, async () => {
    console.log(`random kills: RATCHET_SEED=${seed}`);
    const { reviver, world } = staged;
    let serves = '';
    for (let count = 0; reviver.deaths() < kills; count++) {
      await staged.request(`random-${count}`);
      const version = String(count + 1);
      const row = await staged.drive(count, { kind: broken.includes(version) ? 'odd' : 'plain' });
      // What it says of itself shows why, where it ends otherwise.
      expect(row, JSON.stringify(row, null, 1)).toMatchObject({
        model: { version },
        state: broken.includes(version) ? 'rolled-back' : 'settled',
      });
      if (row.state === 'settled') serves = version;
      await expectServes(staged, serves);
    }
    console.log(`${reviver.deaths()} kills`);
    const back = (await releasesOf(world)).filter(({ state }) => state === 'rolled-back');
    expect(back.length).toBeGreaterThanOrEqual(1);
    await expectToldOnce(world);
  });
});
