import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { untilSeen } from '../../until.ts';
import { idOf, nodeId, openWorkspace, type Workspace } from './workspace-fixture.ts';
import { putAt, runsBelow, type TrackedRun } from './workspace-requests.ts';

/** Who pays much and complains leaves; `plan` says something of it, `id` nothing. */
const rows = Array.from({ length: 120 }, (_, at) => {
  const [fee, calls] = [20 + ((at * 37) % 60), (at * 13) % 7];
  const left = fee / 10 + calls > 8 ? 'yes' : 'no';
  return {
    id: `c${at}`,
    fee,
    calls,
    plan: fee > 50 ? 'gold' : 'basic',
    weight: 1,
    left,
    spent: fee * 3 + calls,
  };
});
const csv = (all: readonly object[]) =>
  [Object.keys(all[0]!), ...all.map(Object.values)].map((cells) => `${cells.join(',')}\n`).join('');
const mltable = (file: string) =>
  `paths:\n  - file: ./${file}\ntransformations:\n  - read_delimited:\n      delimiter: ','\n      encoding: utf8\n`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.upload({
    'tables/churn/MLTable': mltable('rows.csv'),
    'tables/churn/rows.csv': csv(rows),
    'tables/parquet/MLTable': 'paths:\n  - file: ./rows.parquet\ntransformations:\n  - read_parquet\n',
    'tables/outside/MLTable': mltable('../../../../../../etc/hostname'),
    'tables/one-class/MLTable': mltable('rows.csv'),
    'tables/one-class/rows.csv': csv(rows.filter(({ left }) => left === 'no')),
  });
  await workspace.addCode('prepare', {
    'prepare.js': `
      const { copyFileSync, readdirSync } = require('node:fs');
      const [, , from, to] = process.argv;
      for (const name of readdirSync(from)) copyFileSync(from + '/' + name, to + '/' + name);
    `,
  });
  const componentSpec = {
    ...{
      name: 'prepare',
      version: '1',
      type: 'command',
      command: 'node prepare.js ${{inputs.from}} ${{outputs.table}}',
    },
    ...{ code: `azureml:${idOf('codes', 'prepare')}`, environment: `azureml:${nodeId}` },
    inputs: { from: { type: 'uri_folder' } },
    outputs: { table: { type: 'mltable' } },
  };
  expect(await put('components/prepare/versions/1', { componentSpec })).toMatchObject({ status: 201 });
});
afterAll(() => workspace.close());

const put = (path: string, properties: object) => putAt(workspace, path, properties);

const node = (more: object = {}) => ({
  type: 'automl',
  name: 'automl',
  task: 'classification',
  primary_metric: 'auc_weighted',
  target_column_name: 'left',
  training_data: '${{parent.inputs.table}}',
  limits: { max_trials: 3, max_concurrent_trials: 2, trial_timeout_minutes: 5, timeout_minutes: 30 },
  training: { enable_vote_ensemble: false, enable_stack_ensemble: false },
  n_cross_validations: 3,
  log_verbosity: 'info',
  outputs: { best_model: { type: 'literal', value: '${{parent.outputs.model}}' } },
  tags: { ratchetStep: 'automl' },
  ...more,
});

const pipeline = (name: string, automl: object = node(), jobs: object = {}, table = 'churn') => ({
  jobType: 'Pipeline',
  experimentName: 'tests',
  computeId: `${localCloud.workspaceId}/computes/cpu`,
  inputs: {
    table: { jobInputType: 'mltable', uri: `azureml://datastores/workspaceblobstore/paths/tables/${table}/` },
    folder: {
      jobInputType: 'uri_folder',
      uri: 'azureml://datastores/workspaceblobstore/paths/tables/churn/',
    },
  },
  outputs: {
    model: {
      jobOutputType: 'mlflow_model',
      uri: `azureml://datastores/workspaceblobstore/paths/models/${name}/`,
    },
  },
  jobs: { ...jobs, automl },
});

