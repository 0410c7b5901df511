import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseModelFile } from '../../../shared/config/load.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { findRecovered, findWholeRun, type MonitorRun } from '../../../shared/signals/find-recovered.ts';
import { parseWorkspaceEvent } from '../../../shared/signals/parse-workspace-event.ts';
import { readBreach } from '../../../shared/signals/read-breach.ts';
import { readEvent } from '../../../shared/signals/read-event.ts';
import { cpuMsOf } from '../../cpu-time.ts';
import { breachText } from '../../fixtures/breach-text.ts';

const tag = 'azureml_modelmonitor_threshold_breached';
const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');

function modelNamed(name: string, edit = (text: string) => text): PinnedModel {
  const parsed = parseModelFile('m.yaml', edit(sample.replace('model: spam-filter', `model: ${name}`)));
  if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.model;
}

const models = new Map(['spam-filter', 'credit'].map((name) => [name, modelNamed(name)] as const));

const event = (file: string) => {
  const [raw] = JSON.parse(readFileSync(`test/fixtures/payloads/${file}.json`, 'utf8')) as [unknown];
  return readEvent(raw)!;
};

describe('readBreach', () => {
  it('reads the rows, however Python had to quote them', () => {
    const rows = ["it\\'s", 'say \\\\"hi\\\\"', 'caf\\\\u00e9'].map(
      (group) =>
        `{"metric_value": 1, "metric_name": "NullValueRate", "threshold_value": 0, "group": "${group}"}`,
    );
    const breach = readBreach({ [tag]: breachText('spam-filter_drift', rows) });
    expect(breach?.features.map(({ group }) => group)).toEqual(["it's", 'say "hi"', 'café']);
  });

  it("falls back to the signal's name where rows are broken, and says that their number is not known", () => {
    expect(
      readBreach({ [tag]: breachText('spam-filter_drift', ['{"metric_value": NaN', '{"a{b": 1}']) }),
    ).toEqual({
      monitorSignal: 'spam-filter_drift',
      features: [],
      featureCount: 0,
      summary:
        'Monitor signal spam-filter_drift found an unstated number of features beyond their thresholds.',
    });
  });

  it('keeps twenty rows and counts them all', () => {
    const row = '{"metric_value": 1, "metric_name": "N", "threshold_value": 0, "group": "g"}';
    const breach = readBreach({ [tag]: breachText('spam-filter_drift', Array(50).fill(row)) });
    expect([breach?.features.length, breach?.featureCount]).toEqual([20, 50]);
  });

  it('has nothing to say of other tags and other texts', () => {
    for (const tags of [undefined, null, [], {}, { [tag]: '' }, { [tag]: 'all is well' }, { [tag]: 7 }]) {
      expect(readBreach(tags)).toBeNull();
    }
  });

  it('takes time in proportion to hostile text', async () => {
    const spent = await cpuMsOf(() => {
      readBreach({ [tag]: `${breachText('s')}${'{"'.repeat(500_000)}` });
      readBreach({ [tag]: "The signal '".repeat(100_000) });
    });
    expect(spent).toBeLessThan(2000);
  });

  it('gives small evidence, whatever the text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(fc.dictionary(fc.constantFrom('metric_name', 'metric_value', 'group', 'x'), fc.anything()))
        .map((rows) =>
          breachText(
            'spam-filter_x',
            rows.map((row) => JSON.stringify(row) ?? ''),
          ),
        ),
    );
    fc.assert(
      fc.property(text, (value) => {
        const breach = readBreach({ [tag.toUpperCase()]: value });
        expect(JSON.stringify(breach).length).toBeLessThan(40_000);
      }),
    );
  });
});

