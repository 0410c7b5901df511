/** A release whose orchestration ends before it: the watchdog starts it again, and it ends as it does without. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { throughOutages } from '../world/world.ts';
import { hurried } from './hurried.ts';
import { expectServes, expectToldOnce, openStaged, type Staged } from './staged.ts';

describe('a release whose orchestration ends before it', () => {
  let staged: Staged;
  let count = 0;

  beforeAll(async () => {
    staged = await openStaged({ env: { ...hurried, RATCHET_WATCHDOG_TICK: '30 */10 * * * *' } });
    await staged.request('first');
    expect(await staged.drive(count++)).toMatchObject({ state: 'settled' });
  });

  afterAll(() => staged?.close());

  const instance = (id: string) => `${staged.world.hostUrl}/runtime/webhooks/durabletask/instances/${id}`;

  const statusOf = async (id: string) =>
    (await (await fetch(instance(id))).json()) as { runtimeStatus: string; createdTime: string };

  async function terminate(id: string): Promise<void> {
    expect((await fetch(`${instance(id)}/terminate?reason=test`, { method: 'POST' })).status).toBe(202);
    await throughOutages(async () => (await statusOf(id)).runtimeStatus === 'Terminated' || undefined);
  }

  async function purge(id: string): Promise<void> {
    await terminate(id);
    expect((await fetch(instance(id), { method: 'DELETE' })).status).toBe(200);
  }

  /** Its history tells of other steps than the code takes: as after an upgrade that changed them. */
  async function failAtReplay(id: string): Promise<void> {
    const { world } = staged;
    await world.killHost();
    const db = new DatabaseSync(join(world.home, 'host', 'durable.db'));
    const { changes } = db
      .prepare(
        `UPDATE history SET events = replace(events, '"Name":"record-release"', '"Name":"record-otherwise"') WHERE instance_id = ?`,
      )
      .run(id);
    db.close();
    expect(changes).toBeGreaterThan(0);
    await world.startHost();
  }

  it.each([
    ['is terminated', terminate],
    ['is purged', purge],
    ['fails at a replay', failAtReplay],
  ])('goes on where it stood: %s', async (name, end) => {
    await staged.request(name.replaceAll(' ', '-'));
    let ended = '';
    let created = '';
    const row = await staged.drive(count++, {
      async each({ releaseId, stage }) {
        if (ended !== '' || stage !== 'canary') return;
        created = (await statusOf(releaseId)).createdTime;
        await end(releaseId);
        ended = releaseId;
      },
    });
    expect(row).toMatchObject({ releaseId: ended, state: 'settled', model: { version: String(count) } });
    expect((await statusOf(ended)).createdTime > created).toBe(true);
    await expectServes(staged, String(count));
  });

  it('has told of each release once', () => expectToldOnce(staged.world));
});
