/** What a stage that waits for people does by itself as time goes on: reminds, escalates, expires, asks. */
import { describe, expect, it } from 'vitest';
import type { ApprovalStage } from '../../../shared/config/approval-stage-schema.ts';
import type { Actor } from '../../../shared/domain/actor.ts';
import type { NoticeKind } from '../../../shared/domain/notice.ts';
import { bindingOf } from '../../../shared/release/transitions/binding.ts';
import { describeRelease } from '../../../shared/release/transitions/describe-release.ts';
import { findNotices } from '../../../shared/release/transitions/find-notices.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { operateRelease } from '../../../shared/release/transitions/operate-release.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { began, expectRefused, ordered, person, releaseId, target } from './world/target.ts';
import { release as config } from './world/world.ts';

const notices = [{ to: 'ml-leads' }, { to: 'ops', about: ['outcome' as const] }];
const escalate = { after: 'PT12H', to: ['on-call'], by: ['heads'] };

function asking(more: Partial<ApprovalStage>, release: Partial<Release> = {}): TargetState {
  const stages = config.stages.map((stage) => (stage.stage === 'ask' ? { ...stage, ...more } : stage));
  return target({ stages: stages as Release['stages'], notices, stageSince: began, ...release });
}

const hour = (hours: number): string => new Date(Date.parse(began) + hours * 3_600_000).toISOString();

/** What is next at a time, the endpoint just having been looked at. */
function step(state: TargetState, now: string) {
  const observed = { ...state.observed!, at: now };
  const looked = { ...state, observed, isStale: false };
  return nextStep(looked, { releaseId, now, hold: null });
}

function told(state: TargetState, now: string): readonly (readonly [NoticeKind, string])[] {
  const found = findNotices(step(state, now).state, releaseId, now);
  return found.map(({ notice, to }) => [notice.kind, to.join()] as const);
}

function approve(state: TargetState, at: string, actor: Actor, teams: readonly string[] = []) {
  const binding = bindingOf(state.release!);
  const order = { action: 'approve-release', releaseId, binding, teams } as const;
  return operateRelease(state, { order, word: { by: actor.name, actor, reason: 'seen', at } });
}

