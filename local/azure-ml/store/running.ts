/**
 * The processes of online deployments, on disk: what serves goes on serving after a restart, and what is left of a process
 * after a kill is found.
 *
 * Invariant: of a deployment at most one instance has been ready; it is the one that serves.
 */
import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../../process/in-transaction.ts';
import type { DeploymentDefinition } from '../deployment-definition.ts';
import type { Container } from '../serving/container.ts';
import type { ProcessMark } from './jobs.ts';

interface RunningInstance {
  readonly id: string;
  readonly endpoint: string;
  readonly deployment: string;
  readonly definition: DeploymentDefinition;
  /** As it was when it began: what it was made of may be gone by now. */
  readonly container: Container;
  readonly process: ProcessMark | null;
  readonly isReady: boolean;
}

export type NewInstance = Omit<RunningInstance, 'process' | 'isReady'>;

export class RunningStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  all(): readonly RunningInstance[] {
    const rows = this.#database.prepare('SELECT * FROM online_instances').all() as unknown as Row[];
    return rows.map(({ resource, process, ready, ...row }) => ({
      ...row,
      ...(JSON.parse(resource) as Pick<RunningInstance, 'definition' | 'container'>),
      process: process === null ? null : (JSON.parse(process) as ProcessMark),
      isReady: ready === 1,
    }));
  }

  begin({ id, endpoint, deployment, definition, container }: NewInstance): void {
    this.#database
      .prepare(
        `INSERT INTO online_instances (id, endpoint, deployment, resource, ready) VALUES (?, ?, ?, ?, 0)
         ON CONFLICT (id) DO UPDATE SET resource = excluded.resource, process = NULL, ready = 0`,
      )
      .run(id, endpoint, deployment, JSON.stringify({ definition, container }));
  }

  setProcess(id: string, mark: ProcessMark): void {
    this.#database
      .prepare('UPDATE online_instances SET process = ? WHERE id = ?')
      .run(JSON.stringify(mark), id);
  }

  /** This one serves from now on, and no other of its deployment. */
  serve({ id, definition, container }: Pick<NewInstance, 'id' | 'definition' | 'container'>): void {
    inTransaction(this.#database, () => {
      this.#database
        .prepare(
          `DELETE FROM online_instances WHERE id <> ? AND (endpoint, deployment) =
           (SELECT endpoint, deployment FROM online_instances WHERE id = ?)`,
        )
        .run(id, id);
      this.#database
        .prepare('UPDATE online_instances SET ready = 1, resource = ? WHERE id = ?')
        .run(JSON.stringify({ definition, container }), id);
    });
  }

  forget(id: string): void {
    this.#database.prepare('DELETE FROM online_instances WHERE id = ?').run(id);
  }
}

interface Row {
  id: string;
  endpoint: string;
  deployment: string;
  resource: string;
  process: string | null;
  ready: number;
}
