import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import { measurementInstanceId } from '../../../shared/dispatch/start-measurement.ts';
import { shifts } from '../../../shared/domain/breach-test.ts';
import { type FinishedRun, findRunMeasurements, judgeRun } from '../../../shared/signals/judge-run.ts';
import { judgeReport } from '../../../shared/signals/parse-metric-report.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';

const sample = readFileSync('test/fixtures/tiny-model/models/tiny.yaml', 'utf8');

function modelOf(runs: string) {
  const parsed = parseModelFile('m.yaml', sample.replace('triggers:\n', `triggers:\n  runs: ${runs}\n`));
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}

const pinned = modelOf(
  '[{ name: live-rmse, experiment: Tiny-Scoring, metric: rmse, above: 0.2, breaches: 2, windows: 4 }, { name: other, experiment: elsewhere, metric: rmse, above: 1 }]',
);
const models = new Map([['tiny', pinned]]);
const [rule] = pinned.config.triggers.runs;

const completed = (data: object, type = 'RunCompleted') =>
  readEvent({
    id: 'e',
    eventType: `Microsoft.MachineLearningServices.${type}`,
    eventTime: '2026-03-09T08:00:00Z',
    data: { experimentName: 'tiny-scoring', runId: 'score-17', ...data },
  })!;

const [measurement] = findRunMeasurements(completed({}), models);
const now = '2026-03-09T09:00:00.000Z';
const judge = (run: FinishedRun | null, when = measurement!) => judgeRun(rule!, when, run, now);
const judgedRun = (run: FinishedRun) => {
  const judged = judge(run);
  if ('unjudged' in judged) throw new Error(judged.unjudged);
  return judged;
};

