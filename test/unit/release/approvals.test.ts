/** Approvals and rejections of a release: of what, by whom, when, and what each is told. */
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../shared/domain/actor.ts';
import { withTrail } from '../../../shared/ledger/release-trail.ts';
import { bindingOf } from '../../../shared/release/transitions/binding.ts';
import { advance } from '../../../shared/release/transitions/changes.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { type OperatedRelease, operateRelease } from '../../../shared/release/transitions/operate-release.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { expectRefused, now, ordered, person, releaseId, stages, target } from './world/target.ts';
import { release as config } from './world/world.ts';

const machine: Actor = { kind: 'machine', name: 'function key', id: 'function-key' };

interface Approving {
  readonly actor?: Actor;
  readonly teams?: readonly string[];
  readonly binding?: string;
  readonly at?: string;
}

function approved(
  state: TargetState,
  { actor = person('ada'), teams = [], binding = bindingOf(state.release!), at = now }: Approving = {},
): OperatedRelease {
  const by = actor.kind === 'person' ? actor.name : `machine:${actor.name}`;
  const order = { action: 'approve-release', releaseId, binding, teams } as const;
  return operateRelease(state, { order, word: { by, actor, reason: 'seen', at } });
}

/** With other things said in the stage that asks. */
function asking(more: object): TargetState {
  const changed = config.stages.map((stage) => (stage.stage === 'ask' ? { ...stage, ...more } : stage));
  return target({ stages: changed as Release['stages'] });
}

