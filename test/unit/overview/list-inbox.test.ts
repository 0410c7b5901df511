import { describe, expect, it } from 'vitest';
import { functionKey, type Visitor } from '../../../shared/access/visitor.ts';
import type { InboxItem } from '../../../shared/domain/inbox.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import { itemOfRelease, itemsOfState } from '../../../shared/overview/list-inbox.ts';
import { newTargetState } from '../../../shared/release/transitions/state.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
const person = (name: string, ...roles: Visitor['roles']): Visitor => {
  return { actor: { kind: 'person', name, id: `id-of-${name}` }, roles, teams: [], incomplete: null };
};
const [ada, ben, vic] = [
  person('ada', 'approver'),
  person('ben', 'approver', 'operator'),
  person('vic', 'viewer'),
];

const live = { signals: ['s'], since: at(0), deadline: at(48) };
const asking: ModelState = {
  ...newModelState,
  live: { ...live, runId: 'm-20260302-1f', asks: { until: at(9) } },
};
const word = { by: 'ada', actor: ada.actor, reason: 'fraud wave', at: at(1) };
const broken: ModelState = { ...newModelState, glass: { ...word, runId: 'm-20260301-1f' } };
const suggested: ModelState = {
  ...newModelState,
  pending: { signals: ['a', 'b'], until: at(9), suggestedUntil: at(9), since: at(1) },
};

const of = (visitor: Visitor, state: ModelState, now = at(2)): readonly InboxItem[] =>
  itemsOfState({ model: 'm', visitor, at: now }, state);
const whyNot = (visitor: Visitor, state: ModelState, now?: string) =>
  of(visitor, state, now).flatMap(({ acts }) => acts.map((act) => [act.action, act.whyNot]));

describe('the inbox', () => {
  it('asks an approver to accept or refuse a run, and tells others why they may not', () => {
    expect(of(ada, asking)).toMatchObject([
      {
        what: 'run',
        runId: 'm-20260302-1f',
        until: at(9),
        acts: [{ fields: { runId: 'm-20260302-1f' } }, {}],
      },
    ]);
    expect(whyNot(ada, asking)).toEqual([
      ['accept-run', null],
      ['refuse-run', null],
    ]);
    for (const visitor of [vic, functionKey])
      for (const [action, why] of whyNot(visitor, asking)) expect(why).toMatch(new RegExp(`^${action}: `));
  });

  it('goes by the rules, too: the second of two is not the first', () => {
    expect(whyNot(ben, broken)).toEqual([['break-glass', null]]);
    expect(whyNot(ada, broken)).toMatchObject([
      ['break-glass', expect.stringMatching(/^Not overridden: ada approved at .* must be another person's/)],
    ]);
    expect(of(ben, broken, at(26))).toEqual([]);
  });

  it('has a suggestion until it expires or is approved', () => {
    expect(of(ben, suggested)).toMatchObject([
      { what: 'suggestion', signals: ['a', 'b'], since: at(1), until: at(9) },
    ]);
    expect(whyNot(ada, suggested)).toMatchObject([
      ['approve', null],
      ['withdraw', expect.stringMatching(/^withdraw: ada may not: it takes the role operator/)],
    ]);
    expect(of(ben, suggested, at(9))).toEqual([]);
    const approved = { ...suggested, pending: { ...suggested.pending!, approved: word } };
    expect(of(ben, approved)).toEqual([]);
  });

  it('has nothing of a model that asks nobody', () => {
    expect(of(ben, newModelState)).toEqual([]);
  });
});

const release = {
  ...{
    releaseId: 'm-20260302-1f-release',
    runId: 'm-20260302-1f',
    endpoint: 'e',
    sentence: 'Waits.',
    since: at(1),
  },
  ...{ model: { name: 'm', version: '4', modelUri: 'azureml://m' }, startedAt: at(0), writtenAt: at(1) },
  ...{
    stage: 's',
    step: null,
    isChampion: false,
    lastLook: null,
    approvals: [],
    digest: null,
    endedAt: null,
  },
} as const;

describe('a release in the inbox', () => {
  const ask = (more: Partial<ReleaseRow>, visitor = ada) =>
    itemOfRelease({ model: 'm', visitor, at: at(2) }, { ...release, ...more } as ReleaseRow, newTargetState);

  it('says what an approval is bound to, and how it is ordered', () => {
    const subject = { model: 'm', version: '4' } as never;
    const approval = { need: 1, by: null, barred: [], until: at(9), end: 'ask', subject } as const;
    const item = ask({ state: 'waiting-for-approval', asks: null, binding: 'b'.repeat(64), approval });
    expect(item).toMatchObject({ what: 'approval', binding: 'b'.repeat(64), until: at(9), asked: approval });
    expect(item?.acts.map(({ action, fields }) => [action, fields])).toEqual([
      ['approve-release', { releaseId: release.releaseId, binding: 'b'.repeat(64) }],
      ['reject-release', { releaseId: release.releaseId }],
    ]);
    // The target knows of no such release: nobody's order would be taken.
    for (const { whyNot: why } of item?.acts ?? []) expect(why).not.toBeNull();
  });

  it('asks a person to settle, resume or abort where its probation could not say', () => {
    const actions = (asks: ReleaseRow['asks']) =>
      ask({ state: 'asking', asks, binding: null, approval: null })?.acts.map(({ action }) => action);
    expect(actions('unproven')).toEqual(['accept-release', 'resume-release', 'abort-release']);
    expect(actions('drifted')).toEqual(['resume-release', 'abort-release']);
    expect(ask({ state: 'settled', asks: null, binding: null, approval: null, endedAt: at(1) })).toBeNull();
  });
});
