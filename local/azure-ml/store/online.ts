/**
 * Online endpoints, their deployments, and the operations that change them.
 *
 * Owns: what is kept, and an operation's beginning and end. Does not own: when it ends (provisioning.ts), what may be
 * asked for (arm/online-endpoints.ts, arm/online-deployments.ts).
 *
 * Invariants
 * 1. A change and the operation that makes it are kept together, and so are an operation's end and its ModelDeployed event.
 * 2. An operation ends once. Of an endpoint and its deployments together at most one is under way.
 * 3. A model is told of once for each time that it is deployed: a change of anything else sends no event.
 */
import { randomUUID } from 'node:crypto';
import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { crashPoint } from '../../crash-point.ts';
import { inTransaction } from '../../process/in-transaction.ts';
import { type DeploymentDefinition, readModelId } from '../deployment-definition.ts';
import type { EndpointDefinition } from '../endpoint-definition.ts';
import { modelDeployed } from '../events.ts';
import type { Weights } from '../serving/weights.ts';
import {
  type Deployment,
  type Endpoint,
  type OnlineOperation,
  type OnlineRow,
  type OnlineState,
  type OperationError,
  type OperationRow,
  onlineOf,
  operationOf,
} from './online-rows.ts';
import type { Outbox } from './outbox.ts';

export type { Deployment, Endpoint, OnlineOperation, OperationError };

/** What is to change: an endpoint, or a deployment of it. */
interface Change {
  readonly endpoint: string;
  readonly deployment: string;
}

export class OnlineStore {
  readonly #database: DatabaseSync;
  readonly #outbox: Outbox;
  readonly #now: () => number;
  /** Every scoring request reads rows, some of them several times. */
  readonly #reads = new Map<string, StatementSync>();

  constructor(database: DatabaseSync, outbox: Outbox, now: () => number) {
    this.#database = database;
    this.#outbox = outbox;
    this.#now = now;
  }

  /** Names are the same in any case, as Resource Manager has it. */
  findEndpoint(endpoint: string): Endpoint | undefined {
    return this.#rows<Endpoint>("endpoint = ? AND deployment = ''", endpoint)[0];
  }

  findDeployment(endpoint: string, deployment: string): Deployment | undefined {
    return this.#rows("endpoint = ? AND deployment = ? AND deployment <> ''", endpoint, deployment)[0];
  }

  /** Newest first. */
  endpoints(): readonly Endpoint[] {
    return this.#rows<Endpoint>("deployment = ''");
  }

  /** What requests go by: the weights of the endpoint's last change that has succeeded. */
  weightsOf(endpoint: string): Weights {
    const { weights, resource } = this.findEndpoint(endpoint) ?? {};
    const none = { traffic: {}, mirrorTraffic: {} };
    return { ...none, ...(weights ?? resource?.properties) };
  }

  /** Of one endpoint, newest first. */
  deployments(endpoint: string): readonly Deployment[] {
    return this.#rows("endpoint = ? AND deployment <> ''", endpoint);
  }

  /** Of every endpoint, without those on Kubernetes. */
  managedDeployments(): readonly Deployment[] {
    const all = this.#rows("deployment <> ''");
    return all.filter(({ resource }) => resource.properties.endpointComputeType === 'Managed');
  }

