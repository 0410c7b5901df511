import { describe, expect, it } from 'vitest';
import { describeCaller } from '../../../shared/azure/caller.ts';
import { allows, listOwnPermissions } from '../../../shared/azure/own-permissions.ts';

const ml = 'Microsoft.MachineLearningServices/workspaces';
const may = (action: string, ...permissions: { actions: string[]; notActions?: string[] }[]): boolean =>
  allows(
    permissions.map(({ actions, notActions = [] }) => ({ actions, notActions })),
    action,
  );

describe('what a list of permissions allows', () => {
  it('is an action by its name in any case, or by a pattern over any number of segments', () => {
    expect(may(`${ml}/jobs/write`, { actions: [`${ml.toLowerCase()}/jobs/write`] })).toBe(true);
    for (const pattern of ['*', '*/write', `${ml}/*`, `${ml}/*/write`, `${ml}/jobs/*`])
      expect(may(`${ml}/jobs/write`, { actions: [pattern] }), pattern).toBe(true);
    expect(may(`${ml}/models/versions/read`, { actions: [`${ml}/*/read`] })).toBe(true);
    expect(may(`${ml}/read`, { actions: [`${ml}/*/read`] })).toBe(true);
  });

  it('is nothing else', () => {
    expect(may(`${ml}/jobs/write`)).toBe(false);
    for (const pattern of [
      `${ml}/jobs/read`,
      `${ml}/jobs`,
      'Microsoft_MachineLearningServices/*',
      `${ml}/*/writ`,
    ])
      expect(may(`${ml}/jobs/write`, { actions: [pattern] }), pattern).toBe(false);
    expect(may(`${ml}/jobs/write`, { actions: [`${ml}X/*`] })).toBe(false);
  });

  it('is narrowed by what its own permission takes back, and by no other', () => {
    const reader = { actions: ['*'], notActions: [`${ml}/jobs/*`] };
    expect(may(`${ml}/jobs/write`, reader)).toBe(false);
    expect(may(`${ml}/jobs/write`, reader, { actions: [`${ml}/jobs/write`] })).toBe(true);
    // Of a pattern that is needed whole, a part is missing.
    expect(may(`${ml}/*/read`, { actions: ['*'], notActions: [`${ml}/computes/read`] })).toBe(false);
    expect(may(`${ml}/*/read`, { actions: ['*'], notActions: [`${ml}/computes/write`] })).toBe(true);
  });

  it('is not guessed from an answer of another shape', async () => {
    const list = (value: object) =>
      listOwnPermissions({ list: async () => [value as never] }, '/subscriptions/s');
    expect(await list({ actions: ['a/read'] })).toEqual([{ actions: ['a/read'], notActions: [] }]);
    await expect(list({ actions: 'a/read' })).rejects.toThrow(
      'asking what the app may do on /subscriptions/s: the answer holds no lists of actions',
    );
  });
});

describe('whom a token is of', () => {
  const token = (claims: unknown) => `x.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.secret`;

  it('is the managed identity by its name, with its ids', () => {
    const resource =
      '/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/id-ratchet';
    expect(describeCaller(token({ xms_mirid: resource, appid: 'c-1', oid: 'o-1' }))).toBe(
      'the identity of the app, id-ratchet (client id c-1, object id o-1)',
    );
    expect(describeCaller(token({ appid: 'c-1' }))).toBe('the identity of the app (client id c-1)');
  });

  it.each(['', 'opaque', 'a.b.c', token(null), token({ appid: 7 })])(
    'is unknown from %j, which is not shown',
    (text) => {
      expect(describeCaller(text)).toBe('the identity of the app');
    },
  );
});
