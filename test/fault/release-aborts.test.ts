/** An order to abort that comes at any moment of a release, in the middle of whatever it does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../local/event-grid/chaos.ts';
import { expectServes, openStaged, type Staged } from './staged.ts';

const aborts = 16;
/** A release is looked at about so often while it is under way. */
const looks = 11;
const seed = Number(process.env['RATCHET_SEED'] ?? Date.now() % 2 ** 31);

describe('a release that is aborted', () => {
  let staged: Staged;

  beforeAll(async () => {
    staged = await openStaged();
    await staged.request('first');
    await staged.drive(0);
  });

  afterAll(() => staged?.close());

  it(`has the old version serve, unless it was settled before (RATCHET_SEED=${seed})`, async () => {
    console.log(`random aborts: RATCHET_SEED=${seed}`);
    const random = seededRandom(seed);
    let serves = '1';
    const states: string[] = [];
    for (let count = 1; count <= aborts; count++) {
      await staged.request(`aborted-${count}`);
      const at = Math.floor(random() * looks);
      // The moment is the test's subject: time passes meanwhile, and the release acts.
      const afterMs = random() * 300;
      let look = 0;
      let answer: ReturnType<Staged['post']> | undefined;
      const row = await staged.drive(count, {
        async each({ releaseId, state }) {
          if (look++ !== at) return;
          states.push(state);
          answer = staged.post('abort-release', { releaseId }, 'bob', afterMs);
        },
      });
      await staged.pass(2);
      const { status } = (await answer) ?? { status: 409 };
      expect(row, `after look ${at}`).toMatchObject({ state: status === 200 ? 'rolled-back' : 'settled' });
      if (status !== 200) expect(status).toBe(409);
      if (row.state === 'settled') serves = row.model.version;
      await expectServes(staged, serves);
    }
    console.log(`aborted while ${states.join(', ')}`);
    const told = await staged.world.releaseIds();
    expect(new Set(told).size).toBe(told.length);
  });
});
