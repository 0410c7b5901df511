import { describe, expect, it } from 'vitest';
import type { Observed } from '../../../shared/domain/release-state.ts';
import { beginRelease } from '../../../shared/release/transitions/begin-release.ts';
import {
  desiredBetween,
  findDrift,
  takeLookBetween,
  tellDrift,
} from '../../../shared/release/transitions/look-between.ts';
import { newTargetState, type TargetState } from '../../../shared/release/transitions/state.ts';
import { takeEvent } from '../../../shared/release/transitions/take-event.ts';
import { began, now, settledOf } from './world/target.ts';
import { candidateOf } from './world/world.ts';

const later = '2026-03-02T13:00:00.000Z';
const state: TargetState = {
  ...newTargetState,
  settled: [settledOf('1')],
  desired: { traffic: { 'version-1': 100 }, mirror: {} },
};

function seen(
  traffic: Observed['traffic'],
  version: string | null = '1',
  more: Partial<Observed> = {},
): Observed {
  const model = version === null ? null : { name: 'spam-filter', version };
  const deployments = [{ deployment: 'version-1', model, state: 'ready' as const }];
  return { at: now, isUpdating: false, traffic, mirror: {}, deployments, ...more };
}

describe('a look at a target that no release holds', () => {
  it.each([
    ['what was settled', seen({ 'version-1': 100, 'version-0': 0 }), null],
    [
      'other weights',
      seen({ 'version-1': 60, mine: 40 }),
      'It is to serve version-1 100 %, and serves mine 40 %, version-1 60 %.',
    ],
    [
      'another version under the same name',
      seen({ 'version-1': 100 }, '7'),
      'Deployment version-1 answers with spam-filter:7, not spam-filter:1.',
    ],
    [
      'a deployment without a model',
      seen({ 'version-1': 100 }, null),
      'Deployment version-1 answers with no version of a model, not spam-filter:1.',
    ],
    ['what is being changed', seen({ mine: 100 }, '1', { isUpdating: true }), null],
    ['what is doubted', seen({ mine: 100 }, '1', { doubt: 'it has failed' }), null],
    ['no endpoint', 'There is none.', 'There is none.'],
  ])('finds %s', (_what, found, sentence) => {
    expect(findDrift(state, found, now)).toEqual(sentence && { sentence, since: now });
  });

  it('says nothing where nobody knows what is to serve, or a person has taken over', () => {
    expect(findDrift(newTargetState, seen({ mine: 100 }), now)).toBeNull();
    expect(
      findDrift({ ...state, desired: { traffic: {}, mirror: {} } }, seen({ mine: 100 }), now),
    ).toBeNull();
  });

  it('goes by what was settled last where what was desired is not known any more', () => {
    const lost = { ...state, desired: null };
    expect(desiredBetween(lost)).toEqual(state.desired);
    expect(findDrift(lost, seen({ mine: 100 }), now)?.sentence).toMatch(/^It is to serve version-1 100 %/);
  });

  it('tells of the same change once, and anew of one that was put right between', () => {
    const bad = seen({ mine: 100 });
    const first = findDrift(state, bad, now)!;
    const drifted = takeLookBetween(state, { observed: bad, drift: first });
    expect(drifted).toMatchObject({ drift: first, observed: bad });
    const again = findDrift(drifted, bad, later)!;
    const mended = takeLookBetween(drifted, { observed: seen({ 'version-1': 100 }), drift: null });
    expect('drift' in mended).toBe(false);
    const anew = findDrift(mended, bad, later)!;
    const of = { endpoint: 'spam-filter', model: 'spam-filter', notices: [{ to: 'on-call' }] };
    const [one, two, three] = [first, again, anew].map((drift) => tellDrift(drifted, drift, of)[0]!.notice);
    expect(one).toMatchObject({ kind: 'serving.drifted', subject: 'run-1-release', runId: 'run-1' });
    expect(two!.id).toBe(one!.id);
    expect(three!.id).not.toBe(one!.id);
    expect(tellDrift(state, first, { ...of, notices: [{ to: 'on-call', about: ['approval'] }] })).toEqual([]);
  });

  it('leaves a target to the release that holds it, which asks by itself', () => {
    const drift = { sentence: 'It is not.', since: now };
    const held = beginRelease({ ...state, drift }, { candidate: candidateOf('2'), now: began }).state;
    expect(takeLookBetween(held, { observed: null, drift: null })).toBe(held);
    const observed = seen({ mine: 100 });
    const looked = takeEvent(held, { releaseId: 'run-2-release', now, event: 'observed', observed });
    expect(looked.release?.asks?.why).toBe('drifted');
    expect('drift' in looked).toBe(false);
  });
});
