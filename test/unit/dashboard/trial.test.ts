import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { lanes } from '../../../dashboard/charts/lanes.ts';
import { trialEvents } from '../../../dashboard/charts/trial-events.ts';
import { figuresOf, sayAnswer } from '../../../dashboard/format/trial.ts';
import { PolicyTrial } from '../../../dashboard/trial/try-policy.ts';
import type { Backtest } from '../../../shared/backtest/backtest.ts';
import { backtest } from '../../../shared/backtest/backtest.ts';
import { readHistory } from '../../../shared/backtest/read-history.ts';
import { readPolicy } from '../../../shared/backtest/read-policy.ts';
import { pinModel } from '../../../shared/config/pin.ts';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';
import { assumed, modelWith } from '../backtest/histories.ts';

/** What the demo has recorded, under its policy and one without a cooldown of days. */
function playDemo(): Backtest {
  const read = readHistory(readFileSync('test/fixtures/histories/demo.jsonl', 'utf8'));
  if ('problems' in read) throw new Error(read.problems.join('\n'));
  const files = read.lines.findLast((line) => line.type === 'files')!;
  const base = pinModel(ModelConfigSchema.parse(files.model));
  const model = base.config.model;
  const tried = readPolicy({ file: 'quick.yaml', text: 'policy: { cooldown: P1D }', model, base });
  if ('problems' in tried) throw new Error(JSON.stringify(tried.problems));
  return backtest({
    ...{ lines: read.lines, fleet: { policy: null, models: [model] }, assumptions: assumed },
    ...{ from: null, until: null, measure: null },
    policies: [
      { name: 'in force', pinned: base },
      { name: 'this policy', pinned: tried.pinned },
    ],
  });
}

const found = playDemo();
const [inForce, tried] = found.policies;

describe('the figures of a policy that was tried', () => {
  it('stand beside those of the policy in force, each named once', () => {
    const figures = figuresOf(found.policies);
    expect(new Set(figures.map(({ name }) => name)).size).toBe(figures.length);
    expect(figures.every(({ values }) => values.length === 2 && values.every((value) => value !== ''))).toBe(
      true,
    );
    expect(figures[0]).toEqual({
      name: 'Runs',
      values: [inForce, tried].map(
        (policy) => `${policy!.runs.started} started, ${policy!.runs.released} released`,
      ),
    });
  });

  it('count every signal and every wait once', () => {
    const figures = figuresOf(found.policies);
    const counts = figures.filter(({ name }) => name.startsWith('Signals '));
    for (const [place, { signals }] of found.policies.entries()) {
      const sum = counts.reduce((before, { values }) => before + Number(values[place]), 0);
      expect(sum).toBe(signals.reduce((before, each) => before + each.signals, 0));
    }
    const waits = figures.filter(({ name }) => name.startsWith('Waits: '));
    const reasons = new Set(found.policies.flatMap((policy) => policy.waits.map(({ reason }) => reason)));
    expect(waits).toHaveLength(reasons.size);
  });

  it('say of a loss that nobody knows between which bounds it lies, and no number', () => {
    const loss = figuresOf(found.policies).find(({ name }) => name === 'Loss')!;
    expect(loss.values[1]).toMatch(/^no number: \S+ at least, \S+ at most$/);
    const priceless = figuresOf([{ ...tried!, runs: { ...tried!.runs, money: null, hoursUnknown: 1 } }]);
    expect(priceless.find(({ name }) => name === 'Money')!.values).toEqual(['no price is given']);
    expect(priceless.find(({ name }) => name === 'Hours of jobs')!.values[0]).toMatch(
      /, without 1 run nobody knows of$/,
    );
  });
});

