/** The Azure ML client as a data-science team would point it at its workspace. */
import { readFileSync } from 'node:fs';
import { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { localCloud } from '../cloud-context.ts';
import type { CloudState } from './cloud-state.ts';

/** One for each cloud: every client keeps connections of its own, and a server lets in only so many. */
const clients = new Map<string, AzureMachineLearningWorkspaces>();

export function workspaceClient(cloud: CloudState): AzureMachineLearningWorkspaces {
  const key = JSON.stringify([cloud.armEndpoint, cloud.identityEndpoint, cloud.identityHeader]);
  const client = clients.get(key) ?? openClient(cloud);
  clients.set(key, client);
  return client;
}

function openClient(cloud: CloudState): AzureMachineLearningWorkspaces {
  const scope = `${cloud.armEndpoint}/.default`;
  return new AzureMachineLearningWorkspaces(identityCredential(cloud), localCloud.subscriptionId, {
    endpoint: cloud.armEndpoint,
    credentialScopes: scope,
    tlsOptions: { ca: readFileSync(cloud.caFile, 'utf8') },
  });
}

/**
 * Asks the local identity endpoint, as ManagedIdentityCredential does; that one finds the endpoint only through the
 * environment of the whole process, which may hold several local clouds.
 */
function identityCredential(cloud: CloudState) {
  return {
    async getToken(scopes: string | string[]) {
      const resource = [scopes].flat()[0]?.replace(/\/\.default$/, '') ?? '';
      const url = `${cloud.identityEndpoint}?api-version=2019-08-01&resource=${encodeURIComponent(resource)}`;
      const response = await fetch(url, { headers: { 'x-identity-header': cloud.identityHeader } });
      if (!response.ok)
        throw new Error(`the identity endpoint answered ${response.status}: ${await response.text()}`);
      const { access_token, expires_on } = (await response.json()) as {
        access_token: string;
        expires_on: string;
      };
      return { token: access_token, expiresOnTimestamp: Number(expires_on) * 1000 };
    },
  };
}