describe('a breach in an event', () => {
  it.each(['eventgrid', 'cloudevents', 'pascal.eventgrid'])('of form %s becomes the same signal', (form) => {
    const [fact] = parseWorkspaceEvent(event(`aml-run-status-changed.monitor-breach.${form}`), models);
    expect(fact).toEqual({
      type: 'signal',
      pinned: models.get('credit'),
      signal: {
        id: 'drift:credit:5b0d3c2e-2f0c-4b55-9d3a-1d0a5b7a9c11',
        model: 'credit',
        kind: 'drift',
        observedAt: '2026-11-20T18:41:00.958Z',
        source: 'event-grid',
        summary:
          'Monitor signal credit_card_fraud_monitor_data_drift found 2 features beyond their thresholds.',
        cause: 'drift:credit_card_fraud_monitor_data_drift',
        evidence: {
          monitorRun: '5b0d3c2e-2f0c-4b55-9d3a-1d0a5b7a9c11',
          monitorSignal: 'credit_card_fraud_monitor_data_drift',
          featureCount: 2,
          features: [
            {
              metric_name: 'JensenShannonDistance',
              metric_value: 0.42,
              threshold_value: 0.01,
              group: 'LIMIT_BAL',
            },
            { metric_name: 'JensenShannonDistance', metric_value: 0.13, threshold_value: 0.01, group: 'AGE' },
          ],
        },
      },
    });
  });

  it('is none of a model that does not listen, or that no file describes', () => {
    const breach = event('aml-run-status-changed.monitor-breach.eventgrid');
    const deaf = modelNamed('credit', (text) => text.replace('drift: true', 'drift: false'));
    expect(parseWorkspaceEvent(breach, new Map([['credit', deaf]]))).toMatchObject([
      { type: 'ignored', why: 'credit does not listen to drift' },
    ]);
    expect(parseWorkspaceEvent(breach, new Map())).toMatchObject([
      { type: 'ignored', why: 'no model file matches monitor signal credit_card_fraud_monitor_data_drift' },
    ]);
  });
});

describe('the end of a run', () => {
  const ended = (type: string, data: object) =>
    parseWorkspaceEvent(
      readEvent({
        id: 'e',
        eventType: `Microsoft.MachineLearningServices.${type}`,
        data: { runId: 'mon-1', experimentName: 'spam-filter_daily', ...data },
      })!,
      models,
    );
  const completed = { type: 'monitor-completed', run: { model: 'spam-filter', runId: 'mon-1' } };

  it('in the experiment of a monitor is looked at, in either event and any casing', () => {
    expect(ended('RunCompleted', { runType: null })).toContainEqual(completed);
    expect(ended('RunStatusChanged', { runStatus: 'completed' })).toContainEqual(completed);
    expect(
      ended('RunStatusChanged', { RunStatus: 'Completed', RunType: 'azureml.PipelineRun' }),
    ).toContainEqual(completed);
  });

  it('is not, where it failed, is a step, or belongs to no monitor', () => {
    const none = [
      ended('RunStatusChanged', { runStatus: 'Failed' }),
      ended('RunStatusChanged', { runStatus: 'Running' }),
      ended('RunCompleted', { runType: 'azureml.StepRun' }),
      ended('RunCompleted', { experimentName: 'spam-filtering' }),
      ended('RunCompleted', { experimentName: undefined }),
    ];
    expect(none.flat().filter(({ type }) => type === 'monitor-completed')).toEqual([]);
  });
});

describe('DatasetDriftDetected', () => {
  it.each(['eventgrid', 'cloudevents'])(
    'in schema %s is a signal that says it was not confirmed',
    (schema) => {
      const detected = event(`aml-dataset-drift-detected.${schema}`);
      const [none] = parseWorkspaceEvent(detected, models);
      expect(none).toMatchObject({
        type: 'ignored',
        why: 'no model file matches dataset monitor myDriftMonitor',
      });
      const named = { ...detected, data: { ...detected.data, DataDriftName: 'spam-filter_weekly' } };
      expect(parseWorkspaceEvent(named, models)).toEqual([
        {
          type: 'signal',
          pinned: models.get('spam-filter'),
          signal: {
            id: 'drift:spam-filter:01d29aa4-e6a4-470a-9ef3-66660d21f8ef_1571590300380',
            model: 'spam-filter',
            kind: 'drift',
            observedAt: '2026-11-20T18:41:00.958Z',
            source: 'event-grid',
            summary: 'Dataset monitor spam-filter_weekly found drift of 0.8350.',
            cause: 'drift:spam-filter_weekly',
            evidence: {
              datasetMonitor: 'spam-filter_weekly',
              driftCoefficient: 0.8350349068479208,
              baseDataset: '3c56d136-0f64-4657-a0e8-5162089a88a3',
              targetDataset: 'd7e74d2e-c972-4266-b5fb-6c9c182d2a74',
              from: '2019-07-04T00:00:00+00:00',
              to: '2019-07-05T00:00:00+00:00',
              confirmed: false,
            },
          },
        },
      ]);
    },
  );
});

