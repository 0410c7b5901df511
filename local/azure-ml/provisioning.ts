/**
 * Brings the operations on online endpoints and deployments to their end, some time after they were begun.
 *
 * Owns: when an operation ends, and whether it succeeds. Does not own: what it changes (store/online.ts), how a deployment
 * comes to be served (serving/serving.ts).
 *
 * Invariants
 * 1. Every operation that was accepted ends, however often this program is killed on the way.
 * 2. Waiting is a wait for the clock; ending counts as work until its event is published, and so does the start of a
 *    deployment's process, which takes real time.
 */
import { maskSecrets } from '../../shared/mask-secrets.ts';
import type { CloudContext } from '../cloud-context.ts';
import { ServiceError } from '../http/service-error.ts';
import { type Blobs, holdsFiles } from './blobs.ts';
import type { Locator } from './locate.ts';
import type { Serving } from './serving/serving.ts';
import type { OnlineOperation, OnlineStore, OperationError } from './store/online.ts';

interface Dependencies {
  readonly cloud: Pick<CloudContext, 'clock' | 'work' | 'log'>;
  readonly online: OnlineStore;
  readonly locator: Locator;
  readonly blobs: Pick<Blobs, 'exists' | 'list'>;
  readonly serving: Pick<Serving, 'bring' | 'drop'>;
}

/** The service takes minutes; here it is long enough to be seen. */
export const provisioningMs = 1_000;

export class Provisioning {
  readonly #deps: Dependencies;
  readonly #withdrawals = new Map<string, () => void>();
  readonly #ending = new Set<Promise<void>>();
  #stopping = false;

  constructor(dependencies: Dependencies) {
    this.#deps = dependencies;
  }

  /** Takes up what a stop or a kill has left under way. */
  start(): void {
    for (const operation of this.#deps.online.operationsUnderWay()) this.watch(operation);
  }

  /** Ends an operation when it is due. */
  watch(operation: OnlineOperation, dueMs = operation.dueMs): void {
    if (this.#stopping) return;
    const withdraw = this.#deps.cloud.clock.at(dueMs, () => {
      this.#withdrawals.delete(operation.id);
      const ending = this.#deps.cloud.work.during(() => this.#end(operation));
      this.#ending.add(ending);
      void ending.finally(() => this.#ending.delete(ending));
    });
    this.#withdrawals.set(operation.id, withdraw);
  }

  /** Leaves what is under way to the next start. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const withdraw of this.#withdrawals.values()) withdraw();
    await Promise.all(this.#ending);
  }

  async #end(operation: OnlineOperation): Promise<void> {
    const { online, cloud } = this.#deps;
    try {
      online.end(operation, await this.#findFault(operation));
    } catch (error) {
      if (this.#stopping) return;
      cloud.log('error', `azure-ml: ${operation.id} is tried again: ${maskSecrets(String(error))}`);
      this.watch(operation, cloud.clock.now() + provisioningMs);
    }
  }

  async #findFault(operation: OnlineOperation): Promise<OperationError | null> {
    const { online, serving } = this.#deps;
    if (operation.kind === 'delete') {
      await serving.drop(operation.endpoint, operation.deployment);
      return null;
    }
    const deployment = online.findDeployment(operation.endpoint, operation.deployment);
    if (!deployment) return null;
    return (
      (await this.#findModelFault(deployment.resource.properties.model)) ??
      (await serving.bring(operation, deployment.resource))
    );
  }

  /** A deployment brings the files of its model onto its machines: where there are none, it fails. */
  async #findModelFault(model: string): Promise<OperationError | null> {
    const { locator, blobs } = this.#deps;
    try {
      const files = locator.locate('properties.model', model, 'models');
      if (await holdsFiles(blobs, files)) return null;
      return badModel(`${model} has no files`);
    } catch (error) {
      if (error instanceof ServiceError) return badModel(error.message);
      throw error;
    }
  }
}

/** In the service's words. */
function badModel(message: string): OperationError {
  return { code: 'BadArgument', message: `Unable to download user model: ${message}` };
}
