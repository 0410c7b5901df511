/**
 * What is deployed to the workspace's online endpoints.
 *
 * Owns: which deployments there are, of which models, and since when. Does not own: what becomes of that.
 *
 * A list of endpoints names no models: their deployments are asked for one endpoint after the other, of the newest ones
 * where there are more than a workspace has by its quota.
 */
import type { AzureMachineLearningWorkspaces, OnlineDeployment } from '@azure/arm-machinelearning';
import type { WorkspaceName } from '../settings.ts';
import { azureError, isAbsent, statusOf } from './azure-error.ts';
import { callLimit } from './call-limits.ts';

interface ListedEndpoint {
  readonly endpoint: string;
  /** Those that have succeeded and name a model. */
  readonly deployments: readonly ListedDeployment[];
}

interface ListedDeployment {
  /** As the service has it: a resource id, or one of a registry's, `azureml://registries/...`. */
  readonly model: string;
  /** When it was last changed (ISO 8601, UTC); null where the service does not say. */
  readonly deployedAt: string | null;
}

interface ListedEndpoints {
  readonly endpoints: readonly ListedEndpoint[];
  /** Whether there are more, which were not looked at. */
  readonly isCut: boolean;
}

/** The quota of a subscription in a region. */
const endpointsAtMost = 100;
/** For all the calls together. */
const listTimeoutMs = 120_000;

export class OnlineEndpoints {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #at: [resourceGroup: string, workspace: string];

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName) {
    this.#client = client;
    this.#at = [workspace.resourceGroup, workspace.name];
  }

  /** Null where the identity of the app may not read them. */
  async list(): Promise<ListedEndpoints | null> {
    const whole = AbortSignal.timeout(listTimeoutMs);
    const limit = () => ({ abortSignal: AbortSignal.any([whole, callLimit().abortSignal]) });
    try {
      const { names, isCut } = await this.#names(limit());
      const endpoints: ListedEndpoint[] = [];
      for (const endpoint of names)
        endpoints.push({ endpoint, deployments: await this.#deployments(endpoint, limit()) });
      return { endpoints, isCut };
    } catch (error) {
      if (statusOf(error) === 403) return null;
      throw azureError('listing online endpoints and their deployments', {}, error);
    }
  }

  async #names(limit: { abortSignal: AbortSignal }): Promise<{ names: string[]; isCut: boolean }> {
    const names: string[] = [];
    for await (const { name } of this.#client.onlineEndpoints.list(...this.#at, {
      orderBy: 'CreatedAtDesc',
      ...limit,
    })) {
      if (names.length === endpointsAtMost) return { names, isCut: true };
      if (name) names.push(name);
    }
    return { names, isCut: false };
  }

  /** None where the endpoint was deleted since it was listed. */
  async #deployments(
    endpoint: string,
    limit: { abortSignal: AbortSignal },
  ): Promise<readonly ListedDeployment[]> {
    const found: ListedDeployment[] = [];
    try {
      for await (const item of this.#client.onlineDeployments.list(...this.#at, endpoint, limit))
        found.push(...describe(item));
    } catch (error) {
      if (!isAbsent(error)) throw error;
    }
    return found;
  }
}

function describe({ properties, systemData }: OnlineDeployment): readonly ListedDeployment[] {
  const { model, provisioningState } = properties;
  if (!model || provisioningState?.toLowerCase() !== 'succeeded') return [];
  const at = systemData?.lastModifiedAt ?? systemData?.createdAt;
  return [{ model, deployedAt: at?.toISOString() ?? null }];
}
