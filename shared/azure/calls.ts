/**
 * Every call that the app makes of Azure Resource Manager and of the workspace's own servers, and the action that lets it.
 *
 * `where` is a file, `call` how it reads there; a test finds the calls in the sources: one that is not listed here fails it, and
 * so does an action that the role of the app has and no call needs. Sources of the actions: the path of the call, as Resource
 * Manager derives an action from it (`GET` read, `PUT` write, `DELETE` delete, `POST …/x` x/action), and for MLflow "Manage access
 * to Azure Machine Learning workspaces", MLflow operations.
 */
interface Call {
  readonly where: string;
  readonly call: string;
  readonly actions: readonly string[];
  readonly purpose: Purpose;
}

/** What the app does with them: of each, the doctor says whether its identity may. */
export type Purpose = keyof typeof purposes;

/** As it reads after "may" and "may not". */
export const purposes = {
  jobs: 'submit, read and cancel jobs',
  steps: 'read components and register the steps of pipelines',
  runs: 'read metrics and logs of runs',
  versions: 'register versions of models',
  deployed: 'see what is deployed',
  releases: 'release to online endpoints',
  operations: 'tell why a deployment has failed',
  quota: 'ask what quota leaves',
} as const;

/** What is asked for outside of the workspace: the right to it is one on the subscription. */
export const onSubscription: readonly Purpose[] = ['operations', 'quota'];

const ml = 'Microsoft.MachineLearningServices';
const at = (path: string): string => `${ml}/workspaces/${path}`;
const endpoints = 'shared/release/targets';

export const calls: readonly Call[] = [
  {
    where: 'shared/azure/workspace.ts',
    call: 'client.workspaces.get',
    actions: [at('read')],
    purpose: 'jobs',
  },
  {
    where: 'shared/azure/workspace.ts',
    call: 'client.jobs.get',
    actions: [at('jobs/read')],
    purpose: 'jobs',
  },
  {
    where: 'shared/azure/workspace.ts',
    call: 'client.jobs.list',
    actions: [at('jobs/read')],
    purpose: 'jobs',
  },
  { where: 'shared/azure/send-job.ts', call: 'PUT jobs', actions: [at('jobs/write')], purpose: 'jobs' },
  {
    where: 'shared/azure/send-job.ts',
    call: 'POST jobs/cancel',
    actions: [at('jobs/cancel/action')],
    purpose: 'jobs',
  },
  {
    where: 'shared/azure/component-registry.ts',
    call: 'client.componentVersions.get',
    actions: [at('components/versions/read')],
    purpose: 'steps',
  },
  {
    where: 'shared/azure/component-registry.ts',
    call: 'client.componentVersions.createOrUpdate',
    actions: [at('components/versions/write')],
    purpose: 'steps',
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelContainers.get',
    actions: [at('models/read')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.get',
    actions: [at('models/versions/read')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.list',
    actions: [at('models/versions/read')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/model-registry.ts',
    call: 'client.modelVersions.createOrUpdate',
    actions: [at('models/versions/write')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/version-tags.ts',
    call: 'resources.find',
    actions: [at('models/versions/read')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/version-tags.ts',
    call: 'resources.put',
    actions: [at('models/versions/write')],
    purpose: 'versions',
  },
  {
    where: 'shared/azure/online-endpoints.ts',
    call: 'client.onlineEndpoints.list',
    actions: [at('onlineEndpoints/read')],
    purpose: 'deployed',
  },
  {
    where: 'shared/azure/online-endpoints.ts',
    call: 'client.onlineDeployments.list',
    actions: [at('onlineEndpoints/deployments/read')],
    purpose: 'deployed',
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.find',
    actions: [at('onlineEndpoints/read'), at('onlineEndpoints/deployments/read')],
    purpose: 'releases',
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.list',
    actions: [at('onlineEndpoints/deployments/read')],
    purpose: 'releases',
  },
  {
    where: `${endpoints}/endpoint-reader.ts`,
    call: 'resources.follow',
    actions: [`${ml}/locations/mfeOperationsStatus/read`],
    purpose: 'operations',
  },
  {
    where: `${endpoints}/quota.ts`,
    call: 'resources.list',
    actions: [`${ml}/locations/usages/read`, `${ml}/locations/vmsizes/read`],
    purpose: 'quota',
  },
  {
    where: `${endpoints}/online-endpoint.ts`,
    call: 'resources.put',
    actions: [at('onlineEndpoints/write'), at('onlineEndpoints/deployments/write')],
    purpose: 'releases',
  },
  {
    where: `${endpoints}/online-endpoint.ts`,
    call: 'resources.delete',
    actions: [at('onlineEndpoints/deployments/delete')],
    purpose: 'releases',
  },
  {
    where: `${endpoints}/ask-deployment.ts`,
    call: 'resources.post',
    actions: [at('onlineEndpoints/listKeys/action'), at('onlineEndpoints/token/action')],
    purpose: 'releases',
  },
  // The endpoint's own server asks for it, where its authMode is AADToken.
  {
    where: `${endpoints}/ask-deployment.ts`,
    call: 'scoringUri',
    actions: [at('onlineEndpoints/score/action')],
    purpose: 'releases',
  },
  {
    where: 'shared/azure/tracking.ts',
    call: 'mlflow runs/get',
    actions: [at('experiments/runs/read')],
    purpose: 'runs',
  },
  // The documentation lists the search of runs beside the registry's reads.
  {
    where: 'shared/azure/tracking.ts',
    call: 'mlflow runs/search',
    actions: [at('experiments/runs/read'), at('models/read')],
    purpose: 'runs',
  },
  {
    where: 'shared/azure/job-logs.ts',
    call: 'history details',
    actions: [at('experiments/runs/read')],
    purpose: 'runs',
  },
  // Azure answers everybody about themselves.
  { where: 'shared/azure/own-permissions.ts', call: 'resources.list', actions: [], purpose: 'jobs' },
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

/** Each action that the app needs for a purpose, once. */
export function actionsFor(purpose: Purpose): readonly string[] {
  const needed = calls.filter((call) => call.purpose === purpose).flatMap(({ actions }) => actions);
  return [...new Set([...needed, ...(purpose === 'jobs' ? askedOfJobs : [])])];
}
