/** A target whose release of version 2 is in any state, and people who order something of it. */
import { expect } from 'vitest';
import type { Actor } from '../../../../shared/domain/actor.ts';
import type { ReleaseAction as Order } from '../../../../shared/domain/operation.ts';
import type { SettledVersion } from '../../../../shared/domain/release-state.ts';
import { beginRelease } from '../../../../shared/release/transitions/begin-release.ts';
import {
  type OperatedRelease,
  operateRelease,
} from '../../../../shared/release/transitions/operate-release.ts';
import {
  newTargetState,
  type Release,
  type TargetState,
} from '../../../../shared/release/transitions/state.ts';
import { candidateOf } from './world.ts';

export const began = '2026-03-02T08:00:00.000Z';
export const now = '2026-03-02T12:00:00.000Z';
export const releaseId = 'run-2-release';

export const person = (name: string, id = `id-of-${name}`): Actor => ({ kind: 'person', name, id });

export const settledOf = (version: string, at = began): SettledVersion => ({
  model: { name: 'spam-filter', version, modelUri: `azureml://runs/${version}` },
  deployment: `version-${version}`,
  digest: 'd'.repeat(64),
  releaseId: `run-${version}-release`,
  at,
});

/** The stages of the world's model file by name, where each of their states is had. */
export const stages = { tell: 0, ask: 1, copies: 2, some: 3, all: 4, judged: 5, announce: 6 } as const;

export function target(more: Partial<Release> = {}, settled = [settledOf('1')]): TargetState {
  const { state } = beginRelease(newTargetState, { candidate: candidateOf('2'), now: began });
  const release: Release = {
    ...state.release!,
    stage: stages.ask,
    state: 'waiting-for-approval',
    isReady: true,
    hasAnswered: true,
    digest: 'e'.repeat(64),
    sentence: 'Waits.',
    ...more,
  };
  const traffic = { 'version-1': 100 };
  const observed = { at: began, isUpdating: false, traffic, mirror: {}, deployments: [] };
  return { ...state, release, settled, desired: { traffic, mirror: {} }, observed };
}

export function ordered(
  state: TargetState,
  action: Exclude<Order['action'], 'approve-release'>,
  at = now,
  id = releaseId,
): OperatedRelease {
  const word = { by: 'ada', actor: person('ada'), reason: 'so it is', at };
  return operateRelease(state, { order: { action, releaseId: id }, word });
}

/** Neither done nor anything changed, and nobody woken. */
export function expectRefused(result: OperatedRelease, state: TargetState, sentence: string | RegExp): void {
  expect(result.sentence).toMatch(sentence);
  expect(result).toMatchObject({ done: false, wake: [] });
  expect(result.state).toEqual(state);
}
