import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../local/cloud-context.ts';
import { workspaceClient } from '../../local/launch/workspace-client.ts';
import { expectExactlyOnce } from '../fault/exactly-once.ts';
import { deployVersion } from '../world/deploy-version.ts';
import { openWorld, throughOutages, type World } from '../world/world.ts';

const workspace = [localCloud.resourceGroup, localCloud.workspace] as const;

async function report(world: World, window: string, accuracy: number): Promise<{ signalId: string }[]> {
  const { status, body } = await world.ask('models/tiny/metrics', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ window, observedAt: '2026-03-01T00:00:00Z', sample: 100, metrics: { accuracy } }),
  });
  expect(status).toBe(202);
  return (body as { breaches: { signalId: string }[] }).breaches;
}

describe('events that come twice, late and out of order', () => {
  let world: World;
  const asked: string[] = [];

  beforeAll(async () => {
    const chaos = JSON.stringify({ duplicate: 1, delayMs: 1500, shuffle: true, seed: 7 });
    world = await openWorld({ cloudArgs: ['--retry-schedule', '[200,500,1000]', '--chaos', chaos] });
  });

  afterAll(() => world?.close());

  it('bring about the same end state as events that come once and in order', async () => {
    asked.push(await world.requestRun('first'));
    await world.untilSettled(asked);
    for (const window of ['w1', 'w2']) {
      const breaches = await Promise.all([report(world, window, 0.5), report(world, window, 0.5)]);
      expect(breaches[0]).toEqual(breaches[1]);
      asked.push(breaches[0]![0]!.signalId);
      await world.untilSettled(asked);
    }
    await expectExactlyOnce(world, asked);
  });

  it('leave the number and the run of the parent in the lineage of each version', async () => {
    const released = (await world.runs()).toReversed();
    expect(released.map(({ registeredVersion }) => registeredVersion)).toEqual(['1', '2', '3']);
    const client = workspaceClient(world.cloud());
    for (const [index, run] of released.entries()) {
      const { properties } = await client.modelVersions.get(...workspace, 'tiny', run.registeredVersion!);
      const parent = released[index - 1];
      expect(properties.tags).toMatchObject({
        ratchetRun: run.runId,
        ratchetParentVersion: parent?.registeredVersion ?? 'none',
      });
      expect(properties.tags?.['ratchetParentRun']).toBe(parent?.runId);
    }
  });

  it('start nothing when the metrics are good', async () => {
    expect(await report(world, 'w3', 0.99)).toEqual([]);
  });

  it('lead a version registered by hand through the same gates, and never a version of our own', async () => {
    const client = workspaceClient(world.cloud());
    const released = (await world.runs())[0]!.challenger!;
    await client.modelVersions.createOrUpdate(...workspace, 'tiny', '100', {
      properties: { modelType: 'custom_model', modelUri: released.modelUri, tags: { madeBy: 'jane' } },
    });
    const signalId = 'registry:tiny:100';
    asked.push(signalId);
    await throughOutages(
      async () => (await world.decisions()).some(({ signal }) => signal.id === signalId) || undefined,
    );
    await world.untilSettled(asked);

    const promote = (await world.runs()).find(({ kind }) => kind === 'promote')!;
    expect(promote).toMatchObject({
      outcome: 'released',
      registeredVersion: '100',
      signalKind: 'registry',
    });
    const decisions = await world.decisions();
    expect(decisions.map(({ signal }) => signal.id).sort()).toEqual([...asked].sort());
  });

  it('tell what an endpoint serves of our own releases, and start nothing by that', async () => {
    const before = { runs: await world.runs(), decisions: await world.decisions() };
    const client = workspaceClient(world.cloud());
    for (const [deployment, model] of [
      ['blue', 'tiny:1'],
      ['green', 'tiny:2'],
    ] as const)
      await deployVersion(client, { endpoint: 'front', deployment, model });
    const serving = await throughOutages(async () => {
      const { body } = await world.ask('models');
      const [{ serving }] = (body as { models: [{ serving: { endpoint: string; version: string }[] }] })
        .models;
      return serving.length === 2 ? serving : undefined;
    });
    expect(serving).toMatchObject([
      { endpoint: 'front', version: '1' },
      { endpoint: 'front', version: '2' },
    ]);
    expect({ runs: await world.runs(), decisions: await world.decisions() }).toEqual(before);
  });
});
