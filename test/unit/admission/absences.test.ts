/** What no longer comes: told once, over when it comes again, by when it was observed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeOffer } from '../../../shared/admission/describe-offer.ts';
import { asOfArrival } from '../../../shared/admission/mend-times.ts';
import { mergeRebuilt } from '../../../shared/admission/merge-rebuilt.ts';
import { rebuildModel } from '../../../shared/admission/rebuild-model.ts';
import { takeRecovery } from '../../../shared/admission/take-recovery.ts';
import { cameKeys } from '../../../shared/config/came-keys.ts';
import { type ModelConfig, ModelConfigSchema } from '../../../shared/config/schema.ts';
import type { CheckRow } from '../../../shared/domain/check.ts';
import type { Admission, Decision } from '../../../shared/domain/decision.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import type { Signal } from '../../../shared/domain/signal.ts';
import { checkAbsences, lookForAbsences } from '../../../shared/signals/find-absences.ts';
import { decide } from './decide.ts';

const monday = '2026-03-02T08:00:00.000Z';
const at = (hours: number) => new Date(Date.parse(monday) + hours * 3_600_000).toISOString();

const job = { command: 'node train.js', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };
const gate = { gate: 'good', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 };
const configOf = (
  absences: readonly object[],
  more: { triggers?: object; policy?: object } = {},
): ModelConfig =>
  ModelConfigSchema.parse({
    ...{ model: 'm', data: { path: 'm/' }, training: job, evaluation: job, gates: [gate] },
    release: { stages: [{ stage: 'tell', channel: 'event-grid' }] },
    policy: { cooldown: 'PT0S', ...more.policy },
    triggers: {
      metrics: [{ name: 'low', metric: 'accuracy', below: 0.9 }],
      drift: true,
      ...more.triggers,
      absences,
    },
  });
const gone = { name: 'gone', of: 'low', for: 'P1D' };
const cause = 'absence:gone';

/** A model with its state, and what was decided. */
class Model {
  state: ModelState = newModelState;
  readonly answers: { readonly id: string; readonly admission: Admission }[] = [];
  readonly checks: CheckRow[] = [];
  readonly config: ModelConfig;

  constructor(config: ModelConfig) {
    this.config = config;
  }

  offer(signal: Signal, now: string): Admission {
    const offer = describeOffer({ signal, pinned: { config: this.config, configHash: 'c' } }, 'run-1', now);
    const { admission, state, repeated } = decide(this.state, offer);
    this.state = state;
    if (!repeated) this.answers.push({ id: signal.id, admission });
    return admission;
  }

  /** A good value, told when it was observed or later. */
  good(observed: number, told = observed, of = 'metric:low'): void {
    this.recover({ cause: of, observedAt: at(observed), summary: 'Good.' }, told);
  }

  recover(note: { cause: string; observedAt: string | null; summary: string }, told: number) {
    const came = cameKeys(this.config.triggers, note);
    const observedAt = asOfArrival(note.observedAt, at(told));
    const { state, withdrawn } = takeRecovery(this.state, { ...note, observedAt, came });
    this.state = state;
    return withdrawn;
  }

  bad(observed: number, told = observed, of = 'metric:low'): Admission {
    const facts = { id: `${of}@${observed}`, model: 'm', kind: 'metric', observedAt: at(observed) } as const;
    return this.offer({ ...facts, source: 'test', summary: 'Bad.', evidence: {}, cause: of }, at(told));
  }

  /** A scan: what is found is taken at once. Answers the ids of signals offered and how many recoveries there were. */
  look(hours: number): readonly string[] {
    return lookForAbsences(this.config, this.state, at(hours)).flatMap(({ signal, recovery, check }) => {
      if (check) this.checks.push(check);
      if (recovery) this.recover(recovery, hours);
      if (signal) this.offer(signal, at(hours));
      return [...(signal ? [signal.id] : []), ...(recovery ? ['over'] : [])];
    });
  }
}