describe('the marks of a policy that was tried', () => {
  it('are every run of both policies, every episode and every decision that differs, in lanes of their own', () => {
    const events = trialEvents(found);
    expect(new Set(events.map(({ key }) => key)).size).toBe(events.length);
    const inLane = (lane: string) => events.filter((event) => event.lane === lane);
    expect(inLane('in-force')).toHaveLength(inForce!.runList.length);
    expect(inLane('tried')).toHaveLength(tried!.runList.length);
    expect(inLane('episodes')).toHaveLength(inForce!.episodes.all.length);
    expect(inLane('differences')).toHaveLength(found.differences[0]!.decisions.length);
    expect(events.every(({ lane }) => lanes.includes(lane))).toBe(true);
  });

  it('lead to a run or a decision that there is, and to none that there never was', () => {
    const assumedRuns = trialEvents(found).filter(({ text }) => text.endsWith(', assumed'));
    expect(assumedRuns.length).toBeGreaterThan(0);
    expect(
      assumedRuns.every(({ href, sentence }) => href === null && /never took place/.test(sentence)),
    ).toBe(true);
    expect(sayAnswer(null)).toBe('did not come up');
  });
});

describe('a policy that is tried', () => {
  const pinned = modelWith({
    triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }] }',
    policy: '{ budget: { window: P30D, money: 100, pricePerHour: 4 } }',
  });
  /** A service of which nothing has been asked for yet, and that is away for as many questions first. */
  const service = (away = 0) => {
    const asked: string[] = [];
    const answers: Readonly<Record<string, unknown>> = {
      'models/tiny/file': pinned,
      fleet: { policy: null },
      models: { models: [{ model: 'tiny' }] },
      decisions: { decisions: [] },
      runs: { runs: [] },
      operations: { operations: [] },
      'models/tiny/timeline': {
        ...{ at: '2026-01-02T00:00:00.000Z', champions: [], metrics: [], before: null },
      },
    };
    const ask = async (path: string): Promise<unknown> => {
      asked.push(path);
      if (asked.length <= away) throw new Error('the service could not be reached');
      return answers[path.split('?')[0]!];
    };
    return { asked, trying: { ask, model: 'tiny', tell: () => undefined } };
  };
  const question = {
    ...{ text: 'policy: {}', from: null, until: null, isReadAnew: false },
    assumed: { pricePerHour: null, runOutcome: 'released', unknownVersions: 'unknown' },
  } as const;

  it('begins with what is in force, as somebody would write it', async () => {
    expect(await new PolicyTrial().open(service().trying)).toBe(
      'triggers:\n  metrics:\n    - name: low\n      metric: accuracy\n      below: 0.9\npolicy:\n  budget:\n    money: 100\n    pricePerHour: 4\n',
    );
  });

  it('begins with both parts, though each is the default', async () => {
    const base = modelWith({ triggers: '{}', policy: '{}' });
    const trying = { ask: async () => base, model: 'tiny', tell: () => undefined };
    const trial = new PolicyTrial();
    const text = await trial.open(trying);
    expect(text).toBe('triggers: {}\npolicy: {}\n');
    expect(await trial.check(trying, text)).toEqual({ problems: [], warnings: [] });
  });

  it('reads the history once, and again where that is asked for', async () => {
    const { asked, trying } = service();
    const trial = new PolicyTrial();
    expect(await trial.play(trying, question)).toEqual({ is: 'empty', history: null });
    const first = asked.length;
    await trial.play(trying, question);
    expect(asked).toHaveLength(first);
    await trial.play(trying, { ...question, isReadAnew: true });
    expect(asked).toHaveLength(2 * first);
  });

  it('asks again after a failure, and takes no failure for an answer', async () => {
    const { trying } = service(1);
    const trial = new PolicyTrial();
    await expect(trial.check(trying, 'policy: {}')).rejects.toThrow('the service could not be reached');
    expect(await trial.check(trying, 'policy: {}')).toEqual({ problems: [], warnings: [] });
  });

  it('is not played while its text is wrong, and has no model file then', async () => {
    const { trying } = service();
    const trial = new PolicyTrial();
    const text = 'policy: { cooldwn: P1D }';
    expect(await trial.play(trying, { ...question, text })).toMatchObject({
      is: 'invalid',
      checked: { problems: [{ line: 1, path: 'policy.cooldwn' }] },
    });
    expect(await trial.write(trying, text)).toBeNull();
    expect(await trial.write(trying, 'policy: { cooldown: P2D }')).toContain('cooldown: P2D');
  });
});