describe('a stage that waits for people', () => {
  it('wakes for each reminder, the escalation and the deadline, and for nothing between', () => {
    const state = asking({ remind: 'PT10H', escalate });
    const wakes = [hour(1)];
    for (let now = hour(1); now < hour(24); ) {
      const { action } = step(state, now);
      if (action.do !== 'wait') throw new Error(action.do);
      now = action.until;
      wakes.push(now);
    }
    expect(wakes).toEqual([hour(1), hour(10), hour(12), hour(20), hour(24)]);
  });

  it('tells of itself, of its latest reminder, and of its escalation', () => {
    const state = asking({ remind: 'PT10H', escalate });
    expect(told(state, hour(1))).toEqual([['approval.waits', 'ml-leads']]);
    expect(told(state, hour(10))).toEqual([
      ['approval.waits', 'ml-leads'],
      ['approval.reminder', 'ml-leads'],
    ]);
    expect(told(state, hour(21))).toEqual([
      ['approval.waits', 'ml-leads'],
      ['approval.reminder', 'ml-leads,on-call'],
      ['approval.escalated', 'ml-leads,on-call'],
    ]);
  });

  it('has one id for each notice, whenever it is found, and another for each reminder', () => {
    const state = asking({ remind: 'PT1H', escalate });
    const ids = (now: string): string[] =>
      findNotices(step(state, now).state, releaseId, now).map(({ notice }) => notice.id);
    expect(ids(hour(13.1))).toEqual(ids(hour(13.9)));
    const [waits, third] = ids(hour(3));
    const [again, fourth] = ids(hour(4));
    expect(again).toBe(waits);
    expect(fourth).not.toBe(third);
  });

  it('lets more people approve once it is escalated, and says when to those who come too early', () => {
    const state = asking({ by: ['ml-leads'], need: 1, escalate });
    const early = approve(state, hour(11), person('hanna'), ['heads']);
    const sentence = `hanna is none of those who may approve stage ask: ml-leads. It is escalated at ${hour(12)}.`;
    expectRefused(early, state, sentence);
    expect(approve(state, hour(12), person('hanna'), ['heads']).done).toBe(true);
    expect(describeRelease(state, releaseId, hour(11))!.approval).toMatchObject({ by: ['ml-leads'] });
    expect(describeRelease(state, releaseId, hour(12))!.approval).toMatchObject({
      by: ['ml-leads', 'heads'],
      escalatesAt: hour(12),
    });
  });

  it('still knows who requested the run, escalated or not', () => {
    const state = asking({ by: ['ml-leads'], need: 1, escalate });
    const sentence = 'rita requested the run, and cannot approve its release: somebody else must.';
    expectRefused(approve(state, hour(13), person('rita', 'rita'), ['heads']), state, sentence);
  });

  it('is rejected at its deadline, and those who are told of approvals hear that it has expired', () => {
    const { state } = step(asking({}), hour(24));
    expect(state.release).toMatchObject({ state: 'rolling-back', back: { end: 'rejected' } });
    const [notice] = findNotices(state, releaseId, hour(24));
    expect(notice).toMatchObject({
      notice: { kind: 'approval.expired', title: 'Not approved in time: version 2 of spam-filter' },
      to: ['ml-leads'],
    });
    expect(notice!.notice.text).toBe(`Ratchet: stage ask was approved by 0 of 2 people until ${hour(24)}`);
  });

  it('that a person has rejected is told as going back, to those who are told of outcomes', () => {
    const { state } = ordered(asking({}), 'reject-release', hour(1));
    const found = findNotices(state, releaseId, hour(1));
    expect(found.map(({ notice, to }) => [notice.kind, to])).toEqual([
      ['release.goes-back', ['ml-leads', 'ops']],
    ]);
  });

  describe('and asks a person at its deadline', () => {
    const { state } = step(asking({ end: 'ask' }), hour(24));

    it('neither goes on nor back', () => {
      expect(state.release).toMatchObject({
        state: 'asking',
        back: null,
        asks: {
          why: 'not-approved',
          sentence: `Stage ask was approved by 0 of 2 people until ${hour(24)}.`,
        },
      });
      expect(step(state, hour(30)).action.do).toBe('wait');
      expect(told(state, hour(30))).toEqual([['release.asks', 'ml-leads']]);
    });

    it('takes no approval meanwhile', () => {
      expectRefused(approve(state, hour(25), person('ada')), state, /^Too late: stage ask was open for P1D/);
    });

    it('waits for as long again once a person resumes it, and is told of anew', () => {
      const resumed = ordered(state, 'resume-release', hour(30));
      expect(resumed.sentence).toBe(`Approvals are waited for again until ${hour(54)}.`);
      const next = step(resumed.state, hour(31));
      expect(next.action).toEqual({ do: 'wait', until: hour(54) });
      const [before] = findNotices(step(asking({}), hour(1)).state, releaseId, hour(1));
      const [anew] = findNotices(next.state, releaseId, hour(31));
      expect(anew!.notice).toMatchObject({ kind: 'approval.waits', at: hour(30) });
      expect(anew!.notice.id).not.toBe(before!.notice.id);
    });

    it('goes back where a person aborts it', () => {
      expect(ordered(state, 'abort-release', hour(30)).state.release?.state).toBe('rolling-back');
    });
  });
});