describe('an absence', () => {
  it('is told once, with since when nothing has come, and requests no run', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    expect(model.look(23.9)).toEqual([]);
    expect(model.look(24)).toEqual([`absence:m:gone:${at(24)}`]);
    expect(model.answers[0]!.admission).toMatchObject({ outcome: 'rejected', reason: 'absent', runId: null });
    expect(model.answers[0]!.admission.sentence).toBe(
      `Rejected: no value that rule low judges has come since ${monday}; absence gone allows P1D. It is told, and requests no run.`,
    );
    for (const hours of [24.1, 48, 480]) expect(model.look(hours)).toEqual([]);
  });

  it('is nothing before the first has come, or was to come', () => {
    const model = new Model(configOf([gone]));
    expect(model.look(999)).toEqual([]);
    expect(checkAbsences(model.config, model.state, at(999))).toMatchObject([
      { verdict: 'missing', sentence: expect.stringContaining('has come yet: nothing is missed before') },
    ]);
    const awaited = new Model(configOf([{ ...gone, from: '2026-03-02T10:00:00+02:00' }]));
    expect(awaited.look(23)).toEqual([]);
    expect(awaited.look(24)).toEqual([`absence:m:gone:${at(24)}`]);
    expect(awaited.answers[0]!.admission.sentence).toContain('from when on the first was expected');
  });

  it('is over when something comes, and told anew when that stays away', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.look(24);
    model.bad(30);
    expect(model.look(30)).toEqual(['over']);
    expect(model.look(53)).toEqual([]);
    expect(model.look(54)).toEqual([`absence:m:gone:${at(54)}`]);
    expect(model.checks.map(({ verdict }) => verdict)).toEqual(['breached', 'recovered', 'fine', 'breached']);
  });

  it('counts by when things were observed: late ones end it where they should have been in time, and not else', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.look(24);
    model.good(1, 30);
    expect(model.look(30)).toEqual([]);
    model.good(12, 31);
    expect(model.look(31)).toEqual(['over']);
    expect(model.look(36)).toEqual([`absence:m:gone:${at(36)}`]);
    // What comes out of order takes nothing back.
    model.good(40);
    model.good(13, 41);
    expect(model.look(41)).toEqual(['over']);
  });

  it('is of any metric, of data or of monitors where it says so', () => {
    const parts = ['metrics', 'data', 'drift'].map((of) => ({ name: `no-${of}`, of, for: 'P1D' }));
    const model = new Model(configOf(parts));
    model.good(0);
    model.good(0, 0, 'drift');
    const file = { id: 'data:m:a', model: 'm', kind: 'data', observedAt: at(0), source: 'test' } as const;
    const admission = model.offer({ ...file, summary: 'It came.', evidence: {} }, at(1));
    expect(admission.reason).toBe('data-counted');
    expect(model.state.came).toEqual({ metrics: at(0), data: at(0), drift: at(0) });
    model.bad(20, 20, 'drift:m_inputs');
    expect(model.look(30)).toEqual([`absence:m:no-metrics:${at(24)}`, `absence:m:no-data:${at(24)}`]);
  });

  it('knows of values that came before the file missed them', () => {
    const before = new Model(configOf([{ ...gone, of: 'data' }]));
    before.good(0);
    const model = new Model(configOf([gone, { ...gone, name: 'any', of: 'metrics' }]));
    model.state = before.state;
    expect(model.look(24)).toEqual([`absence:m:gone:${at(24)}`, `absence:m:any:${at(24)}`]);
  });

  it('notes nothing of a model that misses nothing', () => {
    const model = new Model(configOf([{ ...gone, of: 'data' }]));
    model.good(0);
    model.bad(1);
    expect(model.state.came).toBeUndefined();
  });

  it('asks for a run where it says so, through the same holds, and is withdrawn when something comes', () => {
    const policy = { freezes: [{ name: 'f', from: at(20), until: at(40) }] };
    const model = new Model(configOf([{ ...gone, retrain: true }], { policy }));
    model.good(0);
    model.look(24);
    expect(model.answers.at(-1)!.admission).toMatchObject({ outcome: 'deferred', reason: 'freeze' });
    // Late, and of before it was missed.
    model.good(12, 30);
    const [look] = lookForAbsences(model.config, model.state, at(30));
    expect(model.recover(look!.recovery!, 30)).toEqual([`absence:m:gone:${at(24)}`]);

    const free = new Model(configOf([{ ...gone, retrain: true }]));
    free.good(0);
    free.look(24);
    expect(free.answers.at(-1)!.admission).toMatchObject({ outcome: 'admitted', runId: 'run-1' });
    const off = new Model(configOf([{ ...gone, retrain: true }], { policy: { mode: 'off' } }));
    off.good(0);
    off.look(24);
    expect(off.answers.at(-1)!.admission.reason).toBe('off');
  });

  it('is a part of a composite that lasts until something comes', () => {
    const composites = [{ name: 'blind', rules: ['gone', 'drift'], within: 'P2D' }];
    const model = new Model(configOf([gone], { triggers: { composites }, policy: { mode: 'observe' } }));
    model.good(0);
    model.look(24);
    expect(model.answers.at(-1)!.admission.reason).toBe('composite-unmet');
    expect(model.bad(240, 240, 'drift:m').reason).toBe('observed');
    model.good(241);
    model.look(241);
    expect(model.bad(242, 242, 'drift:m').reason).toBe('composite-unmet');
  });

  it('is another one when its rule is changed', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.look(24);
    const longer = new Model(configOf([{ ...gone, for: 'P3D' }]));
    longer.state = model.state;
    expect(longer.look(25)).toEqual(['over']);
    expect(longer.look(72)).toEqual([`absence:m:gone:${at(72)}`]);
  });

  it('is not ended by a clock that is set back, and one that was ahead mutes nothing', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.look(24);
    expect(model.look(2)).toEqual([]);
    expect(model.look(25)).toEqual([]);

    const ahead = new Model(configOf([gone]));
    ahead.good(9_000);
    expect(ahead.look(1)).toHaveLength(1);
    expect(ahead.answers[0]!.admission.sentence).toContain('as a clock that was ahead has it');
    // The signal has had the state mended.
    expect(ahead.look(2)).toEqual(['over']);
    expect(ahead.look(3)).toEqual([]);
    expect(ahead.look(26)).toHaveLength(1);
  });

  it('says until when nobody needs to look, and never that long where a clock was ahead', () => {
    const model = new Model(configOf([gone]));
    const quiet = (hours: number) => lookForAbsences(model.config, model.state, at(hours))[0]!.quietUntil;
    expect(quiet(0)).toBe(at(1));
    model.good(5);
    expect(quiet(6)).toBe(at(29));
    expect(quiet(29)).toBeNull();
  });
});