describe('an approval', () => {
  it('counts until there are as many people as it needs', () => {
    const first = approved(target());
    expect(first).toMatchObject({ done: true, sentence: 'Approved by ada; 1 more must.', wake: [releaseId] });
    const second = approved(first.state, { actor: person('ben') });
    expect(second.sentence).toBe('Approved: version 2 leaves stage ask.');
    expect(second.state.release!.approvals.map(({ by }) => by)).toEqual(['ada', 'ben']);
  });

  it('is kept with who gave it, why, when, and what it was of', () => {
    const state = target();
    expect(approved(state).state.release!.approvals).toEqual([
      { by: 'ada', actor: person('ada'), reason: 'seen', at: now, binding: bindingOf(state.release!) },
    ]);
  });

  it('is told of the release for good, also where it leads it on at once', () => {
    const [first, second] = ['ada', 'ben'].map((name) => person(name));
    const both = approved(approved(target(), { actor: first! }).state, { actor: second! }).state;
    const names = (state: TargetState) => describeRelease(state, releaseId, now)!.given!.map(({ by }) => by);
    expect(names(both)).toEqual(['ada', 'ben']);
    const left = { ...both, release: advance(both.release!, now) };
    expect(left.release.approvals).toEqual([]);
    expect(names(left)).toEqual(['ada', 'ben']);
    expect(names({ ...left, release: advance(left.release, now) })).toEqual(['ada', 'ben']);
    // The ledger knows them also where it was told of neither stage, and once it is told no more of them.
    const row = withTrail(describeRelease(left, releaseId, now)!, null);
    const { given, ...later } = describeRelease(left, releaseId, now)!;
    expect(withTrail({ ...later, approvals: [] }, row).given).toEqual(given);
  });

  it.each([
    ['by the same name', person('ada')],
    ['under another name', person('ada.lovelace', 'id-of-ada')],
  ])('counts once for each person, %s', (_how, actor) => {
    const { state } = approved(target());
    expectRefused(approved(state, { actor }), state, / has approved before: another person must\.$/);
  });

  it('is a namesake’s own', () => {
    const { state } = approved(target());
    expect(approved(state, { actor: person('ada', 'another-ada') }).done).toBe(true);
  });

  it.each([
    ['a function key', { actor: machine }, 'machine:function key is no person, and cannot approve.'],
    [
      'an application in the team',
      { actor: { ...machine, name: 'pipeline', id: 'app' }, teams: ['ml-leads'] },
      'machine:pipeline is no person, and cannot approve.',
    ],
    [
      'who requested the run, by id',
      { actor: person('someone', 'rita') },
      'someone requested the run, and cannot approve its release: somebody else must.',
    ],
    [
      'who requested the run, by name',
      { actor: person('rita') },
      'rita requested the run, and cannot approve its release: somebody else must.',
    ],
    [
      'somebody who looked at something else',
      { binding: 'f'.repeat(64) },
      /^What was looked at is not what is asked now: the order is of ffffffffffff, and release run-2-release stands at [0-9a-f]{12}: release run-2-release has not asked for an approval of that; look at the release again\.$/,
    ],
    [
      'somebody at the moment it expires',
      { at: '2026-03-03T08:00:00.000Z' },
      'Too late: stage ask was open for P1D, from 2026-03-02T08:00:00.000Z.',
    ],
  ] as [string, Approving, string | RegExp][])('of %s is refused', (_who, by, sentence) => {
    const state = target();
    expectRefused(approved(state, by), state, sentence);
  });

  it('of nobody who is proven is refused: a word without an actor is what a caller said', () => {
    const state = target();
    const binding = bindingOf(state.release!);
    const order = { action: 'approve-release', releaseId, binding, teams: [] } as const;
    const result = operateRelease(state, { order, word: { by: 'ada', reason: 'seen', at: now } });
    expectRefused(result, state, 'ada is no person, and cannot approve.');
  });

  it('of who requested the run counts where the file lets it', () => {
    expect(approved(asking({ notRequester: false }), { actor: person('rita') }).done).toBe(true);
  });

  it.each([
    ['by name', { actor: person('ann') }],
    ['by id', { actor: person('anybody', 'id-7') }],
    ['by team', { actor: person('leo'), teams: ['ml-leads'] }],
  ])('is taken of those in `by`, %s', (_how, by) => {
    expect(approved(asking({ by: ['ann', 'id-7', 'ml-leads'] }), by).done).toBe(true);
  });

  it('is taken of an object id however it is written, and of a name as it is', () => {
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e';
    const by = { actor: person('anybody', id) };
    expect(approved(asking({ by: [id.toUpperCase()] }), by).done).toBe(true);
    expect(approved(asking({ by: ['ANN'] }), { actor: person('ann') }).done).toBe(false);
  });

  it.each([
    ['whose name begins alike', { actor: person('anne') }],
    ['of another team', { actor: person('leo'), teams: ['ml', 'leads'] }],
  ])('is refused of somebody who is not in `by`, %s', (_how, by) => {
    const state = asking({ by: ['ann', 'ml-leads'] });
    const who = by.actor.name;
    const sentence = `${who} is none of those who may approve stage ask: ann, ml-leads.`;
    expectRefused(approved(state, by), state, sentence);
  });

  it.each(['deploying', 'notifying', 'shadow', 'canary', 'promoting', 'serving'] as const)(
    'is refused while the release is %s',
    (state) => {
      const stage = { notifying: 0, shadow: 2, canary: 3, promoting: 4, serving: 4 }[state as string] ?? 1;
      const before = target({ state, stage, isReady: state !== 'deploying' });
      expectRefused(approved(before), before, `Nothing to approve: the release is ${state}. Waits.`);
    },
  );

  it('is refused once the release goes back', () => {
    const { state } = ordered(target(), 'abort-release');
    expectRefused(approved(state), state, 'Nothing to approve: the release is rolling-back.');
  });

  it.each([
    ['the version', { model: { name: 'spam-filter', version: '3', modelUri: '' } }],
    ['its files', { digest: '0'.repeat(64) }],
    ['its data', { dataHash: '0'.repeat(64) }],
    ['its gate report', { gateReportHash: '0'.repeat(64) }],
    ['the model file', { configHash: '0'.repeat(64) }],
    ['the endpoint', { target: { ...config.target!, endpoint: 'other' } }],
    ['what serves there', { target: { ...config.target!, instances: 2 } }],
    ['the stage', { stage: stages.copies }],
    ['what the stage asks', { stages: asking({ need: 1 }).release!.stages }],
  ] as [string, Partial<Release>][])('is of %s, too', (_what, change) => {
    expect(bindingOf({ ...target().release!, ...change })).not.toBe(bindingOf(target().release!));
  });

  it('that was given counts no more once what it was of has changed', () => {
    const { state } = approved(target());
    const changed = { ...state, release: { ...state.release!, digest: '0'.repeat(64) } };
    expect(approved(changed, { actor: person('ben') }).sentence).toBe('Approved by ben; 1 more must.');
  });
});

describe('a rejection', () => {
  it('has the release go back', () => {
    const result = ordered(target(), 'reject-release');
    expect(result).toMatchObject({
      done: true,
      sentence: 'Rejected: version 2 goes back.',
      wake: [releaseId],
    });
    expect(result.state.release).toMatchObject({ state: 'rolling-back', back: { end: 'rejected' } });
  });

  it.each(['notifying', 'shadow', 'canary', 'serving'] as const)('is refused while it is %s', (state) => {
    const before = target({ state, stage: { notifying: 0, shadow: 2, canary: 3, serving: 4 }[state] });
    const sentence = `Nothing to reject: the release is ${state}. Abort it to have it go back.`;
    expectRefused(ordered(before, 'reject-release'), before, sentence);
  });

  it('is refused once it goes back', () => {
    const { state } = ordered(target(), 'abort-release');
    expectRefused(ordered(state, 'reject-release'), state, 'Nothing to reject: the release is rolling-back.');
  });
});
