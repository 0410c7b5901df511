/**
 * Which deployments are served on this machine, each by a process of its own.
 *
 * Owns: bringing a deployment up, replacing the process of one that changes, taking up after a restart what served.
 * Does not own: one process's life (instance.ts), when a deployment has succeeded (provisioning.ts), requests (server.ts).
 *
 * Invariants
 * 1. A deployment that is changed is served by its old process until the new one is ready; where that never is, the old
 *    one goes on.
 * 2. What served before a restart or a kill serves again after it, without what it was made of being read again.
 * 3. No process outlives this program: the warden ends what a kill leaves.
 */
import { realpathSync } from 'node:fs';
import { type FileHandle, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import type { CloudContext } from '../../cloud-context.ts';
import { ServiceError } from '../../http/service-error.ts';
import type { Blobs } from '../blobs.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';
import { findFolder, openInside } from '../job-runner/contained.ts';
import { JobFailure } from '../job-runner/failure.ts';
import { endLeftovers, killOrphan, killTree, markProcess } from '../job-runner/process-tree.ts';
import type { Locator } from '../locate.ts';
import type { AssetStore } from '../store/assets.ts';
import type { OnlineOperation, OperationError } from '../store/online.ts';
import type { NewInstance, RunningStore } from '../store/running.ts';
import { consoleRows, type LogSink } from './console-log.ts';
import { type Container, containerOf, runsAlike } from './container.ts';
import { Instance, NotReadyError } from './instance.ts';
import { bringFiles, folderOf, logName, planInstance } from './prepare.ts';
import { Warden } from './warden.ts';

interface ServingDependencies {
  readonly cloud: Pick<CloudContext, 'home' | 'clock' | 'work' | 'log'>;
  readonly running: RunningStore;
  readonly assets: AssetStore;
  readonly blobs: Blobs;
  readonly locator: Locator;
  readonly sink: LogSink;
}

export interface Served {
  readonly id: string;
  readonly definition: DeploymentDefinition;
  readonly instance: Instance;
}

/** How long a process that is no longer asked may take for what it was asked before: as Kubernetes' grace period. */
const drainMs = 30_000;

/** A part of the operation's id that no other has, and that is a name of a folder. */
export const instanceOf = (operation: string): string => operation.slice(operation.indexOf(':') + 1);

export class Serving {
  readonly #deps: ServingDependencies;
  readonly #home: string;
  readonly #served = new Map<string, Served>();
  readonly #starting = new Set<Instance>();
  readonly #warden: Warden;
  readonly #stopping = new AbortController();

  constructor(dependencies: ServingDependencies) {
    this.#deps = dependencies;
    this.#home = realpathSync(dependencies.cloud.home);
    this.#warden = new Warden(this.#home);
  }

  /** Takes up what served, and ends what a kill has left. */
  async start(): Promise<void> {
    await this.#warden.waitForEarlier();
    const known = this.#deps.running.all();
    for (const one of known) {
      if (one.process) killOrphan(one.process);
      await endLeftovers(folderOf(this.#home, one.id));
      if (one.isReady) this.#resume(one);
      else this.#deps.running.forget(one.id);
    }
  }

  /** What serves a deployment, whether it is ready or not. */
  find(endpoint: string, deployment: string): Served | undefined {
    return this.#served.get(keyOf(endpoint, deployment));
  }

  /** Resolves when a deployment is served as `definition` says; answers why it is not, null where it is. */
  async bring(
    { id: operation, endpoint, deployment }: OnlineOperation,
    definition: DeploymentDefinition,
  ): Promise<OperationError | null> {
    const before = this.find(endpoint, deployment);
    const id = instanceOf(operation);
    try {
      const container = this.#containerOf(definition);
      if (container === null) {
        await this.#drop(keyOf(endpoint, deployment));
        return null;
      }
      if (before && before.instance.port !== null && runsAlike(before.definition, definition)) {
        this.#deps.running.serve({ id: before.id, definition, container });
        this.#served.set(keyOf(endpoint, deployment), { ...before, definition });
        return null;
      }
      if (before?.id === id) await this.#drop(keyOf(endpoint, deployment)); // begun before a kill
      await this.#replace({ id, endpoint, deployment, definition, container });
      return null;
    } catch (error) {
      if (this.#stopping.signal.aborted) throw error;
      this.#deps.running.forget(id);
      return this.#faultOf(error, id);
    }
  }

  /** Resolves when nothing of a deployment runs any more; of a whole endpoint where `deployment` is empty. */
  async drop(endpoint: string, deployment: string): Promise<void> {
    const prefix = keyOf(endpoint, deployment);
    const keys = [...this.#served.keys()].filter((key) =>
      deployment === '' ? key.startsWith(prefix) : key === prefix,
    );
    for (const key of keys) await this.#drop(key);
  }

  /** Removes the folders of instances that are named no more. */
  async prune(inUse: ReadonlySet<string>): Promise<void> {
    const folder = await findFolder(this.#home, 'deployments');
    for (const name of folder === null ? [] : await readdir(folder)) {
      const isServed = [...this.#served.values()].some(({ id }) => id === name);
      if (!isServed && !inUse.has(name)) await rm(join(folder!, name), { recursive: true, force: true });
    }
  }

  /** The log of an instance for reading; null where there is none. */
  async openLog(id: string): Promise<FileHandle | null> {
    const folder = await findFolder(folderOf(this.#home, id), 'logs');
    if (folder === null) return null;
    return openInside('the log of a deployment', folder, join(folder, logName)).catch(() => null);
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the workspace stops'));
    const instances = [...this.#starting, ...[...this.#served.values()].map(({ instance }) => instance)];
    await Promise.all(instances.map((instance) => instance.stop()));
    await this.#warden.stop();
  }

  #containerOf(definition: DeploymentDefinition): Container | null {
    const [, name = '', version = ''] =
      /environments\/([^/]+)\/versions\/([^/]+)$/.exec(definition.properties.environmentId ?? '') ?? [];
    return containerOf(definition, this.#deps.assets.find('environments', name, version)?.fixed);
  }

  #resume(one: NewInstance): void {
    const { id, endpoint, deployment, definition } = one;
    const instance = this.#make(one);
    this.#served.set(keyOf(endpoint, deployment), { id, definition, instance });
    instance.resume();
  }

  async #replace(named: NewInstance): Promise<void> {
    const { id, endpoint, deployment, definition, container } = named;
    const { running } = this.#deps;
    running.begin(named);
    const place = { home: this.#home, id };
    await endLeftovers(folderOf(this.#home, id));
    await bringFiles(definition, container, place, this.#deps, this.#stopping.signal);
    this.#stopping.signal.throwIfAborted();
    const instance = this.#make(named);
    this.#starting.add(instance);
    try {
      await instance.start();
    } catch (error) {
      this.#warden.release(instance.plan.folder);
      throw error;
    } finally {
      this.#starting.delete(instance);
    }
    const key = keyOf(endpoint, deployment);
    const before = this.#served.get(key);
    running.serve(named);
    this.#served.set(key, { id, definition, instance });
    if (before) await this.#discard(before);
  }

  #make({ id, endpoint, deployment, definition, container }: NewInstance): Instance {
    const { cloud, running, sink } = this.#deps;
    const folder = folderOf(this.#home, id);
    this.#warden.guard({ folder });
    return new Instance(planInstance(definition, container, folder), {
      beginWork: () => cloud.work.begin(),
      onSpawn: (pid) => {
        try {
          const mark = markProcess(pid);
          this.#warden.guard({ folder, mark });
          running.setProcess(id, mark);
        } catch (error) {
          killTree(pid); // a process nobody would know of after a restart must not run
          throw error;
        }
      },
      onOutput: (chunk) =>
        sink(...consoleRows({ deployment, instance: id, definition, chunk }, cloud.clock.now())),
      onEnd: (why) => cloud.log('warn', `azure-ml: deployment ${deployment} of ${endpoint}: ${why}`),
    });
  }

  async #drop(key: string): Promise<void> {
    const served = this.#served.get(key);
    if (!served) return;
    this.#served.delete(key);
    this.#deps.running.forget(served.id);
    await this.#discard(served);
  }

  /** Requests that it has are answered first. */
  async #discard({ instance }: Served): Promise<void> {
    await instance.drain(drainMs);
    await instance.stop();
    this.#warden.release(instance.plan.folder);
    await rm(instance.plan.folder, { recursive: true, force: true });
  }

  /** In the service's words and codes; the log is kept. */
  #faultOf(error: unknown, id: string): OperationError {
    const message = maskSecrets(error instanceof Error ? error.message : String(error));
    if (error instanceof NotReadyError)
      return {
        code: 'ResourceNotReady',
        message: `User container has crashed or terminated: ${message}. Its log tells more (getLogs; deployments/${id}/logs/${logName})`,
      };
    if (error instanceof JobFailure || error instanceof ServiceError) return { code: 'BadArgument', message };
    throw error;
  }
}

const keyOf = (endpoint: string, deployment: string): string => `${endpoint}/${deployment}`.toLowerCase();