describe('a task hub that was lost', () => {
  const factsOf = (model: Model, decisions: readonly Decision[] = []) => ({
    ...{ model: 'm', runs: [], releases: [], decisions, deferred: [], operations: [], registered: null },
    checks: model.checks,
  });
  const ruleCheck = (hours: number, verdict: CheckRow['verdict']): CheckRow => ({
    ...{ rule: 'low', kind: 'metric', model: 'm', at: at(hours), source: 'metrics-api', metric: 'accuracy' },
    ...{ value: 1, limit: null, sample: null, minimumSample: null, window: 'w', verdict, sentence: '' },
    signalId: null,
  });

  it('leaves in the ledger when something last came, and what was told', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.checks.push(ruleCheck(0, 'fine'));
    model.look(24);
    const state = rebuildModel(factsOf(model), model.config, at(25));
    expect(state.came).toEqual({ 'metric:low': at(0) });
    const rebuilt = new Model(model.config);
    rebuilt.state = state;
    expect(rebuilt.look(25)).toEqual([]);
    rebuilt.good(26);
    expect(rebuilt.look(26)).toEqual(['over']);
  });

  it('takes no value that could not be judged for one, nor data that was refused', () => {
    const model = new Model(configOf([gone, { name: 'no-data', of: 'data', for: 'P1D' }]));
    model.checks.push(ruleCheck(3, 'too-few'));
    const file = (id: string, hours: number, reason: string) =>
      ({ signal: { id, kind: 'data', observedAt: at(hours) }, reason, offeredAt: at(hours) }) as Decision;
    const decisions = [file('b', 2, 'data-refused'), file('a', 1, 'data-counted')];
    expect(rebuildModel(factsOf(model, decisions), model.config, at(5)).came).toEqual({ data: at(1) });
  });

  it('takes what a look has found where the ledger is not read so far back', () => {
    const model = new Model(configOf([{ ...gone, of: 'data' }]));
    model.state = { ...newModelState, came: { data: at(0) } };
    model.look(1);
    expect(rebuildModel(factsOf(model), model.config, at(5)).came).toEqual({ data: at(0) });
  });

  it('is merged with what has come meanwhile', () => {
    const own = { ...newModelState, answered: [], came: { data: at(5), metrics: at(1) } };
    const rebuilt = { ...newModelState, came: { data: at(4), metrics: at(2), drift: at(3) } };
    expect(mergeRebuilt(own, rebuilt).came).toEqual({ data: at(5), metrics: at(2), drift: at(3) });
  });
});

