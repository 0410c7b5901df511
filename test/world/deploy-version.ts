import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { localCloud } from '../../local/cloud-context.ts';

const at = [localCloud.resourceGroup, localCloud.workspace] as const;
const often = { updateIntervalInMs: 50 };

interface Wanted {
  /** It is made where it is not there. */
  readonly endpoint: string;
  readonly deployment: string;
  /** `NAME:VERSION`. */
  readonly model: string;
}

/** Deploys a version to an online endpoint, as a release pipeline would; resolves once it has succeeded. */
export async function deployVersion(
  client: AzureMachineLearningWorkspaces,
  { endpoint, deployment, model }: Wanted,
): Promise<void> {
  const { onlineEndpoints, onlineDeployments } = client;
  if ((await onlineEndpoints.get(...at, endpoint).catch(() => null)) === null) {
    const body = { location: 'local', properties: { authMode: 'Key' } };
    await onlineEndpoints.beginCreateOrUpdateAndWait(...at, endpoint, body, often);
  }
  const properties = {
    endpointComputeType: 'Managed' as const,
    model: `${localCloud.workspaceId}/models/${model.replace(':', '/versions/')}`,
    instanceType: 'Standard_DS3_v2',
    environmentId: `${localCloud.workspaceId}/environments/node/versions/24`,
  };
  const body = { location: 'local', properties };
  await onlineDeployments.beginCreateOrUpdateAndWait(...at, endpoint, deployment, body, often);
}
