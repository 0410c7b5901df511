/** What somebody else changes behind a release's back stops it, and a person is asked; an abort goes back from anywhere. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import { giveOut } from '../world/endpoint.ts';
import { loseHub } from '../world/lose-hub.ts';
import { expectServes, openStaged, releasesOf, type Staged } from './staged.ts';

const at = [localCloud.resourceGroup, localCloud.workspace, 'tiny'] as const;
const often = { updateIntervalInMs: 50 };

describe('a release behind whose back something changes', () => {
  let staged: Staged;
  let count = 0;

  beforeAll(async () => {
    staged = await openStaged({ first: '- { stage: tell, channel: service-bus, undo: withdraw }' });
    await staged.request('first');
    await staged.drive(count++);
  });

  afterAll(() => staged?.close());

  const deployments = () => workspaceClient(staged.world.cloud()).onlineDeployments;
  const give = (traffic: Record<string, number>) =>
    giveOut(staged.world, traffic, { pass: () => staged.pass(1) });

  const changes: readonly [string, string, (own: string) => Promise<unknown>][] = [
    ['its requests', 'canary', (own) => give({ 'version-1': 40, [own]: 60 })],
    ['its requests', 'serving', (own) => give({ 'version-1': 40, [own]: 60 })],
    [
      'its deployment, which is deleted',
      'waiting-for-approval',
      async (own) => {
        const poller = await deployments().beginDelete(...at, own, often);
        await staged.pass(1);
        await poller.pollUntilDone();
      },
    ],
    ...['canary', 'serving'].map((state): [string, string, (own: string) => Promise<unknown>] => [
      'its model',
      state,
      async (own) => {
        const known = await deployments().get(...at, own);
        const model = known.properties.model!.replace(/[^/]+$/, '1');
        const body = { ...known, properties: { ...known.properties, model } };
        const poller = await deployments().beginCreateOrUpdate(...at, own, body, often);
        await staged.pass(1);
        await poller.pollUntilDone();
      },
    ]),
  ];

  it.each(changes)('asks, goes no further, and can be aborted: %s while %s', async (_, state, change) => {
    await staged.request(`change-${count}`);
    const own = `version-${count + 1}`;
    let looks: number | null = null;
    const row = await staged.drive(count++, {
      async each(now) {
        if (looks === null) {
          if (now.state !== state) return;
          await change(own);
          await staged.pass(10);
          looks = 0;
          return;
        }
        if (now.state === 'rolling-back') return;
        expect(now).toMatchObject({ state: 'asking', asks: 'drifted' });
        if (++looks === 8)
          expect(await staged.order('abort-release', { releaseId: now.releaseId }, 'bob')).toMatchObject({
            status: 200,
          });
      },
    });
    expect(looks).toBeGreaterThanOrEqual(8);
    expect(row).toMatchObject({ state: 'rolled-back' });
    await expectServes(staged, '1');
  });

  it('is gone on with where it stood once the task hub is lost', async () => {
    await staged.request('lost-hub');
    let isLost = false;
    const row = await staged.drive(count++, {
      async each({ state }) {
        if (state !== 'canary' || isLost) return;
        isLost = true;
        const often = '0 */10 * * * *';
        await loseHub(staged.world, { RATCHET_WATCHDOG_TICK: often, RATCHET_RECONCILE_TICK: often });
        await staged.pass(12);
      },
    });
    expect(isLost).toBe(true);
    expect(row).toMatchObject({ state: 'settled', given: [{ by: 'bob' }] });
    await expectServes(staged, row.model.version);
  });

  it('is not needed to find what is changed between releases', async () => {
    expect(await staged.serving()).toMatchObject({ release: null, drift: null });
    await give({});
    await staged.pass(12);
    const { drift, observed } = await staged.serving();
    expect(drift).toMatchObject({ sentence: `It is to serve version-${count} 100 %, and serves nobody.` });
    expect(observed?.traffic).toEqual({});
    await give({ [`version-${count}`]: 100 });
    await staged.pass(12);
    expect(await staged.serving()).toMatchObject({ drift: null });
  });

  it('has told its channel of each release, and that the version is withdrawn where it went back', async () => {
    const rows = await releasesOf(staged.world);
    const told = rows.map(({ runId }) => `${runId}-tell`);
    const back = rows.flatMap(({ runId, state }) => (state === 'settled' ? [] : [`${runId}-tell_back`]));
    expect(back).toHaveLength(changes.length);
    const ids = (await staged.world.releaseIds()).filter((id) => id.includes('-tell'));
    expect(ids.sort()).toEqual([...told, ...back].sort());
  });
});