describe('absences of facts that come late and in any order', () => {
  /** Half hours: when it was observed, and when it was told. */
  const facts = fc
    .array(
      fc
        .record({ observed: fc.nat(200), late: fc.oneof(fc.constant(0), fc.nat(120)), good: fc.boolean() })
        .map(({ observed, late, good }) => ({ observed, told: observed + late, good })),
      { maxLength: 12 },
    )
    .map((list) =>
      list.filter(({ observed }, at) => list.findIndex((one) => one.observed === observed) === at),
    );
  const end = 400;

  /** What is told at each half hour, with a look at its end. */
  function play(list: readonly { observed: number; told: number; good: boolean }[], until = end) {
    const model = new Model(configOf([gone]));
    const told: string[] = [];
    for (let now = 0; now <= until; now++) {
      for (const fact of list.filter((each) => each.told === now)) {
        if (fact.good) model.good(fact.observed / 2, now / 2);
        else model.bad(fact.observed / 2, now / 2);
      }
      told.push(...model.look(now / 2).map((what) => `${now} ${what}`));
    }
    return told;
  }

  it('are as the last of what is known by then was observed, are told once, and never foretell', () => {
    fc.assert(
      fc.property(facts, fc.nat(end), fc.infiniteStream(fc.nat()), (list, until, random) => {
        const told = play(list);
        const isAbsent = (now: number): boolean => {
          const known = list.filter((each) => each.told <= now).map(({ observed }) => observed);
          return known.length > 0 && now - Math.max(...known) >= 48;
        };
        // An oracle without a state: it begins and ends where that changes.
        const expected: string[] = [];
        for (let now = 0; now <= end; now++) {
          const [was, is] = [now > 0 && isAbsent(now - 1), isAbsent(now)];
          if (is !== was) expected.push(`${now} ${is ? 'begins' : 'over'}`);
        }
        expect(told.map((each) => each.replace(/absence:.*/, 'begins'))).toEqual(expected);
        const ids = told.filter((each) => each.includes('absence:')).map((each) => each.split(' ')[1]);
        expect(new Set(ids).size).toBe(ids.length);
        const shuffled = list
          .map((fact) => ({ fact, by: random.next().value }))
          .sort((a, b) => a.by - b.by)
          .map(({ fact }) => fact);
        expect(play(shuffled)).toEqual(told);
        // Whatever is told later: up to then it is the same.
        const known = list.filter((each) => each.told <= until);
        expect(play(known, until)).toEqual(told.filter((each) => Number.parseInt(each, 10) <= until));
      }),
      { numRuns: 60 },
    );
  });

  it('are no other where absences are looked for once more', () => {
    const model = new Model(configOf([gone]));
    model.good(0);
    model.look(24);
    const before = model.state;
    expect(lookForAbsences(model.config, before, at(24))[0]).toMatchObject({ signal: null, recovery: null });
    expect(model.state.watched![cause]).toEqual([{ at: at(24), bad: true }]);
  });
});
