import { describe, expect, it } from 'vitest';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { probesOf } from '../../../shared/doctor/probes.ts';
import type { Settings } from '../../../shared/settings.ts';
import type { Wiring } from '../../../shared/wiring.ts';
import { release } from '../release/world/world.ts';

/** What is found of an endpoint with so many deployments. */
async function find(count: number) {
  const deployments = Array.from({ length: count }, (_, at) => ({ deployment: `version-${at}` }));
  const wiring = { releaseTarget: async () => ({ observe: async () => ({ deployments }) }) };
  const settings = { storage: {}, logs: { workspaceId: null }, serviceBus: null, eventGrid: null };
  const models = [{ model: 'spam-filter', release } as unknown as ModelConfig];
  const probes = probesOf(wiring as unknown as Wiring, settings as unknown as Settings, models);
  return probes.find(({ check }) => check === 'endpoint of spam-filter')!.ask();
}

describe('the endpoint of a model, as the doctor sees it', () => {
  it('is well with room for another deployment', async () => {
    expect(await find(19)).toMatchObject({ state: 'ok', saw: 'spam-filter is there, with 19 deployments' });
  });

  it('is warned of while the next release could not deploy its version', async () => {
    expect(await find(20)).toMatchObject({
      state: 'warning',
      saw: expect.stringMatching(/^spam-filter has 20 deployments, and Azure Machine Learning allows 20/),
      todo: expect.stringContaining('az ml online-deployment delete'),
    });
  });
});
