import { describe, expect, it } from 'vitest';
import type { Permission } from '../../../shared/azure/own-permissions.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { examinePermissions } from '../../../shared/doctor/examine-permissions.ts';
import type { Settings } from '../../../shared/settings.ts';
import { resourcesOf, templateOf } from '../infra/arm.ts';

const workspace = {
  id: '/subscriptions/s/resourceGroups/g/x/w',
  subscriptionId: 's',
  resourceGroup: 'g',
  name: 'w',
};
const releasing = {
  training: {},
  evaluation: {},
  release: { target: { kind: 'online-endpoint' } },
} as unknown as ModelConfig;
const notifying = { training: {}, evaluation: {}, release: {} } as unknown as ModelConfig;

/** The roles that `azd up` makes, of the workspace and of the subscription. */
const [ofSubscription, ofWorkspace] = resourcesOf(templateOf('workspace'))
  .filter(({ type }) => type === 'Microsoft.Authorization/roleDefinitions')
  .map(({ properties }) => (properties['permissions'] as Permission[])[0]!)
  .sort((a, b) => a.actions.length - b.actions.length);

const find = (of: { at?: Permission[]; above?: Permission[] } = {}, models = [releasing]) =>
  examinePermissions(
    {
      caller: async () => 'the identity of the app (client id c-1)',
      ownPermissions: async (scope) =>
        scope === workspace.id ? (of.at ?? [ofWorkspace!]) : (of.above ?? [ofSubscription!]),
    },
    { workspace } as unknown as Settings,
    models,
  );

describe('what the doctor finds of the rights of the app', () => {
  it('is that the roles of azd are enough', async () => {
    const findings = await find();
    expect(findings.map(({ state }) => state)).toEqual(findings.map(() => 'ok'));
    expect(findings[0]).toMatchObject({
      check: 'right to submit, read and cancel jobs',
      saw: expect.stringMatching(
        /^the identity of the app \(client id c-1\) has \d+ actions on workspace w$/,
      ),
    });
  });

  it('is each action that is missing, whose, on what, and what to do', async () => {
    const without = (gone: RegExp): Permission => ({
      ...ofWorkspace!,
      notActions: ofWorkspace!.actions.filter((each) => gone.test(each)),
    });
    const [jobs, ...others] = await find({ at: [without(/jobs\/write/)] });
    expect(jobs).toEqual({
      check: 'right to submit, read and cancel jobs',
      state: 'problem',
      saw: 'the identity of the app (client id c-1) may not: on workspace w it lacks the action Microsoft.MachineLearningServices/workspaces/jobs/write',
      next: expect.stringMatching(
        /^give it a role with the action on \/subscriptions\/s\/resourceGroups\/g\/x\/w: docs\/settings.md/,
      ),
    });
    expect(others.filter(({ state }) => state !== 'ok')).toEqual([]);
  });

  it('is nothing where no role is given: rights of endpoints are a warning where no model uses one', async () => {
    const states = async (models: ModelConfig[]) =>
      Object.fromEntries(
        (await find({ at: [], above: [] }, models)).map(({ check, state }) => [check, state]),
      );
    const all = {
      'right to submit, read and cancel jobs': 'problem',
      'right to read components and register the steps of pipelines': 'warning',
      'right to read metrics and logs of runs': 'problem',
      'right to register versions of models': 'problem',
      'right to see what is deployed': 'problem',
      'right to release to online endpoints': 'problem',
      'right to tell why a deployment has failed': 'warning',
      'right to ask what quota leaves': 'warning',
    };
    expect(await states([releasing])).toEqual(all);
    const training = { kind: 'pipeline' };
    expect(await states([{ ...releasing, training } as ModelConfig])).toEqual({
      ...all,
      'right to read components and register the steps of pipelines': 'problem',
    });
    expect(await states([notifying])).toEqual({ ...all, 'right to release to online endpoints': 'warning' });
  });

  it('is one finding where Azure does not answer', async () => {
    const wiring = {
      caller: async () => 'x',
      ownPermissions: () => Promise.reject(new Error('connect ECONNREFUSED')),
    };
    expect(await examinePermissions(wiring, { workspace } as unknown as Settings, [])).toMatchObject([
      { check: 'permissions', state: 'problem', saw: 'connect ECONNREFUSED' },
    ]);
  });
});
