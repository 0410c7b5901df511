import type { AzureMachineLearningWorkspaces } from '@azure/arm-machinelearning';
import { RatchetError } from '../errors.ts';
import type { WorkspaceName } from '../settings.ts';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';
import { type ComponentInterface, readInterface } from './component-interface.ts';
import { findOrNull } from './find-or-null.ts';

/** A version of a component, as it is registered. */
export interface StepComponent {
  readonly name: string;
  readonly version: string;
  readonly componentSpec: Readonly<Record<string, unknown>>;
}

/** The components of the workspace, by which steps of pipelines name what they run. */
export class ComponentRegistry {
  readonly #client: AzureMachineLearningWorkspaces;
  readonly #workspace: WorkspaceName;

  constructor(client: AzureMachineLearningWorkspaces, workspace: WorkspaceName) {
    this.#client = client;
    this.#workspace = workspace;
  }

  /**
   * Registers a component, unless the workspace has it: its version is the hash of what it runs. Throws `azure-refused` where
   * somebody else has registered another command under it.
   */
  async register(component: StepComponent): Promise<void> {
    if (await this.#isThere(component)) return;
    const { name, version, componentSpec } = component;
    try {
      await this.#client.componentVersions.createOrUpdate(
        ...this.#at,
        name,
        version,
        { properties: { componentSpec, isAnonymous: false } },
        callLimit(),
      );
    } catch (error) {
      // Another attempt may have been faster.
      if (await this.#isThere(component).catch(() => false)) return;
      throw azureError(`registering component ${name}`, { component: name }, error);
    }
  }

  /** A published component of the workspace, `azureml:NAME:VERSION`; null where it has none. */
  async find(component: string): Promise<ComponentInterface | null> {
    const [, name = '', version = ''] = component.split(':');
    const found = await findOrNull(`reading component ${component}`, { component }, () =>
      this.#client.componentVersions.get(...this.#at, name, version, callLimit()),
    );
    return found && readInterface(found.properties.componentSpec);
  }

  /** The same; null, too, where the workspace does not let it be read. */
  findReadable(component: string): Promise<ComponentInterface | null> {
    return this.find(component).catch((error: unknown) => {
      if (error instanceof RatchetError && !error.retryable) return null;
      throw error;
    });
  }

  get #at(): [resourceGroup: string, workspace: string] {
    return [this.#workspace.resourceGroup, this.#workspace.name];
  }

  async #isThere({ name, version, componentSpec }: StepComponent): Promise<boolean> {
    const subject = { component: name };
    const found = await findOrNull(`reading component ${name}`, subject, () =>
      this.#client.componentVersions.get(...this.#at, name, version, callLimit()),
    );
    if (!found) return false;
    const other = findOther(found.properties.componentSpec ?? {}, componentSpec);
    if (other === undefined) return true;
    throw new RatchetError(
      'azure-refused',
      `component ${name}, version ${version}, of workspace ${this.#workspace.name} runs another ${other} than that of the model file: somebody else has registered it; archive it under another name, or rename the step`,
      { subject },
    );
  }
}

type Spec = Readonly<Record<string, unknown>>;

/** What a component runs in place of what it was to run; undefined: it runs that. */
function findOther(found: Spec, asked: Spec): string | undefined {
  if (found['command'] !== asked['command']) return 'command';
  return ['code', 'environment'].find((field) => {
    const [is, was] = [assetOf(found[field]), assetOf(asked[field])];
    return is !== undefined && was !== undefined && is !== was;
  });
}

/** The service may write ids otherwise than they were sent: which version of which asset it is, is at their end. */
function assetOf(id: unknown): string | undefined {
  return /\/([^/]+\/versions\/[^/]+)\/?$/.exec(String(id))?.[1]?.toLowerCase();
}
