import { localCloud } from '../../cloud-context.ts';
import { notFound } from '../../http/service-error.ts';
import { cluster, clusterName } from '../kubernetes.ts';
import type { Routes } from '../match.ts';
import { armResource, checkName, provider, workspaceId } from './resource.ts';

const epoch = { createdMs: 0, modifiedMs: 0 };
/** Any compute name stands for this machine; this is the one a list shows. */
const listedCompute = 'local';

/** The workspace itself, its computes and its one datastore. */
export function workspaceRoutes(mlFlowTrackingUri: string, blobEndpoint: string): Routes {
  const compute = (name: string) => ({
    ...armResource(`computes/${name}`, 'computes', epoch, {
      computeType: 'AmlCompute',
      provisioningState: 'Succeeded',
      description: 'This machine.',
      isAttachedCompute: false,
    }),
    location: 'local',
  });
  const kubernetes = {
    ...armResource(`computes/${clusterName}`, 'computes', epoch, cluster),
    location: 'local',
  };
  const datastore = armResource(`datastores/${localCloud.datastore}`, 'datastores', epoch, {
    datastoreType: 'AzureBlob',
    accountName: localCloud.storageAccount,
    containerName: localCloud.container,
    endpoint: new URL(blobEndpoint).host,
    protocol: new URL(blobEndpoint).protocol.replace(':', ''),
    serviceDataAccessAuthIdentity: 'None',
    credentials: { credentialsType: 'AccountKey' },
    isDefault: true,
    tags: {},
    properties: {},
  });
  return {
    'GET /': () => ({ status: 200, body: workspace(mlFlowTrackingUri) }),
    'GET /computes': () => ({ status: 200, body: { value: [compute(listedCompute), kubernetes] } }),
    'GET /computes/:name': (_request, { name = '' }) => {
      checkName('compute name', name);
      return { status: 200, body: name === clusterName ? kubernetes : compute(name) };
    },
    'GET /datastores': () => ({ status: 200, body: { value: [datastore] } }),
    'GET /datastores/:name': (_request, { name = '' }) => {
      if (name !== localCloud.datastore) throw notFound(`Datastore ${name}`);
      return { status: 200, body: datastore };
    },
  };
}

function workspace(mlFlowTrackingUri: string): object {
  return {
    id: workspaceId,
    name: localCloud.workspace,
    type: `${provider}/workspaces`,
    location: 'local',
    tags: {},
    identity: { type: 'SystemAssigned' },
    sku: { name: 'Basic', tier: 'Basic' },
    properties: {
      friendlyName: localCloud.workspace,
      provisioningState: 'Succeeded',
      storageAccount: `/subscriptions/${localCloud.subscriptionId}/resourceGroups/${localCloud.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${localCloud.storageAccount}`,
      mlFlowTrackingUri,
    },
  };
}
