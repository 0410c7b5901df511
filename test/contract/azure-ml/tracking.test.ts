import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { idOf, openWorkspace, type Workspace } from './workspace-fixture.ts';

let workspace: Workspace;
let tracking: string;
beforeAll(async () => {
  workspace = await openWorkspace();
  const uri = workspace.azureMl.mlflowTrackingUri.replace(/^azureml:/, 'https:');
  tracking = `${uri}/api/2.0/mlflow`;
  await workspace.addCode('logs', { 'log.js': logScript });
  await workspace.submit('logged', {
    codeId: idOf('codes', 'logs'),
    command: 'node log.js',
    experimentName: 'fraud',
    tags: { team: 'risk' },
  });
  const job = await workspace.untilEnded('logged');
  if (job.status !== 'Completed') throw new Error(job.properties?.['errorMessage'] ?? 'no reason');
});
afterAll(() => workspace.close());

/** A job that logs as an MLflow client does, with what it finds in its environment. */
const logScript = `
  const { MLFLOW_TRACKING_URI: uri, MLFLOW_TRACKING_TOKEN: token, MLFLOW_RUN_ID: run_id } = process.env;
  const post = async (call, body) => {
    const answer = await fetch(uri + '/api/2.0/mlflow/' + call, {
      method: 'POST',
      headers: { authorization: 'Bearer ' + token, 'content-type': 'application/json' },
      body: JSON.stringify({ run_id, ...body }),
    });
    if (!answer.ok) throw new Error(call + ': ' + answer.status + ' ' + (await answer.text()));
  };
  (async () => {
    console.log('logging to', uri);
    await post('runs/log-metric', { key: 'loss', value: 0.9, timestamp: 1000, step: 0 });
    await post('runs/log-metric', { key: 'loss', value: 0.4, timestamp: '2000', step: '1' });
    await post('runs/log-metric', { key: 'broken', value: 'NaN', timestamp: 3000 });
    await post('runs/log-metric', { key: 'huge', value: '-Infinity', timestamp: 3000 });
    await post('runs/log-parameter', { key: 'lr', value: '0.1' });
    await post('runs/set-tag', { key: 'azureml_modelmonitor_threshold_breached', value: 'has failed' });
    await post('runs/log-batch', {
      metrics: [{ key: 'rmse', value: 0.21, timestamp: 4000, step: 0 }],
      params: [{ key: 'depth', value: '3' }],
      tags: [{ key: 'stage', value: 'test' }],
    });
    const { mkdirSync, writeFileSync } = require('node:fs');
    mkdirSync('outputs/plots', { recursive: true });
    writeFileSync('outputs/metrics.json', '{"rmse":0.21}');
    writeFileSync('outputs/plots/roc.svg', '<svg/>');
  })().catch((error) => { console.error(error); process.exit(1); });
`;

const get = (call: string) => workspace.fetch(`${tracking}/${call}`);
const post = (call: string, body: object, token?: string) =>
  workspace.fetch(`${tracking}/${call}`, {
    method: 'POST',
    body: JSON.stringify(body),
    ...(token && { token }),
  });

describe('what a job logs', () => {
  it('is read back from its run, of each metric the last value', async () => {
    const { run } = (await get('runs/get?run_id=logged')).json;
    expect(run.info).toMatchObject({
      run_id: 'logged',
      run_uuid: 'logged',
      status: 'FINISHED',
      lifecycle_stage: 'active',
    });
    expect(run.info.end_time).toBeGreaterThanOrEqual(run.info.start_time);
    expect(run.data.metrics).toEqual([
      { key: 'broken', value: 'NaN', timestamp: 3000, step: 0 },
      { key: 'huge', value: -Number.MAX_VALUE, timestamp: 3000, step: 0 },
      { key: 'loss', value: 0.4, timestamp: 2000, step: 1 },
      { key: 'rmse', value: 0.21, timestamp: 4000, step: 0 },
    ]);
    expect(run.data.params).toEqual([
      { key: 'depth', value: '3' },
      { key: 'lr', value: '0.1' },
    ]);
    expect(run.data.tags).toContainEqual({ key: 'mlflow.rootRunId', value: 'logged' });
    expect(run.data.tags).toContainEqual({ key: 'team', value: 'risk' });
    expect(run.data.tags).toContainEqual({ key: 'stage', value: 'test' });
  });

  it('keeps its history', async () => {
    const history = (await get('metrics/get-history?run_id=logged&metric_key=loss')).json;
    expect(history).toEqual({
      metrics: [
        { key: 'loss', value: 0.9, timestamp: 1000, step: 0 },
        { key: 'loss', value: 0.4, timestamp: 2000, step: 1 },
      ],
      next_page_token: '',
    });
  });

  it('as tags comes with the events that follow', () => {
    const last = workspace.events.findLast((event) => event.subject.endsWith('/runs/logged'));
    expect(last?.data).toMatchObject({
      runTags: { team: 'risk', azureml_modelmonitor_threshold_breached: 'has failed' },
    });
  });
});