const submit = async (
  name: string,
  ...more: Parameters<typeof pipeline> extends [string, ...infer Rest] ? Rest : never
) => expect(await put(`jobs/${name}`, pipeline(name, ...more)), name).toMatchObject({ status: 201 });

const childrenOf = (name: string) => runsBelow(workspace, name);

const tagsOf = ({ data }: TrackedRun): Record<string, string> =>
  Object.fromEntries(data.tags.map(({ key, value }) => [key, value]));

async function automlRunOf(pipelineName: string): Promise<TrackedRun> {
  return (await childrenOf(pipelineName)).find((run) => tagsOf(run)['ratchetStep'] === 'automl')!;
}

const model = async (name: string) => JSON.parse(await workspace.read(`models/${name}/model.json`));
const partsOf = async (name: string) => childrenOf((await automlRunOf(name)).info.run_id);
const errorOf = async (name: string) => {
  const { json } = await workspace.fetch(
    `${localCloud.workspaceId}/jobs/${(await automlRunOf(name)).info.run_id}?api-version=2024-04-01`,
  );
  return String(json.properties.properties['errorMessage']);
};

describe('an AutoML job in a pipeline', () => {
  it('tries models on the table that a step before it has written, and leaves the best where the pipeline says', async () => {
    const prepare = {
      type: 'command',
      componentId: `${localCloud.workspaceId}/components/prepare/versions/1`,
      inputs: { from: { job_input_type: 'literal', value: '${{parent.inputs.folder}}' } },
      outputs: { table: { job_output_type: 'mltable' } },
    };
    const reads = node({ training_data: '${{parent.jobs.prepare.outputs.table}}' });
    const properties = pipeline('whole', reads, { prepare });
    expect(await put('jobs/whole', properties)).toMatchObject({ status: 201 });
    expect((await workspace.untilEnded('whole')).status).toBe('Completed');

    const automl = await automlRunOf('whole');
    const {
      automl_best_child_run_id: best = '',
      iteration_000,
      run_algorithm_000,
      score_000,
    } = tagsOf(automl);
    expect([iteration_000, run_algorithm_000]).toEqual([
      '0;1;2',
      'LogisticRegression;DecisionTree;BernoulliNaiveBayes',
    ]);
    const scores = score_000!.split(';').map(Number);
    expect(best).toBe(`${automl.info.run_id}_${scores.indexOf(Math.max(...scores))}`);
    expect(Math.max(...scores)).toBeGreaterThan(0.9);
    const parts = await partsOf('whole');
    expect(parts.map(({ info }) => info.run_id.slice(automl.info.run_id.length))).toEqual([
      '_0',
      '_1',
      '_2',
      '_setup',
    ]);
    expect(parts[0]?.data.metrics).toEqual([
      expect.objectContaining({ key: 'AUC_weighted', value: scores[0] }),
    ]);
    expect(await workspace.read('models/whole/MLmodel')).toContain('loader_module: ratchet_local_automl');
    expect(await model('whole')).toMatchObject({
      task: 'classification',
      target: 'left',
      labels: ['no', 'yes'],
    });
    const { features } = await model('whole');
    expect((features as { column: string }[]).map(({ column }) => column)).not.toContain('id');
  });

  it('leaves a model that its own Python opens, with the labels and chances that were learned', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ratchet-automl-'));
    for (const file of ['model.json', 'code/ratchet_local_automl.py'])
      writeFileSync(join(folder, file.replace('code/', '')), await workspace.read(`models/whole/${file}`));
    const program = [
      'import json, sys, ratchet_local_automl as m',
      'model = m._load_pyfunc(sys.argv[1])',
      'rows = json.loads(sys.argv[2])',
      'print(json.dumps([model.predict(rows), model.predict_proba(rows)]))',
    ].join('\n');
    const args = ['-c', program, join(folder, 'model.json'), JSON.stringify(rows)];
    const [labels, chances] = JSON.parse(String(execFileSync('python3', args, { cwd: folder })));
    rmSync(folder, { recursive: true });
    const right = rows.filter(({ left }, at) => labels[at] === left).length;
    expect(right / rows.length).toBeGreaterThan(0.85);
    for (const [no, yes] of chances as number[][]) expect(no! + yes!).toBeCloseTo(1, 9);
  });

  it('says in the log of its setup what is in the table, and what does not run here', async () => {
    const training = { allowed_training_algorithms: ['light_gbm', 'decision_tree'] };
    await submit('says', node({ training, limits: { max_trials: 1, timeout_minutes: 30 } }));
    await workspace.untilEnded('says');
    const setup = (await partsOf('says')).find(({ info }) => info.run_id.endsWith('_setup'))!;
    const { json } = await workspace.fetch(
      `${localCloud.workspaceId}/jobs/${setup.info.run_id}?api-version=2024-04-01`,
    );
    const log = await workspace.fetch(String(json.properties.services.Studio.endpoint), { token: null });
    expect(log.text).toContain('120 rows');
    expect(log.text).toContain('left out: id (too many values)');
    expect(log.text).toContain('not available on this machine: light_gbm');
    expect(log.text).toContain('ensembles are not built on this machine');
    expect(tagsOf(await automlRunOf('says'))).toMatchObject({ run_algorithm_000: 'DecisionTree' });
  });

  it('learns numbers, and takes the trial with the least error', async () => {
    const regression = {
      ...{ task: 'regression', target_column_name: 'spent', weight_column_name: 'weight' },
      primary_metric: 'normalized_root_mean_squared_error',
    };
    await submit(
      'numbers',
      node({ ...regression, n_cross_validations: undefined, validation_data_size: 0.25 }),
    );
    expect((await workspace.untilEnded('numbers')).status).toBe('Completed');
    const { score_000 = '', automl_best_child_run_id = '' } = tagsOf(await automlRunOf('numbers'));
    const scores = score_000.split(';').map(Number);
    expect(automl_best_child_run_id.endsWith(`_${scores.indexOf(Math.min(...scores))}`)).toBe(true);
    expect(Math.min(...scores)).toBeLessThan(0.1);
    expect(await model('numbers')).toMatchObject({ labels: [], features: expect.any(Array) });
  });

  it('ends where a model is good enough, and tries nothing that is blocked', async () => {
    const limits = { max_trials: 10, max_concurrent_trials: 1, timeout_minutes: 30, exit_score: 0.5 };
    const training = { blocked_training_algorithms: ['logistic_regression'] };
    await submit('enough', node({ limits, training }));
    await workspace.untilEnded('enough');
    expect(tagsOf(await automlRunOf('enough'))).toMatchObject({ run_algorithm_000: 'DecisionTree' });
  });

  it.each([
    [
      'a target that is not there',
      node({ target_column_name: 'gone' }),
      'churn',
      'the table has no column "gone"',
    ],
    ['one class alone', node(), 'one-class', 'left has one class, no'],
    ['a format that is not read here', node(), 'parquet', 'transformations'],
    ['files of another folder', node(), 'outside', 'outside'],
    [
      'texts where features are off',
      node({ featurization: { mode: 'off' } }),
      'churn',
      'featurization is off',
    ],
    [
      'words as numbers',
      node({ task: 'regression', primary_metric: 'r2_score' }),
      'churn',
      'left is not all numbers',
    ],
    [
      'algorithms of which none runs here',
      node({ training: { allowed_training_algorithms: ['light_gbm'] } }),
      'churn',
      'none of the algorithms that are allowed runs on this machine',
    ],
  ])('fails with its setup for %s, and says why', async (what, automl, table, says) => {
    const name = `fails-${what.replaceAll(' ', '-')}`;
    await submit(name, automl, {}, table);
    expect((await workspace.untilEnded(name)).status).toBe('Failed');
    expect(await errorOf(name)).toContain(says);
    expect((await partsOf(name)).map(({ info }) => info.status)).toEqual(['FAILED']);
  });

  it('is cancelled with its parts', async () => {
    await submit(
      'cancelled',
      node({ limits: { max_trials: 26, timeout_minutes: 30, enable_early_termination: false } }),
    );
    await untilSeen(
      async () =>
        ((await childrenOf('cancelled')).length > 0 && (await partsOf('cancelled')).length > 1) || undefined,
    );
    await workspace.cancel('cancelled');
    expect((await workspace.untilEnded('cancelled')).status).toBe('Canceled');
    expect((await automlRunOf('cancelled')).info.status).toBe('KILLED');
    const statuses = (await partsOf('cancelled')).map(({ info }) => info.status);
    expect(statuses.filter((status) => status !== 'FINISHED' && status !== 'KILLED')).toEqual([]);
  });

  it('goes on after the program that ran it was started again', async () => {
    await submit('resumes');
    await untilSeen(
      async () =>
        ((await childrenOf('resumes')).length > 0 && (await partsOf('resumes')).length > 1) || undefined,
    );
    await workspace.restart();
    expect((await workspace.untilEnded('resumes')).status).toBe('Completed');
    expect(await model('resumes')).toHaveProperty('model');
  });
});

