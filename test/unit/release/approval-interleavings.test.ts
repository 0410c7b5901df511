/** A stage that waits for people, whatever people do and whenever: in any order, at any time, of anything. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ApprovalStage } from '../../../shared/config/approval-stage-schema.ts';
import { readHours } from '../../../shared/config/business-hours.ts';
import { ReleaseSchema } from '../../../shared/config/release-schema.ts';
import type { Actor } from '../../../shared/domain/actor.ts';
import { deadlineOf, escalatesAt } from '../../../shared/release/transitions/approval.ts';
import { bindingOf } from '../../../shared/release/transitions/binding.ts';
import { findNotices } from '../../../shared/release/transitions/find-notices.ts';
import { nextStep } from '../../../shared/release/transitions/next-step.ts';
import { openTimeBetween } from '../../../shared/release/transitions/open-time.ts';
import { operateRelease } from '../../../shared/release/transitions/operate-release.ts';
import type { Release, TargetState } from '../../../shared/release/transitions/state.ts';
import { began, person, releaseId, target } from './world/target.ts';
import { release as config } from './world/world.ts';

/** Leads may approve from the beginning, heads once it is escalated, outsiders and machines never; rita requested it. */
const visitors: Readonly<Record<string, { readonly actor: Actor; readonly teams: readonly string[] }>> = {
  ada: { actor: person('ada'), teams: ['leads'] },
  ben: { actor: person('ben'), teams: ['leads'] },
  hanna: { actor: person('hanna'), teams: ['heads'] },
  otto: { actor: person('otto'), teams: ['others'] },
  rita: { actor: person('rita', 'rita'), teams: ['leads', 'heads'] },
  pipeline: { actor: { kind: 'machine', name: 'pipeline', id: 'app' }, teams: ['leads', 'heads'] },
};

const stages = fc
  .record({
    need: fc.integer({ min: 1, max: 2 }),
    by: fc.constantFrom(undefined, ['leads']),
    end: fc.constantFrom(undefined, 'reject', 'ask'),
    within: fc.constantFrom('PT20H', 'P2D'),
    remind: fc.constantFrom(undefined, 'PT3H', 'PT7H30M'),
    escalate: fc.constantFrom(undefined, 'PT6H'),
    hours: fc.constantFrom(
      undefined,
      { zone: 'Europe/Berlin' },
      { days: 'sat,sun', zone: 'America/New_York' },
    ),
  })
  .map(({ by, escalate, ...more }) => {
    const escalation = escalate && { after: escalate, to: ['on-call'], ...(by && { by: ['heads'] }) };
    const stage = { stage: 'ask', kind: 'approval', by, escalate: escalation, ...more };
    const all = [JSON.parse(JSON.stringify(stage)), { stage: 'all', kind: 'production' }];
    return ReleaseSchema.parse({ target: config.target, stages: all }).stages;
  });

type Deed =
  | { readonly do: 'pass'; readonly minutes: number }
  | { readonly do: 'approve'; readonly who: string; readonly isStale: boolean }
  | { readonly do: 'change' | 'resume' | 'reject' | 'abort' };

const deeds: fc.Arbitrary<Deed> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant('pass' as const), minutes: fc.integer({ min: 1, max: 1_500 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('approve' as const),
      who: fc.constantFrom(...Object.keys(visitors)),
      isStale: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'change' as const }) },
  { weight: 2, arbitrary: fc.constant({ do: 'resume' as const }) },
  { weight: 1, arbitrary: fc.constantFrom({ do: 'reject' as const }, { do: 'abort' as const }) },
);

const stageOf = (release: Release): ApprovalStage => release.stages[0] as ApprovalStage;

class Waiting {
  state: TargetState;
  nowMs = Date.parse(began);
  #digests = 0;
  /** A binding that was asked before. */
  #stale = 'f'.repeat(64);

  constructor(all: Release['stages']) {
    this.state = target({ stages: all, stage: 0, stageSince: began, notices: [{ to: 'leads' }] });
  }

  get now(): string {
    return new Date(this.nowMs).toISOString();
  }

  get release(): Release {
    return this.state.release!;
  }

  get isWaiting(): boolean {
    const { back, stage, asks } = this.release;
    return !back && stage === 0 && !asks;
  }

  /** What is next, the endpoint just having been looked at; answers until when is waited, or null. */
  step(): string | null {
    const observed = { ...this.state.observed!, at: this.now };
    const before = { ...this.state, observed, isStale: false };
    const { state, action } = nextStep(before, { releaseId, now: this.now, hold: null });
    this.state = state;
    return action.do === 'wait' ? action.until : null;
  }

  take(deed: Deed): boolean {
    if (deed.do === 'pass') return this.#order(null, deed.minutes);
    if (deed.do === 'change') {
      this.#stale = bindingOf(this.release);
      const digest = String(++this.#digests).padStart(64, '0');
      this.state = { ...this.state, release: { ...this.release, digest } };
      return true;
    }
    if (deed.do === 'approve') {
      const { actor, teams } = visitors[deed.who]!;
      const binding = deed.isStale ? this.#stale : bindingOf(this.release);
      return this.#order({ action: 'approve-release', releaseId, binding, teams }, 0, actor);
    }
    const action = `${deed.do}-release` as 'resume-release' | 'reject-release' | 'abort-release';
    return this.#order({ action, releaseId }, 0);
  }

  #order(
    order: Parameters<typeof operateRelease>[1]['order'] | null,
    minutes: number,
    actor = person('ada'),
  ): boolean {
    this.nowMs += minutes * 60_000;
    if (!order) return true;
    const word = { by: actor.name, actor, reason: 'so it is', at: this.now };
    const { state, done } = operateRelease(this.state, { order, word });
    this.state = state;
    return done;
  }
}

