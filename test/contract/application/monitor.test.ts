import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { localCloud } from '../../../local/cloud-context.ts';
import { recoveryInstanceId } from '../../../shared/dispatch/offer-recovery.ts';
import { createWiring } from '../../../shared/wiring.ts';
import { breachText } from '../../fixtures/breach-text.ts';
import { type Asked, missing, openTaskHub, type TaskHub } from '../../fixtures/task-hub.ts';
import { until } from '../../until.ts';
import { type LocalServices, startServices, temporaryFolder } from './local-services.ts';
import { loadSteps, type RunStep } from './run-steps.ts';

const breachTag = 'azureml_modelmonitor_threshold_breached';
const at = [localCloud.resourceGroup, localCloud.workspace] as const;

let services: LocalServices;
let hub: TaskHub;
let step: RunStep;
let settings: Readonly<Record<string, string>>;
const started: Asked[] = [];

beforeAll(async () => {
  const home = temporaryFolder();
  services = await startServices(home);
  const models = join(home, 'models');
  mkdirSync(models);
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  writeFileSync(join(models, 'spam-filter.yaml'), sample);
  const missed = '\ntriggers:\n  absences: [{ name: unwatched, of: drift, for: P2D }]\n';
  const file = sample.replace('model: spam-filter', 'model: missed').replace('\ntriggers:\n', missed);
  writeFileSync(join(models, 'missed.yaml'), file);
  hub = await openTaskHub((asked) => {
    if (asked.method === 'GET') return missing;
    started.push(asked);
    return [202, { id: 'started' }];
  });
  settings = { ...services.settings, RATCHET_MODELS_DIR: models };
  step = await loadSteps(settings, hub.context);
});
afterAll(() => hub.close());
beforeEach(() => {
  started.length = 0;
});

/** A run of a monitor, from beginning to end: a real job that does next to nothing. */
async function run(name: string, experimentName: string, tags: Record<string, string> = {}) {
  await services.ml.jobs.createOrUpdate(...at, name, {
    properties: {
      jobType: 'Command',
      command: 'node -v',
      environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
      experimentName,
      tags,
    },
  });
  await until(async () => {
    const { properties } = await services.ml.jobs.get(...at, name);
    expect(properties.status).toBe('Completed');
  });
}

/** A monitor's run with two steps, of which the second found the breaches given. */
async function monitorRun(root: string, experiment: string, breached: string | null): Promise<void> {
  await run(root, experiment);
  const ofRoot = { 'mlflow.rootRunId': root, 'mlflow.parentRunId': root };
  await run(`${root}-compute`, experiment, ofRoot);
  const breach = breached === null ? {} : { [breachTag]: breachText(breached) };
  await run(`${root}-evaluate`, experiment, { ...ofRoot, ...breach });
}

describe('reading the run of a monitor', () => {
  it('tells what the workspace has of it', async () => {
    await monitorRun('told', 'spam-filter_told', 'spam-filter_told_data_drift');
    const read = await step('read-monitor-run', { runId: 'told-evaluate' });
    const { runs } = await findExperiment('told');
    expect(read).toEqual({
      status: 'FINISHED',
      experimentId: runs[0]!.experimentId,
      rootRun: 'told',
      startedAt: expect.stringMatching(/^20.*Z$/),
      endedAt: expect.stringMatching(/^20.*Z$/),
      breach: {
        monitorSignal: 'spam-filter_told_data_drift',
        summary: 'Monitor signal spam-filter_told_data_drift found 2 features beyond their thresholds.',
        featureCount: 2,
        features: [
          {
            metric_name: 'JensenShannonDistance',
            metric_value: 0.42,
            threshold_value: 0.01,
            group: 'length',
          },
          { metric_name: 'JensenShannonDistance', metric_value: 0.13, threshold_value: 0.01, group: 'hour' },
        ],
      },
    });
    expect(await step('read-monitor-run', { runId: 'told-compute' })).toMatchObject({ breach: null });
  });

  it('answers with nothing for a run that the workspace does not know', async () => {
    expect(await step('read-monitor-run', { runId: 'nowhere' })).toBeNull();
  });

  it('fails while the workspace is away, so that it is tried again', async () => {
    const away = createWiring({ ...settings, RATCHET_ARM_ENDPOINT: 'https://127.0.0.1:1' });
    const tracking = await away.runsMetrics();
    await expect(tracking.findRun('told-evaluate')).rejects.toMatchObject({
      code: 'azure-unavailable',
      retryable: true,
    });
  });
});

