/** Where the files of a run lie in the container behind the workspace's default datastore. */
export const manifestPath = (runId: string): string => `runs/${runId}/manifest.json`;
/** What the model file said when the run began. */
export const modelFilePath = (runId: string): string => `runs/${runId}/model-file.json`;
/** Each attempt writes into a folder of its own: what one that failed has left is none of the next one's. */
export const modelPath = (runId: string, attempt = 1): string => `runs/${runId}/model${suffix(attempt)}/`;
export const evidencePath = (runId: string, attempt = 1): string =>
  `runs/${runId}/evidence${suffix(attempt)}/`;
/** What every trial of a sweep came to. */
export const trialsPath = (runId: string, attempt = 1): string =>
  `runs/${runId}/trials${suffix(attempt)}.json`;
const suffix = (attempt: number): string => (attempt === 1 ? '' : `-${attempt}`);
/** The first number that the run's model may have in the registry. */
export const registrationPath = (runId: string): string => `runs/${runId}/registration.json`;
export const gateReportPath = (runId: string): string => `runs/${runId}/gate-report.json`;
/** Of a past champion, by the number of the job that scored it. */
export const pastReportPath = (runId: string, attempt: number): string =>
  `runs/${runId}/gate-report-past-${attempt}.json`;
export const gateReportPagePath = (runId: string): string => `runs/${runId}/gate-report.html`;

/** A file of a package, which is named by its digest. */
export const packagePath = (digest: string, name: string): string => `packages/${digest}/${name}`;

/** A manifest lists every partition of the model's data. */
export const manifestLimitBytes = 64 * 1024 * 1024;

/** The default datastore has this name in every workspace. */
export const datastore = 'workspaceblobstore';

/** The same path as jobs and models name it. */
export const datastoreUri = (path: string): string => `azureml://datastores/${datastore}/paths/${path}`;

/**
 * The long form of a datastore's path, as the registry and the clients of Azure ML keep it; what is in another form
 * stays as it is. `workspaceId` is the workspace's resource id.
 */
export function longUri(workspaceId: string, uri: string): string {
  const [, datastore, path] = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.*)$/s.exec(uri) ?? [];
  if (datastore === undefined) return uri;
  const [, , subscription, , group, , , , workspace] = workspaceId.split('/');
  return `azureml://subscriptions/${subscription}/resourcegroups/${group}/workspaces/${workspace}/datastores/${datastore}/paths/${path}`;
}

/** The path in its datastore that an address names, in whichever form. */
export const pathInStore = (uri: string): string => /\/paths\/(.*)$/s.exec(uri)?.[1] ?? uri;