describe('findRecovered', () => {
  const at = (hour: number) => `2026-03-01T${String(hour).padStart(2, '0')}:00:00.000Z`;
  const run = (runId: string, hour: number, breached?: string): MonitorRun => ({
    runId,
    status: 'FINISHED',
    startedAt: at(hour),
    endedAt: at(hour + 1),
    tags: breached === undefined ? {} : { [tag]: breachText(breached) },
  });
  const root = run('root', 10);
  const [drift, quality] = ['spam-filter_drift', 'spam-filter_quality'];

  it('names what was breached before and is not any more', () => {
    const found = findRecovered(
      { root, steps: [run('s', 11, quality)], experiment: [run('a', 1, drift), run('b', 2, quality)] },
      models,
    );
    expect(found).toMatchObject([{ type: 'recovery', pinned: models.get('spam-filter') }]);
    expect(found.map(({ recovery }) => recovery)).toEqual([
      {
        id: 'recovery:spam-filter:drift:spam-filter_drift:root',
        model: 'spam-filter',
        cause: 'drift:spam-filter_drift',
        observedAt: at(11),
        source: 'workspace',
        summary:
          'Monitor run root came to its end, and signal spam-filter_drift breached no threshold in it.',
      },
    ]);
  });

  it('is not misled by events that come late: a later breach stands', () => {
    const experiment = [run('later', 12, drift), run('earlier', 1, drift)];
    expect(findRecovered({ root, steps: [run('s', 11)], experiment }, models)).toEqual([]);
  });

  it.each([
    ['the monitor failed', { ...root, status: 'FAILED' }, [run('s', 11)]],
    ['a step failed', root, [run('s', 11), { ...run('t', 11), status: 'FAILED' }]],
    ['no step is known', root, []],
    ['its beginning is not known', { ...root, startedAt: null }, [run('s', 11)]],
  ])('finds nothing where %s', (_why, itsRoot, steps) => {
    expect(findRecovered({ root: itsRoot, steps, experiment: [run('a', 1, drift)] }, models)).toEqual([]);
  });

  it('finds nothing for a model that is not described, or does not listen', () => {
    const runs = {
      root,
      steps: [run('s', 11)],
      experiment: [run('a', 1, 'other_drift'), run('b', 1, drift)],
    };
    const deaf = modelNamed('spam-filter', (text) => text.replace('drift: true', 'drift: false'));
    expect(findRecovered(runs, new Map([['spam-filter', deaf]]))).toEqual([]);
  });

  it('tells of the run itself where it is whole, and somebody misses such runs', () => {
    const missed = '\ntriggers:\n  absences: [{ name: unwatched, of: drift, for: P2D }]\n';
    const missing = modelNamed('spam-filter', (text) => text.replace('\ntriggers:\n', missed));
    const known = new Map([['spam-filter', missing]]);
    const steps = [run('s', 11, drift)];
    const found = (of: MonitorRun, models_ = known) =>
      findWholeRun({ root: of, steps, experiment: [] }, 'spam-filter', models_)?.recovery;
    expect(found(root)).toMatchObject({
      ...{ id: 'recovery:spam-filter:drift:root', cause: 'drift', observedAt: at(11) },
      summary: 'Monitor run root came to its end.',
    });
    expect(found({ ...root, status: 'FAILED' })).toBeUndefined();
    expect(found(root, models)).toBeUndefined();
  });
});
