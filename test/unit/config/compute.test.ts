/** What a job may say of its machines, its identity, its queue and its assets. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { estimateHours } from '../../../shared/config/estimate.ts';
import { parseModelFile } from '../../../shared/config/load.ts';

const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
const parse = (lines: string, changed = sample) =>
  parseModelFile('m.yaml', changed.replace('training:\n', `training:\n${lines}`));

function problemOf(lines: string, changed = sample): string {
  const parsed = parse(lines, changed);
  return 'problems' in parsed
    ? parsed.problems.map(({ path, message }) => `${path}: ${message}`).join('\n')
    : '';
}

const onServerless = sample.replace(/^ {2}compute: .*$/m, '  compute: serverless');

describe('a job', () => {
  it('may take machines, processes, an identity and tags', () => {
    const lines = [
      '  resources: { instanceType: Standard_NC6s_v3, instanceCount: 2, shmSize: 8g }',
      '  distribution: { type: pytorch, processesPerInstance: 4 }',
      '  identity: { type: managed, clientId: 6f1d3c1e-6a6e-4f4f-9a51-0d5d1c6e9a10 }',
      '  tags: { costCentre: mail }',
      '',
    ].join('\n');
    expect(problemOf(lines)).toBe('');
    expect(problemOf('  queue: { tier: spot }\n', onServerless)).toBe('');
  });

  it('counts every machine in the hours that a run may take', () => {
    const job = { timeout: 'PT2H' };
    const two = { timeout: 'PT2H', resources: { instanceCount: 3 } };
    expect(estimateHours({ training: two, evaluation: job }, 'retrain')).toBe(8);
    expect(estimateHours({ training: two, evaluation: job }, 'promote')).toBe(2);
  });

  it.each([
    [
      '  resources: { instanceCount: 2 }',
      'training.resources.instanceCount: 2 machines need distribution, which says how their processes work together; add it, or take one machine',
    ],
    [
      '  resources: { instanceCnt: 2 }',
      'training.resources.instanceCnt: unknown field; did you mean "instanceCount"?',
    ],
    [
      '  resources: { shmSize: 8GB }',
      'training.resources.shmSize: a number above 0 and one of b, k, m, g, such as 2g; found "8GB"',
    ],
    [
      '  distribution: { type: pytorhc }',
      'training.distribution.type: expected one of pytorch, mpi, tensorflow; did you mean "pytorch"?; found "pytorhc"',
    ],
    [
      '  resources: { instanceCount: 3 }\n  distribution: { type: tensorflow, workers: 1, parameterServers: 1 }',
      'training.distribution.workers: 3 machines have 2 processes to run; raise workers, or take fewer machines',
    ],
    [
      '  identity: { type: user-identity }',
      'training.identity.type: Ratchet submits the job itself, so there is no user whose identity it could have; use managed, and give that identity its role on the data',
    ],
    [
      '  identity: { type: aml-token, clientId: 6f1d3c1e-6a6e-4f4f-9a51-0d5d1c6e9a10 }',
      'training.identity.clientId: goes with type managed; found type aml-token',
    ],
    [
      '  queue: { tier: spot }',
      "training.queue: a tier is chosen on serverless compute alone; give compute: serverless, or leave queue out: a cluster's own priority is set where it was made",
    ],
    [
      '  tags: { ratchetRun: mine }',
      'training.tags.ratchetRun: tags that begin with ratchet are those that Ratchet finds its jobs by; choose another name; found the name "ratchetRun"',
    ],
  ])('%s is a problem', (lines, message) => {
    expect(problemOf(`${lines}\n`)).toBe(message);
  });
});

describe('an asset', () => {
  const environment = (to: string) =>
    problemOf('', sample.replace(/environment: .*$/m, `environment: ${to}`));

  it.each(['azureml:node:24', 'azureml://registries/azureml/environments/sklearn-1.5/versions/12'])(
    'may be %s',
    (name) => {
      expect(environment(name)).toBe('');
    },
  );

  it.each([
    'azureml://registries/azureml/environments/sklearn/labels/latest',
    'azureml://registries/azureml/codes/sklearn/versions/1',
    'azureml:node@latest',
  ])('may not be %s', (name) => {
    expect(environment(name)).toBe(
      `training.environment: an environment, azureml:NAME:VERSION, or azureml://registries/REGISTRY/environments/NAME/versions/VERSION; found "${name}"`,
    );
  });
});