/** Lives through deeds until the stage is left, the orchestration looking after each. */
function live(
  all: Release['stages'],
  tape: readonly Deed[],
  check: (waiting: Waiting, deed: Deed, done: boolean) => void,
): Waiting {
  const waiting = new Waiting(all);
  waiting.step();
  for (const deed of tape) {
    const done = waiting.take(deed);
    check(waiting, deed, done);
    if (waiting.release.back) break;
    waiting.step();
    if (waiting.release.back || waiting.release.stage > 0) break;
  }
  return waiting;
}

const lives = (check: Parameters<typeof live>[2]) =>
  fc.property(stages, fc.array(deeds, { maxLength: 40 }), (all, tape) => {
    live(all, tape, check);
  });

describe('approvals in any order', () => {
  it('count of people alone who may at that time, of what is asked at that time, before the deadline, once each', () => {
    fc.assert(
      lives(({ release, now }, deed, done) => {
        if (deed.do !== 'approve' || !done) return;
        const stage = stageOf(release);
        const { actor, teams } = visitors[deed.who]!;
        const isEscalated = stage.escalate !== undefined && now >= escalatesAt(release, stage)!;
        const may = !stage.by || teams.includes('leads') || (isEscalated && teams.includes('heads'));
        expect({ kind: actor.kind, may, who: deed.who }).toEqual({
          kind: 'person',
          may: true,
          who: deed.who,
        });
        expect(deed.who).not.toBe('rita');
        expect(now < deadlineOf(release, stage)).toBe(true);
        const current = release.approvals.filter(({ binding }) => binding === bindingOf(release));
        expect(new Set(current.map(({ by }) => by)).size).toBe(current.length);
      }),
      { numRuns: 70 },
    );
  });

  it('let the release go on only where enough of them are of what it is then', () => {
    fc.assert(
      fc.property(stages, fc.array(deeds, { maxLength: 40 }), (all, tape) => {
        let last: Release | null = null;
        const waiting = live(all, tape, ({ release }) => {
          last = release;
        });
        if (waiting.release.stage === 0 || waiting.release.back || !last) return;
        const { approvals } = last as Release;
        const valid = approvals.filter(({ binding }) => binding === bindingOf(last as Release));
        expect(valid.length).toBeGreaterThanOrEqual(stageOf(last).need);
      }),
      { numRuns: 70 },
    );
  });

  it('never take a word of who may not, whatever was before', () => {
    fc.assert(
      lives((_waiting, deed, done) => {
        if (deed.do === 'approve' && ['rita', 'pipeline'].includes(deed.who)) expect(done).toBe(false);
      }),
      { numRuns: 50 },
    );
  });
});

describe('the time of a stage that waits', () => {
  it('always ends: each wait is for a moment to come, and the last of them is the deadline', () => {
    fc.assert(
      fc.property(stages, fc.integer({ min: 0, max: 10_000 }), (all, minutes) => {
        const waiting = new Waiting(all);
        waiting.nowMs += minutes * 60_000;
        for (let wakes = 0; waiting.isWaiting; wakes++) {
          expect(wakes).toBeLessThan(200);
          const until = waiting.step();
          if (!waiting.isWaiting) break;
          expect(until! > waiting.now).toBe(true);
          expect(until! <= deadlineOf(waiting.release, stageOf(waiting.release))).toBe(true);
          waiting.nowMs = Date.parse(until!);
        }
        const isAsking = stageOf(waiting.release).end === 'ask';
        expect(waiting.release.asks?.why ?? waiting.release.back?.end).toBe(
          isAsking ? 'not-approved' : 'rejected',
        );
      }),
      { numRuns: 50 },
    );
  });

  it('is open whenever something comes due by itself', () => {
    fc.assert(
      fc.property(stages, (all) => {
        const waiting = new Waiting(all);
        const { hours } = stageOf(waiting.release);
        for (let until = waiting.step(); waiting.isWaiting && until; until = waiting.step()) {
          waiting.nowMs = Date.parse(until);
          if (!hours) continue;
          // The minute before is open, and so is the moment that ends it.
          const open = openTimeBetween(waiting.nowMs - 60_000, waiting.nowMs, readHours(hours));
          expect(open).toBe(60_000);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('what people are told meanwhile', () => {
  it('is found again under the same ids as long as nothing changes, each once', () => {
    fc.assert(
      lives(({ state, now }) => {
        const found = (at: string) => findNotices(state, releaseId, at).map(({ notice }) => notice.id);
        const ids = found(now);
        expect(found(now)).toEqual(ids);
        expect(new Set(ids).size).toBe(ids.length);
      }),
      { numRuns: 70 },
    );
  });

  it('is no more reminders than have come due, however often one looks', () => {
    fc.assert(
      fc.property(stages, fc.array(fc.integer({ min: 1, max: 400 }), { maxLength: 60 }), (all, waits) => {
        const waiting = new Waiting(all);
        const { remind } = stageOf(waiting.release);
        const told = new Set<string>();
        waiting.step();
        for (const minutes of waits) {
          waiting.take({ do: 'pass', minutes });
          waiting.step();
          for (const { notice } of findNotices(waiting.state, releaseId, waiting.now))
            if (notice.kind === 'approval.reminder') told.add(notice.id);
        }
        const everyMs = remind === 'PT3H' ? 3 * 3_600_000 : 7.5 * 3_600_000;
        const most = remind === undefined ? 0 : Math.floor((waiting.nowMs - Date.parse(began)) / everyMs);
        expect(told.size).toBeLessThanOrEqual(most);
      }),
      { numRuns: 50 },
    );
  });
});