describe('findRunMeasurements', () => {
  it('finds each rule that watches the experiment, in any casing', () => {
    expect(measurement).toEqual({
      source: 'run',
      pinned,
      rule: 'live-rmse',
      runId: 'score-17',
      observedAt: '2026-03-09T08:00:00.000Z',
    });
  });

  it('takes the two events of a completed run for one', () => {
    const [other] = findRunMeasurements(completed({ runStatus: 'Completed' }, 'RunStatusChanged'), models);
    expect(measurementInstanceId(other!)).toBe(measurementInstanceId(measurement!));
    const [next] = findRunMeasurements(completed({ runId: 'score-18' }), models);
    expect(measurementInstanceId(next!)).not.toBe(measurementInstanceId(measurement!));
  });

  it.each<[string, object, string?]>([
    ['that failed', { runStatus: 'Failed' }, 'RunStatusChanged'],
    ['that goes on', { runStatus: 'Running' }, 'RunStatusChanged'],
    ['of another experiment', { experimentName: 'tiny' }],
    ['without an experiment', { experimentName: null }],
    ['without an id', { runId: '' }],
    ['with an endless id', { runId: 'x'.repeat(301) }],
    ['of another kind of event', {}, 'ModelDeployed'],
  ])('finds nothing to read in a run %s', (_name, data, type) => {
    expect(findRunMeasurements(completed(data, type), models)).toEqual([]);
  });

  it('reads a payload as it was captured, and never throws', () => {
    const [captured] = JSON.parse(
      readFileSync('test/fixtures/payloads/aml-run-completed.eventgrid.json', 'utf8'),
    );
    const watching = modelOf('[{ name: r, experiment: automl-local-regression, metric: rmse, above: 0.2 }]');
    expect(findRunMeasurements(readEvent(captured)!, new Map([['tiny', watching]]))).toMatchObject([
      { runId: 'AutoML_ad912b2d-6467-4f32-a616-dbe4af6dd8fc_5' },
    ]);
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.anything()), (data) => {
        expect(findRunMeasurements(completed(data), models).length).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('judgeRun', () => {
  it('takes a breach for a signal about the run', () => {
    expect(judgedRun({ metrics: { rmse: 0.25 }, tags: {} }).judgement).toEqual({
      rule: 'live-rmse',
      signal: {
        id: 'metric:tiny:live-rmse:score-17',
        model: 'tiny',
        kind: 'metric',
        observedAt: '2026-03-09T08:00:00.000Z',
        source: 'mlflow',
        summary: 'rmse 0.2500 is above 0.2 (window score-17).',
        evidence: {
          rule: 'live-rmse',
          metric: 'rmse',
          value: 0.25,
          limit: 0.2,
          sample: null,
          window: 'score-17',
          experiment: 'Tiny-Scoring',
        },
        cause: 'run:live-rmse',
        persistence: { breaches: 2, of: 4 },
      },
    });
  });

  it('takes a good value for a recovery', () => {
    expect(judgedRun({ metrics: { rmse: 0.2 }, tags: {} }).judgement).toMatchObject({
      recovery: { id: 'recovery:tiny:run:live-rmse:score-17', cause: 'run:live-rmse' },
    });
  });

  it.each<[string, FinishedRun | null, string]>([
    ['is not known', null, 'the workspace does not know the run'],
    ['is our own', { metrics: { rmse: 9 }, tags: { ratchetRun: 'x' } }, "it is a job of Ratchet's own"],
    ['logged nothing', { metrics: {}, tags: {} }, 'it logged no metric rmse, but none'],
    [
      'logged another metric',
      { metrics: { rsme: 1, mae: 2 }, tags: {} },
      'it logged no metric rmse, but rsme, mae; did you mean "rsme"?',
    ],
    ['logged no number', { metrics: { rmse: Number.NaN }, tags: {} }, 'its metric rmse is NaN'],
  ])('judges no run that %s', (_name, run, why) => {
    expect(judge(run)).toMatchObject({ unjudged: why });
  });

  it('leaves a check of what it found, whatever that is, and none of what is not its business', () => {
    const common = { rule: 'live-rmse', kind: 'run', model: 'tiny', metric: 'rmse', window: 'score-17' };
    const limit = { side: 'above', value: 0.2 };
    const of = (run: FinishedRun | null) => judge(run).check;
    expect(of({ metrics: { rmse: 0.25 }, tags: {} })).toEqual({
      ...common,
      ...{
        at: '2026-03-09T08:00:00.000Z',
        source: 'mlflow',
        value: 0.25,
        limit,
        sample: null,
        minimumSample: null,
      },
      ...{ verdict: 'breached', sentence: 'rmse 0.2500 is above 0.2 (window score-17).' },
      signalId: 'metric:tiny:live-rmse:score-17',
    });
    expect(of({ metrics: { rmse: 0.1 }, tags: {} })).toMatchObject({
      verdict: 'fine',
      value: 0.1,
      signalId: null,
    });
    expect(of({ metrics: {}, tags: {} })).toMatchObject({ ...common, verdict: 'missing', value: null });
    expect(of({ metrics: { rmse: 9 }, tags: { ratchetRun: 'x' } })).toBeNull();
    expect(judge(null, { ...measurement!, observedAt: null }).check).toMatchObject({ at: now });
  });
});

describe('judgeRun, of a rule with a confidence', () => {
  const of = (rules: string) => {
    const sure = modelOf(`[{ name: live, experiment: scoring, below: 0.9, confidence: 0.95, ${rules} }]`);
    const asked = { ...measurement!, pinned: sure, rule: 'live' };
    return (metrics: Record<string, number>) =>
      judgeRun(sure.config.triggers.runs[0]!, asked, { metrics, tags: {} }, now);
  };
  const share = of('metric: accuracy, sample: n, minimumSample: 20');
  const reported = sample.replace('below: 0.9', 'below: 0.9\n      confidence: 0.95');
  const parsed = parseModelFile('m.yaml', reported);
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  const pinnedReport = parsed.model;
  const mean = of('metric: f_score, sample: n, standardError: f_se');

  it('tests a share by the rows that the run logs, as a reported one is', () => {
    const { breaches } = judgeReport(
      { window: 'score-17', observedAt: '2026-03-09T08:00:00Z', sample: 200, metrics: { accuracy: 0.8 } },
      pinnedReport,
    );
    const judged = share({ accuracy: 0.8, n: 200 });
    expect(judged).toMatchObject({
      judgement: { signal: { cause: 'run:live', test: breaches[0]!.signal.test } },
      check: { verdict: 'breached', sample: 200, minimumSample: 20 },
    });
    expect(breaches[0]!.signal.test).toHaveProperty('p');
  });

  it('says what a good value speaks against', () => {
    expect(share({ accuracy: 0.95, n: 200 })).toMatchObject({
      judgement: { recovery: { cause: 'run:live', evidence: shifts.map(() => expect.any(Number)) } },
      check: { verdict: 'fine' },
    });
  });

  it('takes the standard error that the run logs, by Student, and keeps it', () => {
    // Four standard errors beyond, of 99 degrees of freedom: the same as of a row of a query.
    expect(mean({ f_score: 0.82, n: 100, f_se: 0.02 })).toMatchObject({
      judgement: { signal: { test: { p: expect.closeTo(6.1e-5, 6) }, evidence: { standardError: 0.02 } } },
      check: { verdict: 'breached', standardError: 0.02 },
    });
  });

  it.each([
    ['without one', {}, 'the run logged no standard error as f_se'],
    [
      'under another name',
      { f_ste: 0.02 },
      'the run logged no standard error as f_se; did you mean "f_ste"?',
    ],
    ['that is none', { f_se: -1 }, 'the run logged no standard error as f_se'],
    ['that is no number', { f_se: Number.NaN }, 'the run logged no standard error as f_se'],
  ])(
    'is inconclusive where a value comes with a standard error %s, and says what is missing',
    (_name, more, said) => {
      const cannotSay = `the sample alone says nothing of the spread of f_score, and ${said}`;
      expect(mean({ f_score: 0.5, n: 100, ...more })).toMatchObject({
        judgement: {
          signal: { test: { cannotSay: expect.stringMatching(cannotSay.replaceAll('?', '\\?')) } },
        },
        check: { verdict: 'inconclusive' },
      });
    },
  );

  it('judges no run that does not say over how many rows it is, or over too few', () => {
    expect(share({ accuracy: 0.5, N: 200 })).toMatchObject({
      unjudged: 'it logged no metric n, but accuracy, N; did you mean "N"?',
      check: { verdict: 'missing' },
    });
    expect(share({ accuracy: 0.5, n: 19 })).toMatchObject({
      unjudged: 'it is over 19 rows, and the rule takes 20',
      check: {
        ...{ verdict: 'too-few', value: 0.5, sample: 19 },
        sentence: 'accuracy 0.5000 is over 19 rows, and the rule takes 20 (window score-17).',
      },
    });
  });
});
