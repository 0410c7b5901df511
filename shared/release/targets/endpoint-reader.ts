/**
 * Reads an online endpoint and its deployments.
 *
 * Owns: where they are, and what is said where they are not there. Does not own: any change of them.
 */
import type { Asked, Json, ResourceManager } from '../../azure/resource-manager.ts';
import { RatchetError } from '../../errors.ts';
import { maskSecrets } from '../../mask-secrets.ts';
import type { WorkspaceName } from '../../settings.ts';
import {
  type Endpoint,
  type EndpointDeployment,
  readDeployment,
  readEndpoint,
} from './endpoint-resources.ts';

const reasonChars = 400;

export class EndpointReader {
  readonly name: string;
  /** Resource id of the endpoint. */
  readonly id: string;
  readonly #resources: Pick<ResourceManager, 'find' | 'follow' | 'list'>;
  readonly #workspace: WorkspaceName;

  constructor(
    resources: Pick<ResourceManager, 'find' | 'follow' | 'list'>,
    workspace: WorkspaceName,
    name: string,
  ) {
    this.name = name;
    this.id = `${workspace.id}/onlineEndpoints/${name}`;
    this.#resources = resources;
    this.#workspace = workspace;
  }

  /** Resource id of a deployment. */
  idOf(deployment: string): string {
    return `${this.id}/deployments/${encodeURIComponent(deployment)}`;
  }

  about(asked: string, deployment?: string): Asked {
    return { asked, subject: { endpoint: this.name, ...(deployment !== undefined && { deployment }) } };
  }

  refusal(message: string, deployment?: string): RatchetError {
    return new RatchetError('azure-refused', message, this.about('', deployment));
  }

  async find(): Promise<Endpoint | null> {
    const asked = this.about(`reading endpoint ${this.name}`);
    const raw = await this.#resources.find(asked, this.id);
    return raw && readEndpoint(asked, raw);
  }

  /** Errors: `not-found` where there is none: it says how to make it. */
  async endpoint(): Promise<Endpoint> {
    const found = await this.find();
    if (found) return found;
    const { name, resourceGroup } = this.#workspace;
    const message = `reading endpoint ${this.name}: workspace ${name} has no online endpoint of this name; correct release.target.endpoint, or make it: az ml online-endpoint create --name ${this.name} --auth-mode key --workspace-name ${name} --resource-group ${resourceGroup}`;
    throw new RatchetError('not-found', message, this.about(''));
  }

  async deployments(): Promise<readonly EndpointDeployment[]> {
    const asked = this.about(`listing the deployments of endpoint ${this.name}`);
    const found = await this.#resources.list(asked, `${this.id}/deployments`);
    return found.map((raw) => readDeployment(asked, raw, this.#workspace.name));
  }

  async deployment(name: string): Promise<EndpointDeployment | null> {
    const asked = this.about(`reading deployment ${name} of endpoint ${this.name}`, name);
    const raw = await this.#resources.find(asked, this.idOf(name));
    return raw && readDeployment(asked, raw, this.#workspace.name);
  }

  /** Why a deployment failed, and how to read its log. Its last operation says so, to those who may read operations. */
  async whyFailed({ deployment, provisioningState, operationUri }: EndpointDeployment): Promise<string> {
    const { name, resourceGroup } = this.#workspace;
    const log = `az ml online-deployment get-logs --name ${deployment} --endpoint-name ${this.name} --workspace-name ${name} --resource-group ${resourceGroup}`;
    const reason = operationUri === null ? unknown : await this.#reasonOf(deployment, operationUri);
    return `deployment ${deployment} of endpoint ${this.name} is in state ${provisioningState}: ${reason}; read its log: ${log}`;
  }

  async #reasonOf(deployment: string, operationUri: string): Promise<string> {
    const asked = this.about(`reading why deployment ${deployment} failed`, deployment);
    let operation: Json;
    try {
      operation = await this.#resources.follow(asked, operationUri);
    } catch (error) {
      // The operation is no more than an explanation: without it the state stands.
      return `${unknown} (${(error as Error).message})`;
    }
    const { code, message } = (operation['error'] ?? {}) as { code?: unknown; message?: unknown };
    const said = [code, message].filter((part) => typeof part === 'string' && part !== '').join(': ');
    return maskSecrets(said).split(/\r?\n/)[0]!.slice(0, reasonChars) || unknown;
  }
}

const unknown = 'the service gives no reason here';
