import { describe, expect, it } from 'vitest';
import { historyError } from '../../../local/azure-ml/job-faults.ts';
import { classifyFailure, readJobError } from '../../../shared/azure/classify-failure.ts';
import { explainFailure } from '../../../shared/azure/explain-failure.ts';
import { RatchetError } from '../../../shared/errors.ts';

const root = (code: string, message: string, innerError: object | null = null) => ({
  error: { code, severity: null, message, details: [], innerError, debugInfo: null },
  correlation: {},
  componentName: 'globaljobdispatcher',
});
const kindOf = (raw: unknown) => {
  const error = readJobError(raw);
  return error && classifyFailure(error);
};

describe('a failure', () => {
  it.each([
    ['preempted', root('UserError', 'AzureMLCompute job failed.\nPreemptionError: the node is gone')],
    ['code', root('UserError', 'AzureMLCompute job failed.\nJobFailed: the script ended with exit code 1')],
    [
      'code',
      root(
        'UserError',
        '{"NonCompliant":"Execution failed. User process \'python\' exited with status code 1."}',
      ),
    ],
    ['code', root('UserError', 'something', { code: 'BadArgument', innerError: { code: 'NotKnownHere' } })],
    ['code', root('ValidationError', 'no such file')],
    [
      'capacity',
      root(
        'UserError',
        'Job submission to AzureML Compute encountered an Exception with status code JobNodeCountExceedsCoreQuota, too few cores',
      ),
    ],
    ['capacity', root('UserError', 'x', { code: 'ClusterMinNodesExceedCoreQuota', innerError: null })],
    [
      'capacity',
      root('ServiceError', 'x', { code: 'ComputeError', innerError: { code: 'ZonalAllocationFailed' } }),
    ],
    ['throttled', root('RequestThrottled', 'slow down')],
    ['throttled', root('UserError', 'x', { code: 'ScriptExecution.StreamAccess.Throttling' })],
    [
      'platform',
      root('ServiceError', 'AzureMLCompute job failed.\nOrchestrateJobError: the container did not start'),
    ],
    ['platform', root('TransientError', 'x')],
    ['platform', { Error: { Code: 'ServiceError', Message: 'x', InnerError: null } }],
    [undefined, root('SomethingNew', 'AzureMLCompute job failed.\nAlsoNew: x')],
    [undefined, { error: { message: 'no code' } }],
  ])('is %s', (kind, raw) => {
    expect(kindOf(raw)).toBe(kind);
  });

  it.each([null, undefined, {}, 'text', { error: null }])('is not read from %j', (raw) => {
    expect(readJobError(raw)).toBeNull();
  });

  it('of the code is not taken for another by what the code has printed', () => {
    const printed =
      'the script said:\nPreemptionError: I give up\nstatus code JobNodeCountExceedsCoreQuota, ha';
    expect(
      kindOf(
        root('UserError', `Execution failed. User process 'python' exited with status code 1. ${printed}`),
      ),
    ).toBe('code');
    expect(kindOf(root('UserError', `AzureMLCompute job failed.\nJobFailed: ${printed}`))).toBe('code');
  });

  it.each([
    ['PreemptionError', 'preempted'],
    ['JobNodeCountExceedsCoreQuota', 'capacity'],
    ['RequestThrottled', 'throttled'],
    ['ServiceError', 'platform'],
    ['SystemError', 'platform'],
    ['ExecutionFailed', 'code'],
    ['JobTimeout', 'code'],
    ['ProgramNotStarted', 'code'],
    ['InputNotFound', 'code'],
    ['CodeNotFound', 'code'],
    ['OutputMissing', 'code'],
    ['OutputRefused', 'code'],
  ])('with code %s in the local workspace is %s', (code, kind) => {
    expect(kindOf(historyError({ code, message: 'why' }))).toBe(kind);
  });
});

describe('explaining a failure', () => {
  const job = { jobName: 'm-20260301-1f-train', status: 'Failed', ended: true, error: 'see `ratchet logs`' };
  const logs = (errorOf: () => Promise<ReturnType<typeof readJobError>>) => async () => ({ errorOf });
  const away = (statusCode: number) =>
    new RatchetError('azure-unavailable', 'away', { cause: Object.assign(new Error('x'), { statusCode }) });

  it('tells its kind and what the workspace says, without secrets', async () => {
    const error = { codes: ['UserError', 'PreemptionError'], message: 'password=hunter2hunter2' };
    const explained = await explainFailure(
      job,
      logs(async () => error),
    );
    expect(explained).toEqual({
      ...job,
      kind: 'preempted',
      error: 'see `ratchet logs m-20260301-1f --phase train`. password=***',
    });
  });

  it.each(['Canceled', 'Completed', 'Running'])('asks nothing of a job that is %s', async (status) => {
    const ask = logs(async () => Promise.reject(new Error('asked')));
    expect(await explainFailure({ ...job, status }, ask)).toEqual({ ...job, status });
  });

  it('waits for a history that is away, and does without one that may not be read', async () => {
    await expect(
      explainFailure(
        job,
        logs(async () => Promise.reject(away(503))),
      ),
    ).rejects.toThrow('away');
    expect(
      await explainFailure(
        job,
        logs(async () => Promise.reject(away(403))),
      ),
    ).toEqual(job);
    expect(
      await explainFailure(
        job,
        logs(async () => null),
      ),
    ).toEqual(job);
  });
});