describe('searching the runs of an experiment', () => {
  it('pages through all of them, latest first, and keeps to the limit', async () => {
    for (const name of ['page-1', 'page-2', 'page-3']) await run(name, 'paged');
    const tracking = await createWiring(settings).runsMetrics();
    const { experimentId } = (await tracking.findRun('page-1'))!;
    const search = (limit: number, filter = '') =>
      tracking.searchRuns({ experimentId, filter, limit, pageSize: 1 });
    const ids = async (limit: number) => (await search(limit)).map(({ runId }) => runId);
    expect(await ids(10)).toEqual(['page-3', 'page-2', 'page-1']);
    expect(await ids(2)).toEqual(['page-3', 'page-2']);
    expect(await search(10, "tags.mlflow.rootRunId = 'page-2'")).toMatchObject([{ runId: 'page-2' }]);
    await expect(search(10, 'nonsense')).rejects.toMatchObject({
      code: 'azure-refused',
      message: expect.stringMatching(
        /^searching the runs of experiment .*: Azure answered 400 .*Invalid clause/,
      ),
    });
  });
});

describe('a monitor that came to its end', () => {
  const offer = (runId: string) => step('offer-recoveries', { model: 'spam-filter', runId });

  it('offers a recovery for what an earlier run breached and this one did not', async () => {
    await monitorRun('mon-1', 'spam-filter_daily', 'spam-filter_daily_data_drift');
    await monitorRun('mon-2', 'spam-filter_daily', 'spam-filter_daily_quality');
    await monitorRun('mon-3', 'spam-filter_daily', null);
    const id = (signal: string, root: string) =>
      `recovery:spam-filter:drift:spam-filter_daily_${signal}:${root}`;

    expect(await offer('mon-1')).toEqual({ recoveries: [] });
    expect(await offer('mon-2')).toEqual({ recoveries: [id('data_drift', 'mon-2')] });
    started.length = 0;
    const { recoveries } = await offer('mon-3');
    expect([...recoveries].sort()).toEqual([id('data_drift', 'mon-3'), id('quality', 'mon-3')]);
    expect(started.map(({ path }) => path).sort()).toEqual(
      recoveries.map((each) => `/durabletask/orchestrators/take-recovery/${recoveryInstanceId(each)}`).sort(),
    );
    expect(started[0]!.body).toMatchObject({
      recovery: {
        model: 'spam-filter',
        cause: expect.stringMatching(/^drift:spam-filter_daily_/),
        observedAt: expect.stringMatching(/Z$/),
      },
      pinned: { config: { model: 'spam-filter' } },
    });
  });

  it('offers nothing for a step, for a run without steps, or one the workspace does not know', async () => {
    await monitorRun('once-1', 'spam-filter_once', 'spam-filter_once_drift');
    await run('alone', 'spam-filter_once');
    expect(await offer('once-1-compute')).toEqual({ recoveries: [] });
    expect(await offer('alone')).toEqual({ recoveries: [] });
    expect(await offer('nowhere')).toEqual({ recoveries: [] });
    expect(started).toEqual([]);
  });
});

describe('a monitor whose runs are missed', () => {
  it('has come with each whole run, whatever that found', async () => {
    await monitorRun('came', 'missed_daily', null);
    const offer = (runId: string) => step('offer-recoveries', { model: 'missed', runId });
    expect(await offer('came')).toEqual({ recoveries: [] });
    expect(started.map(({ body }) => body)).toMatchObject([
      {
        recovery: {
          id: 'recovery:missed:drift:came',
          cause: 'drift',
          observedAt: expect.stringMatching(/Z$/),
        },
      },
    ]);
    const ledger = await createWiring(settings).ledger();
    const { items } = await ledger.checks.list({ model: 'missed', limit: 5 });
    expect(items).toMatchObject([{ rule: 'drift', kind: 'drift', verdict: 'fine', window: 'came' }]);
  });
});

async function findExperiment(runId: string) {
  const tracking = await createWiring(settings).runsMetrics();
  const { experimentId } = (await tracking.findRun(runId))!;
  return { runs: await tracking.searchRuns({ experimentId, filter: '', limit: 10 }) };
}
