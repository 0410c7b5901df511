/**
 * Reads the ways Azure ML names data: datastore paths, assets, outputs of jobs, blobs by their address.
 * Pure: what an asset or a job stands for is looked up by locate.ts.
 */
import { localCloud } from '../cloud-context.ts';
import { userError } from '../http/service-error.ts';

export type AssetKind = 'models' | 'data' | 'codes' | 'environments' | 'components';

type Reference =
  | { readonly kind: 'blob'; readonly container: string; readonly path: string }
  /** `assetKind` is absent where the text leaves it to its surroundings: `azureml:NAME:VERSION`. */
  | {
      readonly kind: 'asset';
      readonly assetKind?: AssetKind;
      readonly name: string;
      readonly version: string;
    }
  | { readonly kind: 'job-output'; readonly job: string; readonly output: string; readonly path: string };

/** A version that stands for the one registered last. */
export const latest = 'latest';

const longForm =
  /^azureml:(?:\/\/|\/)?(?:subscriptions|locations)\/.+?\/workspaces\/[^/]+\/(?:(models|data|codes|environments)\/([^/]+)\/versions\/([^/]+)|datastores\/([^/]+)\/paths\/(.*))$/i;
const armForm =
  /^(?:azureml:)?\/subscriptions\/.+\/workspaces\/[^/]+\/(models|data|codes|environments)\/([^/]+)\/versions\/([^/]+)$/i;
const shortForm = /^azureml:([\w.-]+)(?::([\w.-]+)|@latest)$/;
const datastoreForm = /^azureml:\/\/datastores\/([^/]+)\/paths\/(.*)$/i;
const jobForm = /^azureml:\/\/jobs\/([^/]+)\/outputs\/([^/]+)(?:\/paths)?(?:\/(.*))?$/i;
const runForm = /^runs:\/{1,3}([^/]+)\/(.*)$/;
const wasbForm = /^wasbs?:\/\/([^@]+)@([^.]+)\.blob\.[^/]+\/(.*)$/i;

/** `subject` names the field, for the message; `blobEndpoint` is this storage account's own address. */
export function parseReference(subject: string, uri: string, blobEndpoint: string): Reference {
  const job = jobForm.exec(uri);
  if (job) return { kind: 'job-output', job: job[1]!, output: job[2]!, path: job[3] ?? '' };
  const run = runForm.exec(uri);
  if (run) return { kind: 'job-output', job: run[1]!, output: 'artifacts', path: run[2]! };
  const datastore = datastoreForm.exec(uri);
  if (datastore) return inDatastore(subject, datastore[1]!, datastore[2]!);
  const long = longForm.exec(uri);
  if (long?.[4] !== undefined) return inDatastore(subject, long[4], long[5]!);
  const arm = armForm.exec(uri) ?? long;
  if (arm) return asset(arm[2]!, arm[3]!, arm[1]!.toLowerCase() as AssetKind);
  const short = shortForm.exec(uri);
  if (short) return asset(short[1]!, short[2] ?? latest);
  return blobAddress(subject, uri, blobEndpoint);
}

function asset(name: string, version: string, assetKind?: AssetKind): Reference {
  return { kind: 'asset', name, version, ...(assetKind && { assetKind }) };
}

function inDatastore(subject: string, datastore: string, path: string): Reference {
  if (datastore !== localCloud.datastore) {
    throw userError(
      `${subject}: datastore ${JSON.stringify(datastore)} does not exist in the local workspace; use ${localCloud.datastore}`,
    );
  }
  return { kind: 'blob', container: localCloud.container, path };
}

function blobAddress(subject: string, uri: string, blobEndpoint: string): Reference {
  const wasb = wasbForm.exec(uri);
  if (wasb?.[2] === localCloud.storageAccount) return { kind: 'blob', container: wasb[1]!, path: wasb[3]! };
  const path = URL.canParse(uri) ? pathInAccount(new URL(uri), blobEndpoint) : undefined;
  const slash = path?.indexOf('/') ?? -1;
  if (path === undefined || slash < 1) {
    throw userError(
      `${subject}: ${JSON.stringify(uri)} is not one of azureml://datastores/${localCloud.datastore}/paths/..., azureml:NAME:VERSION, azureml://jobs/JOB/outputs/OUTPUT, or a blob of ${localCloud.storageAccount}`,
    );
  }
  return { kind: 'blob', container: path.slice(0, slash), path: path.slice(slash + 1) };
}

function pathInAccount(url: URL, blobEndpoint: string): string | undefined {
  const path = decodeURIComponent(url.pathname).replace(/^\//, '');
  if (url.hostname.startsWith(`${localCloud.storageAccount}.blob.`)) return path;
  const own = new URL(blobEndpoint);
  const root = `${own.pathname.replace(/^\/|\/$/g, '')}/`;
  return url.host === own.host && path.startsWith(root) ? path.slice(root.length) : undefined;
}
