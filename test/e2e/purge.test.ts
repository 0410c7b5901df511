/** What the task hub forgets, and that nothing else does. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advanceTo } from '../../local/clock/advance.ts';
import type { Operation } from '../../shared/domain/operation.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

describe('histories', () => {
  let world: World;
  let nowMs = Date.parse('2026-03-02T00:00:00Z');
  const dayMs = 86_400_000;

  beforeAll(async () => {
    world = await openWorld({ clock: 'virtual', clockStart: new Date(nowMs).toISOString() });
  });
  afterAll(() => world?.close());

  const pass = async (ms: number): Promise<void> => {
    nowMs += ms;
    await advanceTo(world.controls(), nowMs);
  };
  const post = (path: string, body: object) =>
    world.ask(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, reason: 'the test says so' }),
    });
  const purge = async (olderThan: string) => {
    const { status, body } = await post('fleet/operations', { action: 'purge', olderThan });
    return { status, sentence: (body as { operation?: Operation }).operation?.sentence };
  };
  const decisionOf = async (signalId: string) =>
    (await world.decisions()).find(({ signal }) => signal.id === signalId);
  const settled = (signalId: string) =>
    throughOutages(async () => {
      await pass(60_000);
      const decision = await decisionOf(signalId);
      const run = (await world.runs()).find(({ runId }) => runId === decision?.runId);
      return run?.outcome ? run : undefined;
    });

  it('of what ended long ago are purged; the ledger, what waits, and what is known of signals stay', async () => {
    const first = await world.requestRun('first');
    const run = await settled(first);
    await post('models/tiny/operations', { action: 'freeze' });
    const waits = await world.requestRun('waits');
    await pass(40 * dayMs);

    const refused = await post('fleet/operations', { action: 'purge', olderThan: 'P29D' });
    expect(refused).toMatchObject({ status: 400 });
    expect(JSON.stringify(refused.body)).toContain('30 days');
    expect(await purge('P60D')).toMatchObject({
      status: 409,
      sentence: expect.stringMatching(/^Nothing to/),
    });
    const { status, sentence } = await purge('P30D');
    expect(sentence).toMatch(
      /^Purged the histories of \d+ orchestrations that have ended and began before 2026-03-1/,
    );
    expect(status).toBe(200);
    expect(await purge('P30D')).toMatchObject({ status: 409 });

    expect(await decisionOf(first)).toMatchObject({ outcome: 'admitted', runId: run.runId });
    expect((await world.runs()).find(({ runId }) => runId === run.runId)).toEqual(run);
    expect(await world.requestRun('first')).toBe(first);
    await pass(60_000);
    expect((await world.runs()).length).toBe(1);

    await post('models/tiny/operations', { action: 'thaw' });
    expect(await settled(waits)).toMatchObject({ outcome: 'released' });
  });

  it('are purged every night where nobody asks for it', async () => {
    await world.killHost();
    await world.startHost({ RATCHET_PURGE_TICK: '0 47 3 * * *', RATCHET_HISTORIES_KEPT: 'P30D' });
    await pass(32 * dayMs);
    // Of what began since, a month ago and longer, there is nothing left to purge by hand.
    expect(await purge('P31D')).toMatchObject({ status: 409 });
  });
});