describe('an approval that is void', () => {
  const given = approve(step(asking({}), hour(1)).state, hour(2), person('ada')).state;
  const changed: TargetState = { ...given, release: { ...given.release!, digest: '0'.repeat(64) } };

  it('says what has changed, in the release and to people', () => {
    const { state } = step(changed, hour(3));
    const why = "the digest of the version's files changed from eeeeeeeeeeee to 000000000000";
    expect(state.release!.sentence).toBe(
      `Waits for approval of stage ask until ${hour(24)}: 0 of 2. The approval of ada is void: ${why}.`,
    );
    const found = findNotices(state, releaseId, hour(3)).map(({ notice }) => notice);
    expect(found.map(({ kind }) => kind)).toEqual(['approval.waits', 'approval.void']);
    expect(found[1]!.text).toContain(`The approval that ada gave at ${hour(2)} is void: ${why}.`);
  });

  it('says so to whoever still sends it', () => {
    const { state } = step(changed, hour(3));
    const binding = bindingOf(given.release!);
    const order = { action: 'approve-release', releaseId, binding, teams: [] } as const;
    const word = { by: 'ben', actor: person('ben'), reason: 'seen', at: hour(4) };
    const result = operateRelease(state, { order, word });
    expectRefused(result, state, /: the digest of the version's files changed from e{12} to 0{12}; look at/);
  });
});

describe('notices', () => {
  it('are none where the model file tells nobody', () => {
    const { notices: _none, ...silent } = asking({ escalate: { after: 'PT1H', by: ['heads'] } }).release!;
    expect(findNotices({ ...target(), release: silent }, releaseId, hour(2))).toEqual([]);
  });

  it.each([
    ['settled', 'release.settled', 'Settled: version 2 of spam-filter'],
    ['rolled-back', 'release.ended', 'Over, rolled-back: version 2 of spam-filter'],
    ['failed', 'release.ended', 'Over, failed: version 2 of spam-filter'],
  ] as const)('tell of a release that is %s', (state, kind, title) => {
    const over = {
      ...{ releaseId, runId: 'run-2', digest: null, endpoint: 'spam-filter', model: target().release!.model },
      ...{ state, sentence: 'So it ended.', startedAt: began, endedAt: hour(9), notices },
    };
    const found = findNotices({ ...target(), release: null, ended: [over] }, releaseId, hour(10));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({
      notice: { kind, title, text: 'So it ended.' },
      to: ['ml-leads', 'ops'],
    });
  });

  it('ask for the baseline of monitors to move, once, where labelled rows have settled the version', () => {
    const over = {
      ...{ releaseId, runId: 'run-2', digest: null, endpoint: 'spam-filter', model: target().release!.model },
      ...{ sentence: 'So it ended.', startedAt: began, endedAt: hour(9), notices, provenBy: 'r-trial-4' },
    };
    const found = (state: 'settled' | 'rolled-back') =>
      findNotices({ ...target(), release: null, ended: [{ ...over, state }] }, releaseId, hour(10));
    expect(found('settled').map(({ notice }) => notice.kind)).toEqual(['release.settled', 'baseline.moves']);
    expect(found('settled')[1]).toMatchObject({
      notice: { facts: [{ name: 'Reference data', value: 'runs/r-trial-4/manifest.json' }] },
    });
    expect(found('settled')).toEqual(found('settled'));
    expect(found('rolled-back').map(({ notice }) => notice.kind)).toEqual(['release.ended']);
  });

  it('name people, and say of whom no name is known', () => {
    const [ada, bob] = ['a', 'b'].map((digit) => `${digit.repeat(8)}-0000-4000-8000-000000000000`) as [
      string,
      string,
    ];
    const asked = asking({ by: ['ml-leads', bob] });
    const { state } = step(
      {
        ...asked,
        release: { ...asked.release!, requestedBy: [ada], requesterNames: { [ada]: 'ada@example.com' } },
      },
      hour(1),
    );
    const { notice } = findNotices(state, releaseId, hour(1))[0]!;
    expect(notice.facts[0]).toEqual({
      name: 'Who may',
      value: `ml-leads, somebody whose name is not known (object id ${bob}), but not ada@example.com, who requested the run`,
    });
  });

  it('say what an approval is of, and how to give it', () => {
    const { state } = step(asking({ by: ['ml-leads'] }), hour(1));
    const { notice } = findNotices(state, releaseId, hour(1))[0]!;
    const facts = Object.fromEntries(notice.facts.map(({ name, value }) => [name, value]));
    expect(facts).toMatchObject({
      'Who may': 'ml-leads, but not rita, who requested the run',
      Needs: '2',
      Endpoint: 'spam-filter',
      Run: 'run-2',
      'Digest of the files': 'e'.repeat(64),
      Data: 'b'.repeat(64),
      'Gate report': 'a'.repeat(64),
      'Model file': 'c'.repeat(64),
    });
    const binding = bindingOf(state.release!);
    expect(notice.approval).toEqual({ binding, until: hour(24) });
    expect(notice.commands).toContain(
      `ratchet release approve ${releaseId} --binding ${binding} --reason TEXT`,
    );
  });
});
