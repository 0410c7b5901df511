import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { probesOf } from '../../../shared/doctor/probes.ts';
import type { Room } from '../../../shared/release/targets/quota.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Wiring } from '../../../shared/wiring.ts';
import { release } from '../release/world/world.ts';

/** What is found of an endpoint with so many deployments, or of the room for one more. */
async function find(count: number, check = 'endpoint of spam-filter', room: Room | null = null) {
  const deployments = Array.from({ length: count }, (_, at) => ({ deployment: `version-${at}` }));
  const served = { observe: async () => ({ deployments }), askRoom: async () => room };
  const wiring = { releaseTarget: async () => served };
  const unset = { serviceBus: null, eventGrid: null, azureDevOpsUrl: null };
  const settings = { storage: {}, logs: { workspaceId: null }, ...unset };
  const models = [{ model: 'spam-filter', training: {}, evaluation: {}, release } as unknown as ModelConfig];
  const probes = probesOf(wiring as unknown as Wiring, settings as unknown as Settings, models);
  return probes.find((each) => each.check === check)!.ask();
}

const quota = (room: Room['room']) => find(1, 'quota of spam-filter', { room, why: 'it needs 8 cores' });

describe('the endpoint of a model, as the doctor sees it', () => {
  it('is well with room for another deployment', async () => {
    expect(await find(19)).toMatchObject({ state: 'ok', saw: 'spam-filter is there, with 19 deployments' });
  });

  it('is warned of while the next release could not deploy its version', async () => {
    expect(await find(20)).toMatchObject({
      state: 'warning',
      saw: expect.stringMatching(/^spam-filter has 20 deployments, and Azure Machine Learning allows 20/),
      next: expect.stringContaining('az ml online-deployment delete'),
    });
  });

  it.each(['taken', 'never'] as const)('is warned of while its quota is %s', async (room) => {
    expect(await quota(room)).toMatchObject({
      state: 'warning',
      saw: 'it needs 8 cores: the next release cannot deploy its version',
      next: expect.stringContaining('have the quota raised'),
    });
  });

  it('is well with enough quota, and says what it cannot see of it', async () => {
    expect(await quota('enough')).toMatchObject({ state: 'ok', saw: 'it needs 8 cores' });
    expect(await quota('unknown')).toMatchObject({
      state: 'warning',
      saw: 'not known before a deployment: it needs 8 cores',
      next: expect.stringContaining('docs/settings.md'),
    });
    expect(await find(1, 'quota of spam-filter')).toMatchObject({
      state: 'warning',
      saw: 'not known before a deployment: spam-filter is on Kubernetes',
    });
  });
});