  /** What the last operations of deployments are called by their instances. */
  instancesNamed(instanceOf: (operation: string) => string): ReadonlySet<string> {
    return new Set(this.#rows("deployment <> ''").map(({ operation }) => instanceOf(operation)));
  }

  countDeployments(): number {
    return this.#rows("deployment <> ''").length;
  }

  /** The operation under way on an endpoint or one of its deployments. */
  underWay(endpoint: string): OnlineOperation | undefined {
    return this.operationsUnderWay().find((one) => one.endpoint.toLowerCase() === endpoint.toLowerCase());
  }

  operationsUnderWay(): readonly OnlineOperation[] {
    const rows = this.#database.prepare("SELECT * FROM online_operations WHERE status = 'InProgress'").all();
    return (rows as unknown as OperationRow[]).map(operationOf);
  }

  findOperation(id: string): OnlineOperation | undefined {
    const row = this.#database.prepare('SELECT * FROM online_operations WHERE id = ?').get(id);
    return row && operationOf(row as unknown as OperationRow);
  }

  /** Keeps what is asked for, and that it is being made. */
  beginPut(
    change: Change,
    resource: EndpointDefinition | DeploymentDefinition,
    dueMs: number,
  ): OnlineOperation {
    const { endpoint, deployment } = change;
    return inTransaction(this.#database, () => {
      const operation = this.#begin(change, 'put', dueMs);
      const insert = this.#database.prepare(
        `INSERT INTO online_resources (endpoint, deployment, resource, state, operation, created_ms, modified_ms)
         VALUES (?, ?, ?, 'Creating', ?, ?, ?)
         ON CONFLICT (endpoint, deployment) DO UPDATE SET
         resource = excluded.resource, state = 'Updating', operation = excluded.operation, modified_ms = excluded.modified_ms`,
      );
      const nowMs = this.#now();
      insert.run(endpoint, deployment, JSON.stringify(resource), operation.id, nowMs, nowMs);
      return operation;
    });
  }

  beginDelete(change: Change, dueMs: number): OnlineOperation {
    return inTransaction(this.#database, () => {
      const operation = this.#begin(change, 'delete', dueMs);
      this.#setState(change, 'Deleting');
      return operation;
    });
  }

  /** Ends an operation that is under way; `error` says why it has failed. */
  end({ id }: OnlineOperation, error: OperationError | null): void {
    const isDeployment = inTransaction(this.#database, () => {
      const operation = this.findOperation(id);
      if (operation?.status !== 'InProgress') return false;
      this.#database
        .prepare('UPDATE online_operations SET status = ?, ended_ms = ?, error = ? WHERE id = ?')
        .run(error ? 'Failed' : 'Succeeded', this.#now(), error && JSON.stringify(error), id);
      if (operation.kind === 'delete') this.#remove(operation);
      else this.#setState(operation, error ? 'Failed' : 'Succeeded');
      const succeeded = operation.kind === 'put' && error === null;
      if (succeeded && operation.deployment === '') this.#setWeights(operation.endpoint);
      const isMade = succeeded && operation.deployment !== '';
      if (isMade) this.#tell(operation);
      if (isMade) crashPoint('deployment-before-commit');
      return isMade;
    });
    if (isDeployment) crashPoint('deployment-after-commit');
    this.#outbox.drain();
  }

  #begin({ endpoint, deployment }: Change, kind: OnlineOperation['kind'], dueMs: number): OnlineOperation {
    // As the service names them: online endpoint or deployment, made or deleted.
    const id = `o${deployment === '' ? 'e' : 'd'}${kind === 'put' ? 'idp' : 'del'}:${randomUUID()}`;
    this.#database
      .prepare(
        `INSERT INTO online_operations (id, endpoint, deployment, kind, status, started_ms, due_ms)
         VALUES (?, ?, ?, ?, 'InProgress', ?, ?)`,
      )
      .run(id, endpoint, deployment, kind, this.#now(), dueMs);
    return this.findOperation(id)!;
  }

  #setState({ endpoint, deployment }: Change, state: OnlineState): void {
    this.#database
      .prepare('UPDATE online_resources SET state = ? WHERE endpoint = ? AND deployment = ?')
      .run(state, endpoint, deployment);
  }

  #setWeights(endpoint: string): void {
    const { traffic, mirrorTraffic } = this.findEndpoint(endpoint)!.resource.properties;
    this.#database
      .prepare("UPDATE online_resources SET served = ? WHERE endpoint = ? AND deployment = ''")
      .run(JSON.stringify({ traffic, mirrorTraffic }), endpoint);
  }

  /** An endpoint takes its deployments, keys and counts along; a deployment is in its endpoint's traffic no more. */
  #remove({ endpoint, deployment }: Change): void {
    this.#database
      .prepare("DELETE FROM online_resources WHERE endpoint = ? AND (deployment = ? OR ? = '')")
      .run(endpoint, deployment, deployment);
    for (const table of deployment === '' ? ['endpoint_keys', 'online_requests'] : [])
      this.#database.prepare(`DELETE FROM ${table} WHERE endpoint = ?`).run(endpoint);
    const { resource } = this.findEndpoint(endpoint) ?? {};
    if (!resource) return;
    const { [deployment]: _gone, ...traffic } = resource.properties.traffic;
    const { [deployment]: _mirror, ...mirrorTraffic } = resource.properties.mirrorTraffic ?? {};
    const left = { ...resource, properties: { ...resource.properties, traffic, mirrorTraffic } };
    this.#database
      .prepare("UPDATE online_resources SET resource = ? WHERE endpoint = ? AND deployment = ''")
      .run(JSON.stringify(left), endpoint);
  }

  #tell({ id: operation, endpoint, deployment }: OnlineOperation): void {
    const { name, version } = readModelId(
      this.findDeployment(endpoint, deployment)!.resource.properties.model,
    );
    const model = `${name}:${version}`;
    if (this.findDeployment(endpoint, deployment)!.served === model) return;
    this.#database
      .prepare('UPDATE online_resources SET served = ? WHERE endpoint = ? AND deployment = ?')
      .run(model, endpoint, deployment);
    const models = this.deployments(endpoint)
      .filter(({ state }) => state === 'Succeeded')
      .flatMap(({ served }) => served ?? [])
      .toReversed();
    const { tags, properties } = this.findEndpoint(endpoint)!.resource;
    const served = { endpoint, operation, models: [...new Set(models)], tags };
    this.#outbox.put([modelDeployed({ ...served, properties: properties.properties }, this.#now())]);
  }

  #rows<Kept extends Deployment | Endpoint = Deployment>(where: string, ...named: readonly string[]): Kept[] {
    const sql = `SELECT * FROM online_resources WHERE ${where} ORDER BY seq DESC`;
    const read = this.#reads.get(sql) ?? this.#database.prepare(sql);
    this.#reads.set(sql, read);
    return (read.all(...named) as unknown as OnlineRow[]).map((row) => onlineOf(row) as Kept);
  }
}
