/** What a release makes of a workspace that refuses, answers nothing, or is away for an hour: it ends as it does without. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { portOf, type Service } from '../world/services.ts';
import { hurried } from './hurried.ts';
import { expectServes, openStaged, type Staged } from './staged.ts';

const isOdd = (version: number): boolean => [5, 6, 7, 8].includes(version);

describe('a release and a workspace that fails', () => {
  let staged: Staged;
  let count = 0;
  let serves = '';

  beforeAll(async () => {
    staged = await openStaged({ breaks: '5,6,7,8', env: hurried });
  });

  afterAll(() => staged?.close());

  const setFaults = async (faults: readonly object[], quota: Readonly<Record<string, number>> = {}) => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ faults, quota });
    const address = `${staged.world.cloud().control}/online-endpoints/faults`;
    expect((await fetch(address, { method: 'PUT', headers, body })).ok).toBe(true);
  };
  const reach = (service: Service, isReachable: boolean) =>
    staged.world.setReachable(portOf(service, staged.world.cloud()), isReachable);
  /** Releases the next version; the service is away for an hour from where the host begins the step on. */
  const release = async (away?: { service: Service; at: string }) => {
    await staged.request(`release-${count}`);
    let isAway = false;
    if (away) {
      await staged.reviver.hostAt(`activity-begin:${away.at}`);
      staged.reviver.afterDeath(async () => {
        await reach(away.service, false);
        isAway = true;
      });
    }
    const row = await staged.drive(count++, {
      kind: isOdd(count) ? 'odd' : 'plain',
      async passed() {
        if (!away || !isAway) return;
        isAway = false;
        await staged.pass(58);
        await reach(away.service, true);
        await staged.pass(15);
      },
    });
    if (row.state === 'settled') serves = row.model.version;
    await expectServes(staged, serves);
    return row;
  };

  it('waits for changes of others to end, before it deploys and before it gives requests', async () => {
    await setFaults([{ endpoint: 'tiny', conflicts: 3 }]);
    expect(await release()).toMatchObject({ state: 'settled' });
  });

  it('waits for room that others have, and then for a deployment that starts slowly', async () => {
    // The version that serves has the cores of both its machine and the one that is reserved.
    await setFaults([], { standardDSv2Family: 8 });
    await staged.request(`release-${count}`);
    const said: string[] = [];
    const row = await staged.drive(count++, {
      async each({ state, sentence }) {
        if (said.length > 0 || !/^Waits for room/.test(sentence)) return;
        said.push(`${state}: ${sentence}`);
        expect(await staged.deployments()).toEqual({ 'version-1': '1' });
        await setFaults([{ endpoint: 'tiny', slowStartMs: 600_000 }]);
      },
    });
    expect(row).toMatchObject({ state: 'settled' });
    expect(said[0]).toMatch(
      /^deploying: Waits for room for version 2: 1 instance of Standard_DS3_v2 needs 8 cores .* is 8, of which 8 are used; delete/,
    );
    serves = row.model.version;
    await expectServes(staged, serves);
    await setFaults([]);
  });

  it.each([500, 503])(
    'gives a version no requests whose smoke requests are answered %d',
    async (failStatus) => {
      const deployment = `version-${count + 1}`;
      await setFaults([{ endpoint: 'tiny', deployment, failShare: 1, failStatus }]);
      expect(await release()).toMatchObject({ state: 'failed' });
      await setFaults([]);
    },
  );

  it('goes back through refusals of changes that are under way', async () => {
    await staged.request(`release-${count}`);
    const row = await staged.drive(count++, {
      kind: 'odd',
      async each({ state }) {
        if (state === 'canary') await setFaults([{ endpoint: 'tiny', conflicts: 2 }]);
      },
    });
    expect(row).toMatchObject({ state: 'rolled-back' });
    await setFaults([]);
    await expectServes(staged, serves);
  });

  it.each<Service>(['azureMl', 'tables'])('goes back once %s is there again', async (service) => {
    const row = await release({ service, at: 'shift-traffic#2' });
    expect(row).toMatchObject({ state: 'rolled-back' });
  });

  it('goes back where Log Analytics is away for longer than the checks may not say', async () => {
    const row = await release({ service: 'logs', at: 'look-at-requests' });
    expect(row).toMatchObject({ state: 'rolled-back' });
    expect(row.sentence).toMatch(/the checks could not say after \d+ looks?: /);
  });

  it.each<Service>(['azureMl', 'tables'])('goes on once %s is there again', async (service) => {
    expect(await release({ service, at: 'look-at-requests' })).toMatchObject({ state: 'settled' });
  });
});
