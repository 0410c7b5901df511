/** What the service says of sizes and quotas, and whether a deployment fits: rows as the specification's examples have them. */
import { describe, expect, it } from 'vitest';
import { findRoom } from '../../../shared/release/targets/quota.ts';

const ml = 'Microsoft.MachineLearningServices';
const subscription = '/subscriptions/00000000-0000-0000-0000-000000000000';
const workspaceId = `${subscription}/resourceGroups/rg/providers/${ml}/workspaces/ours`;
const dsv2 = 'Standard DSv2 Family Cluster Dedicated vCPUs';

const size = (name: string, family: string, vCPUs: number, gpus = 0) => ({ name, family, vCPUs, gpus });
const sizes = [
  size('Standard_DS3_v2', 'standardDSv2Family', 4),
  size('Standard_NC4as_T4_v3', 'standard NCASv3_T4 Family', 4, 1),
  size('Standard_NC24ads_A100_v4', 'standardNCADSA100v4Family', 24, 1),
];
const usage = (limit: number, currentValue: number, name = dsv2, below = subscription) => ({
  id: `${below}/usages/${name.replaceAll(' ', '_')}`,
  type: `${ml}/vmFamily/usages`,
  currentValue,
  limit,
  name: { value: name, localizedValue: name },
  unit: 'Count',
});

const find = (usages: readonly object[], instanceType = 'Standard_DS3_v2', instances = 1) =>
  findRoom(
    { sizes, usages: usages as never, location: 'westeurope', workspaceId },
    { instanceType, instances },
  );

describe('the machines of a deployment', () => {
  it('fit into what is left, with the fifth that the service reserves', () => {
    // "if you request 10 instances of a Standard_DS3_v2 VM (four cores) you should have a quota for 48 cores".
    expect(find([usage(48, 0)], 'Standard_DS3_v2', 10)).toEqual({
      room: 'enough',
      why: '10 instances of Standard_DS3_v2 need 48 cores (4 each, and of 2 more that the service reserves for upgrades); the quota of the subscription for standardDSv2Family in westeurope is 48, of which 0 are used',
    });
    expect(find([usage(47, 0)], 'Standard_DS3_v2', 10).room).toBe('never');
  });

  it('never fit where one more than the limit is needed: one instance takes the cores of two', () => {
    // Azure/mlops-v2 issue 124: usage/limit 0/6, additional needed 8.
    expect(find([usage(6, 0)])).toMatchObject({
      room: 'never',
      why: expect.stringContaining('needs 8 cores'),
    });
    expect(find([usage(8, 0)]).room).toBe('enough');
  });

  it('have to wait where others use what they need', () => {
    expect(find([usage(24, 20)])).toMatchObject({
      room: 'taken',
      why: expect.stringMatching(/is 24, of which 20 are used$/),
    });
  });

  it.each([
    ['Standard_NC24ads_A100_v4', 'Standard NCADSA100v4 Family Cluster Dedicated vCPUs', 24, '(24 each)'],
    ['Standard_NC4as_T4_v3', 'Standard NCASv3_T4 Family Cluster Dedicated vCPUs', 8, 'of 1 more'],
  ])('need a reserve or none, as the list of sizes says: %s', (instanceType, name, cores, said) => {
    expect(find([usage(cores, 0, name)], instanceType)).toMatchObject({
      room: 'enough',
      why: expect.stringContaining(said),
    });
    expect(find([usage(cores - 1, 0, name)], instanceType).room).toBe('never');
  });

  it.each([
    ['standardDSv2Family', dsv2],
    ['StandardDSv2Family', undefined],
    [dsv2, dsv2],
  ])('are of the family, however it is written: %s', (value, localizedValue) => {
    const row = { ...usage(6, 0), name: { value, localizedValue } };
    expect(find([row]).room).toBe('never');
  });

  it('have the least of what the subscription and their own workspace leave', () => {
    const ours = usage(8, 8, dsv2, workspaceId.toUpperCase());
    const others = usage(8, 8, dsv2, `${workspaceId}-too`);
    const cluster = usage(8, 8, dsv2, `${workspaceId}/computes/cluster`);
    expect(find([usage(100, 10), others, cluster]).room).toBe('enough');
    expect(find([usage(100, 10), ours])).toMatchObject({
      room: 'taken',
      why: expect.stringContaining('the quota of the workspace for standardDSv2Family'),
    });
  });

  it.each<[string, readonly object[], string?]>([
    ['a size that is not listed', [usage(6, 0)], 'Standard_M1'],
    ['a family without a quota', [usage(6, 0, 'Standard FSv2 Family Cluster Dedicated vCPUs')]],
    ['cores of low priority', [usage(6, 6, 'Standard DSv2 Family Cluster LowPriority vCPUs')]],
    ['a family without a limit', [usage(-1, 6)]],
    ['rows of another form', [{ ...usage(6, 0), limit: '6' }, null as never, {}]],
    ['no rows', []],
  ])('are not held up by what is not known: %s', (_what, usages, instanceType) => {
    expect(find(usages, instanceType).room).toBe('unknown');
  });
});