describe('an AutoML job in a pipeline is refused', () => {
  it.each([
    [
      'of a task that does not run here',
      node({ task: 'forecasting' }),
      'must be classification or regression',
    ],
    ['without its table', node({ training_data: undefined }), 'training_data'],
    ['with a table that is not there', node({ training_data: '${{parent.inputs.gone}}' }), 'does not exist'],
    [
      'with a folder as its table',
      node({ training_data: '${{parent.inputs.folder}}' }),
      'must be an mltable, and this is uri_folder',
    ],
    [
      'with a metric of another task',
      node({ primary_metric: 'r2_score' }),
      'primary_metric: classification has accuracy',
    ],
    ['with camelCase', node({ primaryMetric: 'accuracy' }), 'primaryMetric'],
    ['with too many trials', node({ limits: { max_trials: 1001 } }), 'limits.max_trials'],
    [
      'with less than a minute for a trial',
      node({ limits: { trial_timeout_minutes: 0 } }),
      'limits.trial_timeout_minutes',
    ],
    ['with parts of a minute', node({ limits: { timeout_minutes: 30.5 } }), 'limits.timeout_minutes'],
    ['with less time than any job has', node({ limits: { timeout_minutes: 14 } }), 'limits.timeout_minutes'],
    ['with one fold', node({ n_cross_validations: 1 }), 'n_cross_validations'],
    [
      'with all rows for measuring',
      node({ n_cross_validations: undefined, validation_data_size: 1 }),
      'validation_data_size',
    ],
    ['with folds and a share', node({ validation_data_size: 0.2 }), 'is given beside n_cross_validations'],
    [
      'with an algorithm of no name',
      node({ training: { allowed_training_algorithms: ['prophet'] } }),
      'found prophet',
    ],
    [
      'with featurization of its own',
      node({ featurization: { mode: 'custom' } }),
      'custom featurization does not run here',
    ],
    [
      'with an output of another name',
      node({ outputs: { model: { type: 'literal', value: '${{parent.outputs.model}}' } } }),
      'outputs',
    ],
    [
      'with an output that is a folder',
      node({ outputs: { best_model: { job_output_type: 'uri_folder' } } }),
      'outputs.best_model',
    ],
    [
      'with a label of a number',
      node({ task: 'regression', primary_metric: 'r2_score', positive_label: 'yes' }),
      'positive_label',
    ],
  ])('%s', async (_what, automl, says) => {
    const answer = await put('jobs/refused', pipeline('refused', automl));
    expect(answer.status).toBe(400);
    expect(answer.json.error.message).toContain(says);
  });

  it('and so is one without machines', async () => {
    const answer = await put('jobs/refused', { ...pipeline('refused'), computeId: undefined });
    expect(answer.json.error.message).toContain('properties.jobs.automl.computeId: missing');
  });

  it('and so is one by itself', async () => {
    const answer = await put('jobs/refused', { ...pipeline('refused'), jobType: 'AutoML' });
    expect(answer.json.error.message).toContain('does not run locally');
  });
});
