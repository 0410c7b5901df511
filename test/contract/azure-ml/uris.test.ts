import { describe, expect, it } from 'vitest';
import { parseReference } from '../../../local/azure-ml/uris.ts';

const blobEndpoint = 'http://127.0.0.1:10000/devstoreaccount1';
const workspace = 'subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w';
const blob = { kind: 'blob', container: 'azureml', path: 'a/b.csv' };
const model = { kind: 'asset', assetKind: 'models', name: 'fraud', version: '7' };

describe('a reference', () => {
  it.each([
    ['azureml://datastores/workspaceblobstore/paths/a/b.csv', blob],
    [
      'azureml://subscriptions/s/resourcegroups/g/workspaces/w/datastores/workspaceblobstore/paths/a/b.csv',
      blob,
    ],
    [`${blobEndpoint}/azureml/a/b.csv`, blob],
    ['https://devstoreaccount1.blob.core.windows.net/azureml/a/b.csv', blob],
    ['wasbs://azureml@devstoreaccount1.blob.core.windows.net/a/b.csv', blob],
    ['azureml://datastores/workspaceblobstore/paths/', { ...blob, path: '' }],
    ['azureml:fraud:7', { kind: 'asset', name: 'fraud', version: '7' }],
    ['azureml:fraud@latest', { kind: 'asset', name: 'fraud', version: 'latest' }],
    [`/${workspace}/models/fraud/versions/7`, model],
    [`azureml:/${workspace}/models/fraud/versions/7`, model],
    [`azureml://${workspace}/models/fraud/versions/7`, model],
    ['azureml://locations/westeurope/workspaces/w/models/fraud/versions/7', model],
    ['azureml://jobs/rt-1/outputs/model', { kind: 'job-output', job: 'rt-1', output: 'model', path: '' }],
    [
      'azureml://jobs/rt-1/outputs/artifacts/paths/m/x',
      { kind: 'job-output', job: 'rt-1', output: 'artifacts', path: 'm/x' },
    ],
    ['runs:/rt-1/outputs/m', { kind: 'job-output', job: 'rt-1', output: 'artifacts', path: 'outputs/m' }],
  ])('%s is understood', (uri, expected) => {
    expect(parseReference('inputs.x', uri, blobEndpoint)).toEqual(expected);
  });

  it.each([
    ['a/b.csv'],
    ['file:///etc/passwd'],
    ['https://elsewhere.blob.core.windows.net/azureml/a'],
    ['http://127.0.0.1:10000/otheraccount/azureml/a'],
    ['http://127.0.0.1:9/devstoreaccount1/azureml/a'],
    [`${blobEndpoint}/azureml`],
    ['azureml://datastores/lake/paths/a'],
    ['azureml:fraud'],
  ])('%s is refused, and the message begins with its field', (uri) => {
    expect(() => parseReference('inputs.x', uri, blobEndpoint)).toThrow(/^inputs\.x: /);
  });
});
