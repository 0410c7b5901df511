import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AutomlStepSchema } from '../../../local/azure-ml/automl/definition.ts';
import { noDetails } from '../../../local/azure-ml/details.ts';
import { AutomlRunner } from '../../../local/azure-ml/job-runner/automl.ts';
import { openWorkspace } from '../../../local/azure-ml/store/database.ts';
import { JobStore } from '../../../local/azure-ml/store/jobs.ts';
import { TrackingStore } from '../../../local/azure-ml/store/tracking.ts';

const step = AutomlStepSchema.parse({
  ...{ type: 'automl', task: 'classification', primary_metric: 'accuracy', target_column_name: 'y' },
  training_data: '${{parent.inputs.table}}',
  limits: { max_trials: 3, max_concurrent_trials: 2, timeout_minutes: 15 },
});
const definition = {
  ...{ jobType: 'AutoML' as const, experimentName: 'tests', step },
  inputs: { training_data: { jobInputType: 'mltable' as const, uri: 'azureml://datastores/d/paths/table/' } },
  outputs: { best_model: { jobOutputType: 'mlflow_model' as const, uri: 'azureml://datastores/d/paths/m/' } },
};

describe('the runner of AutoML jobs', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  function open() {
    const database = openWorkspace(join(mkdtempSync(join(tmpdir(), 'ratchet-automl-')), 'workspace.db'));
    const jobs = new JobStore(database, { put: () => {}, drain: () => {} } as never, () => Date.now());
    const begun: string[] = [];
    const runner = new AutomlRunner({
      ...{ jobs, tracking: new TrackingStore(database), blobs: {} as never, locator: {} as never },
      cloud: { home: '/nowhere', work: { begin: () => () => {} } as never },
      runner: {
        submit: (name) => void begun.push(name),
        cancel: (name) => jobs.finish(name, 'Canceled'),
      },
    });
    jobs.whenEnded = (job) => runner.ended(job);
    jobs.add('a', definition, noDetails);
    runner.submit('a');
    return { jobs, begun, runner };
  }

  it('begins with the setup, and then with as many trials at once as the job says', () => {
    const { jobs, begun } = open();
    expect(begun).toEqual(['a_setup']);
    jobs.finish('a_setup', 'Completed');
    expect(begun).toEqual(['a_setup', 'a_0', 'a_1']);
    jobs.finish('a_0', 'Failed');
    expect(begun).toEqual(['a_setup', 'a_0', 'a_1', 'a_2']);
    jobs.finish('a_1', 'Failed');
    expect(jobs.find('a')?.status).toBe('Running');
    jobs.finish('a_2', 'Failed');
    expect(jobs.find('a')).toMatchObject({
      status: 'Failed',
      error: { message: 'None of the 3 trials has completed. See their runs.' },
    });
  });

  it('ends the trials that run when its time is over, and begins no other', () => {
    const { jobs, begun } = open();
    jobs.finish('a_setup', 'Completed');
    vi.advanceTimersByTime(14 * 60_000);
    expect(jobs.find('a_0')?.status).toBe('NotStarted');
    vi.advanceTimersByTime(60_000);
    expect([jobs.find('a_0')?.status, jobs.find('a_1')?.status]).toEqual(['Canceled', 'Canceled']);
    expect(begun).toEqual(['a_setup', 'a_0', 'a_1']);
    expect(jobs.find('a')?.status).toBe('Failed');
  });

  it('fails with what its setup says, and goes on with nothing', () => {
    const { jobs, begun } = open();
    jobs.finish('a_setup', 'Failed', { code: 'ExecutionFailed', message: 'no such column' });
    expect(jobs.find('a')).toMatchObject({ status: 'Failed', error: { message: 'no such column' } });
    expect(begun).toEqual(['a_setup']);
  });

  it('is cancelled with what runs of it', () => {
    const { jobs, runner } = open();
    jobs.finish('a_setup', 'Completed');
    expect(runner.cancel('a')).toBe(true);
    expect([jobs.find('a')?.status, jobs.find('a_1')?.status]).toEqual(['Canceled', 'Canceled']);
  });
});
