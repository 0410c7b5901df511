/** Makes an online endpoint in the local workspace, as `az ml online-endpoint create` does in Azure. */
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from './cloud-state.ts';
import { workspaceClient } from './workspace-client.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;

interface LocalEndpoint {
  readonly outcome: 'made' | 'already-there';
  readonly scoringUri: string;
  /** What its callers send as a bearer token. */
  readonly key: string;
}

/** One that is there stays as it is. */
export async function ensureEndpoint(
  cloud: CloudState,
  name: string,
  { isOnKubernetes = false }: { readonly isOnKubernetes?: boolean } = {},
): Promise<LocalEndpoint> {
  const { onlineEndpoints } = workspaceClient(cloud);
  const known = await onlineEndpoints.get(...at, name).catch((error: { statusCode?: number }) => {
    if (error.statusCode === 404) return null;
    throw error;
  });
  const body = {
    location: 'local',
    properties: { authMode: 'Key', ...(isOnKubernetes && { compute: localCloud.clusterId }) },
  };
  const often = { updateIntervalInMs: 100 };
  const endpoint = known ?? (await onlineEndpoints.beginCreateOrUpdateAndWait(...at, name, body, often));
  const { primaryKey = '' } = await onlineEndpoints.listKeys(...at, name);
  return {
    outcome: known ? 'already-there' : 'made',
    scoringUri: endpoint.properties.scoringUri ?? '',
    key: primaryKey,
  };
}