describe('searching runs', () => {
  const search = async (body: object) => {
    const { experiment_id } = (await get('experiments/get-by-name?experiment_name=fraud')).json.experiment;
    return post('runs/search', { experiment_ids: [experiment_id], ...body });
  };
  it.each([
    ["tags.team = 'risk'", 1],
    ["tags.`mlflow.rootRunId` = 'logged' and metrics.rmse < 0.3", 1],
    ["params.lr = '0.2'", 0],
    ["metrics.rmse > 0.3 AND tags.team = 'risk'", 0],
    ["attributes.status = 'FINISHED'", 1],
    ["status != 'FINISHED'", 0],
    ["tags.team LIKE 'r%k' AND run_id IN ('logged', 'other')", 1],
    ['', 1],
  ])('%s finds %i', async (filter, count) => {
    expect((await search({ filter })).json.runs).toHaveLength(count);
  });

  it('says what it cannot read', async () => {
    const answer = await search({ filter: "tags.team = 'risk' OR 1" });
    expect(answer.status).toBe(400);
    expect(answer.json.error_code).toBe('INVALID_PARAMETER_VALUE');
  });

  it('pages', async () => {
    await workspace.submit('second', { command: 'node --version', experimentName: 'fraud' });
    const first = (await search({ max_results: 1 })).json;
    expect(first.runs[0].info.run_id).toBe('second');
    const rest = (await search({ max_results: 1, page_token: first.next_page_token })).json;
    expect(rest.runs[0].info.run_id).toBe('logged');
    expect(rest.next_page_token).toBeUndefined();
  });
});

describe('errors', () => {
  it.each([
    ['runs/get?run_id=none', 404, 'RESOURCE_DOES_NOT_EXIST'],
    ['runs/get', 400, 'INVALID_PARAMETER_VALUE'],
    ['experiments/get-by-name?experiment_name=none', 404, 'RESOURCE_DOES_NOT_EXIST'],
  ])('%s is answered with %i', async (call, status, code) => {
    const answer = await get(call);
    expect([answer.status, answer.json.error_code]).toEqual([status, code]);
  });

  it.each([
    ['runs/log-metric', { run_id: 'logged', key: 'x', value: 'much' }],
    ['runs/log-metric', { run_id: 'logged', value: 1 }],
    ['runs/log-parameter', { run_id: 'logged', key: 'lr', value: '0.2' }],
    ['runs/log-batch', { run_id: 'logged', metrics: 'all' }],
  ])('%s %j is refused', async (call, body) => {
    const answer = await post(call, body);
    expect([answer.status, answer.json.error_code]).toEqual([400, 'INVALID_PARAMETER_VALUE']);
  });

  it('nothing of a batch is kept when a part of it is refused', async () => {
    await post('runs/log-batch', {
      run_id: 'logged',
      metrics: [{ key: 'half', value: 1, timestamp: 1 }],
      params: [{ key: 'lr', value: '9' }],
    });
    const { run } = (await get('runs/get?run_id=logged')).json;
    expect(run.data.metrics.map((metric: { key: string }) => metric.key)).not.toContain('half');
  });
});

describe('the token of a job', () => {
  const tokenOf = (job: string, attempt: number) =>
    workspace.identity.issue({ resource: 'https://ml.azure.com', subject: `job:${job}:${attempt}` }).token;

  it('writes to its own run and to no other, and manages nothing', async () => {
    await workspace.untilEnded('second');
    const metric = { key: 'late', value: 1, timestamp: 1 };
    expect(
      (await post('runs/log-metric', { run_id: 'second', ...metric }, tokenOf('second', 1))).status,
    ).toBe(200);
    expect(
      (await post('runs/log-metric', { run_id: 'logged', ...metric }, tokenOf('second', 1))).status,
    ).toBe(403);
    const root = tracking.slice(tracking.indexOf('/subscriptions'), tracking.indexOf('/api/2.0'));
    const jobs = await workspace.fetch(`${root}/jobs?api-version=2022-10-01`, {
      token: tokenOf('second', 1),
    });
    expect(jobs.status).toBe(403);
  });

  it('of an earlier attempt is worth nothing', async () => {
    const metric = { run_id: 'second', key: 'late', value: 1, timestamp: 1 };
    expect((await post('runs/log-metric', metric, tokenOf('second', 0))).status).toBe(401);
  });
});

describe('artifacts', () => {
  const list = async (path: string) => (await get(`artifacts/list?run_id=logged&path=${path}`)).json.files;
  const contentOf = async (path: string) => {
    const root = tracking.replace('/mlflow/v1.0', '/artifact/v2.0').replace('/api/2.0/mlflow', '');
    const { json } = await workspace.fetch(`${root}/artifacts/contentinfo/ExperimentRun/dcid.logged/${path}`);
    return json.contentUri as string;
  };

  it('are the log and what the job left under outputs', async () => {
    expect(await list('')).toEqual([
      { path: 'outputs', is_dir: true },
      { path: 'user_logs', is_dir: true },
    ]);
    expect(await list('outputs')).toEqual([
      { path: 'outputs/metrics.json', is_dir: false, file_size: 13 },
      { path: 'outputs/plots', is_dir: true },
    ]);
  });

  it('are read from the address the service gives, without a token', async () => {
    const stored = await fetch(await contentOf('outputs/metrics.json'));
    expect(await stored.text()).toBe('{"rmse":0.21}');
    const logUri = await contentOf('user_logs/std_log.txt');
    expect((await workspace.fetch(logUri, { token: null })).text).toMatch(/^logging to https:\/\/localhost/);
    expect((await workspace.fetch(`${logUri}x`, { token: null })).status).toBe(401);
  });
});
