import { describe, expect, it } from 'vitest';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { reviveReleases } from '../../../shared/dispatch/revive-releases.ts';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import { startOf } from '../../../shared/release/transitions/start-of.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';
import { candidateOf, release } from '../release/world/world.ts';

const began = '2026-03-02T08:00:00.000Z';
const later = Date.parse(began) + 3_600_000;
const held = beginRelease(newTargetState, { candidate: candidateOf('2'), now: began }).state;
const state = beginRelease(held, { candidate: candidateOf('3'), now: began }).state;
const models = new Map([['spam-filter', { config: { release } } as unknown as PinnedModel]]);

const all = async (names: readonly string[]) => new Set(names);
const states = { readTarget: async () => state, findOpen: all, readKnown: async () => newTargetState };
const lost = { readTarget: async () => undefined, findOpen: all, readKnown: async () => state };

/** A task hub in which the instances of these statuses are. */
function hub(statuses: Readonly<Record<string, string>>) {
  const started: { readonly orchestrator: string; readonly instanceId: string; readonly input: unknown }[] =
    [];
  return {
    started,
    async getStatus(instanceId: string) {
      const runtimeStatus = statuses[instanceId];
      return runtimeStatus === undefined ? null : { instanceId, runtimeStatus };
    },
    async startNew(orchestrator: string, options: { instanceId: string; input: unknown }) {
      started.push({ orchestrator, ...options });
      return options.instanceId;
    },
  };
}

describe('releases whose orchestrations are gone', () => {
  it('are started again, those that wait for their turn included', async () => {
    const client = hub({ 'run-2-release': 'Terminated' });
    expect(await reviveReleases(client, states, models, later)).toEqual({
      started: ['run-2-release', 'run-3-release'],
      failed: [],
    });
    expect(client.started[0]).toEqual({
      orchestrator: 'staged-release',
      instanceId: 'run-2-release',
      input: startOf(candidateOf('2')),
    });
  });

  it('are started again where their target has lost its state, as the ledger knows them', async () => {
    const client = hub({});
    expect(await reviveReleases(client, lost, models, later)).toEqual({
      started: ['run-2-release', 'run-3-release'],
      failed: [],
    });
  });

  it('are asked the ledger for only where it may have one that is under way', async () => {
    const readKnown = () => Promise.reject(new Error('not to be asked'));
    const none = { ...lost, findOpen: async () => new Set<string>(), readKnown };
    expect(await reviveReleases(hub({}), none, models, later)).toEqual({ started: [], failed: [] });
  });

  it('are left alone while they go on, or may not have begun yet', async () => {
    const running = hub({ 'run-2-release': 'Running', 'run-3-release': 'Pending' });
    expect(await reviveReleases(running, states, models, later)).toEqual({ started: [], failed: [] });
    expect(await reviveReleases(hub({}), states, models, Date.parse(began) + 60_000)).toEqual({
      started: [],
      failed: [],
    });
  });

  it('are none where no model has a target', async () => {
    expect(await reviveReleases(hub({}), states, new Map(), later)).toEqual({ started: [], failed: [] });
  });

  it('are started again though another target cannot be looked at', async () => {
    const other = { ...release, target: { ...release.target!, endpoint: 'other' } };
    const both = new Map([['other', { config: { release: other } } as unknown as PinnedModel], ...models]);
    const broken = {
      ...states,
      readTarget: async (key: string) => (key.includes('other') ? JSON.parse('{"release":null}') : state),
    };
    const revived = await reviveReleases(hub({}), broken, both, later);
    expect(revived.started).toEqual(['run-2-release', 'run-3-release']);
    expect(revived.failed).toMatchObject([
      { target: expect.stringMatching(/other$/), why: expect.stringContaining('not iterable') },
    ]);
  });
});
