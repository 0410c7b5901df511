/**
 * Every call that the app makes of Azure Resource Manager and of the workspace's own servers, and the action that lets it.
 *
 * `where` is a file, `call` how it reads there; a test finds the calls in the sources, and an action that no call needs, or a
 * call without one, fails it. Sources of the actions: the path of the call, as Resource Manager derives an action from it
 * (`GET` read, `PUT` write, `DELETE` delete, `POST …/x` x/action), and for MLflow "Manage access to Azure Machine Learning
 * workspaces", MLflow operations.
 */
interface Call {
  readonly where: string;
  readonly call: string;
  readonly actions: readonly string[];
}

const ml = 'Microsoft.MachineLearningServices';
const at = (path: string): string => `${ml}/workspaces/${path}`;
const endpoints = 'shared/release/targets';

export const calls: readonly Call[] = [
  { where: 'shared/azure/workspace.ts', call: 'client.workspaces.get', actions: [at('read')] },
  { where: 'shared/azure/workspace.ts', call: 'client.jobs.get', actions: [at('jobs/read')] },
  { where: 'shared/azure/workspace.ts', call: 'client.jobs.list', actions: [at('jobs/read')] },
  { where: 'shared/azure/send-job.ts', call: 'PUT jobs', actions: [at('jobs/write')] },
  { where: 'shared/azure/send-job.ts', call: 'POST jobs/cancel', actions: [at('jobs/cancel/action')] },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelContainers.get',
    actions: [at('models/read')],
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.get',
    actions: [at('models/versions/read')],
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.list',
    actions: [at('models/versions/read')],
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.createOrUpdate',
    actions: [at('models/versions/write')],
  },
  { where: 'shared/azure/version-tags.ts', call: 'resources.find', actions: [at('models/versions/read')] },
  { where: 'shared/azure/version-tags.ts', call: 'resources.put', actions: [at('models/versions/write')] },
  {
    where: 'shared/azure/online-endpoints.ts',
    call: 'client.onlineEndpoints.list',
    actions: [at('onlineEndpoints/read')],
  },
  {
    where: 'shared/azure/online-endpoints.ts',
    call: 'client.onlineDeployments.list',
    actions: [at('onlineEndpoints/deployments/read')],
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.find',
    actions: [at('onlineEndpoints/read'), at('onlineEndpoints/deployments/read')],
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.list',
    actions: [at('onlineEndpoints/deployments/read')],
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.follow',
    actions: [`${ml}/locations/mfeOperationsStatus/read`],
  },
  {
    where: `${endpoints}/online-endpoint.ts`,
    call: 'resources.put',
    actions: [at('onlineEndpoints/write'), at('onlineEndpoints/deployments/write')],
  },
  {
    where: `${endpoints}/online-endpoint.ts`,
    call: 'resources.delete',
    actions: [at('onlineEndpoints/deployments/delete')],
  },
  {
    where: `${endpoints}/ask-deployment.ts`,
    call: 'resources.post',
    actions: [at('onlineEndpoints/listKeys/action'), at('onlineEndpoints/token/action')],
  },
  // The endpoint's own server asks for it, where its authMode is AADToken.
  {
    where: `${endpoints}/ask-deployment.ts`,
    call: 'scoringUri',
    actions: [at('onlineEndpoints/score/action')],
  },
  {
    where: 'shared/azure/tracking.ts',
    call: 'mlflow runs/get',
    actions: [at('experiments/runs/read')],
  },
  // The documentation lists the search of runs beside the registry's reads.
  {
    where: 'shared/azure/tracking.ts',
    call: 'mlflow runs/search',
    actions: [at('experiments/runs/read'), at('models/read')],
  },
  { where: 'shared/azure/job-logs.ts', call: 'history details', actions: [at('experiments/runs/read')] },
];

/**
 * What the service asks for beside `jobs/write` before it runs a job, of whoever submits it: "Manage access to Azure Machine
 * Learning workspaces", submitting any type of run (V2). Left out are its two writes of what the app never makes,
 * environments and code.
 */
export const askedOfJobs: readonly string[] = [
  at('*/read'),
  at('environments/build/action'),
  at('environments/readSecrets/action'),
  at('metadata/artifacts/write'),
];

/** How calls read in the sources. */
export const patterns: readonly (readonly [RegExp, (match: RegExpExecArray) => string])[] = [
  [/#client\.(\w+)\.(\w+)\(/g, ([, group, name]) => `client.${group}.${name}`],
  [/resources\.(find|list|put|post|delete|follow)\(/g, ([, name]) => `resources.${name}`],
  [/#call\(asked, [`'](runs\/\w+)/g, ([, path]) => `mlflow ${path}`],
  [/\/runs\/\$\{[^}]*\}\/details/g, () => 'history details'],
  [
    /send\(client, '(PUT|POST)', (\w+|`[^`]*`)/g,
    ([, method, url]) => `${method} jobs${/\/cancel/.test(url!) ? '/cancel' : ''}`,
  ],
  [/endpoint\.scoringUri/g, () => 'scoringUri'],
];
