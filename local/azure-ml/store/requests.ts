/** Requests to online endpoints, as far as metrics tell of them. Azure Monitor keeps metrics for 93 days, and so does this. */
import type { DatabaseSync } from 'node:sqlite';

export interface CountedRequest {
  readonly endpoint: string;
  readonly deployment: string;
  /** By the cloud's clock. */
  readonly atMs: number;
  readonly status: number;
  /** The container's own; null where it was not asked. */
  readonly modelStatus: number | null;
  readonly totalMs: number;
}

const keptMs = 93 * 86_400_000;

export class RequestStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  add({ endpoint, deployment, atMs, status, modelStatus, totalMs }: CountedRequest): void {
    this.#database
      .prepare(
        'INSERT INTO online_requests (endpoint, deployment, at_ms, status, model_status, total_ms) VALUES (?, ?, ?, ?, ?, ?)',
      )
      .run(endpoint, deployment, atMs, status, modelStatus, totalMs);
  }

  /** Of an endpoint, from a time on and before another. */
  between(endpoint: string, fromMs: number, toMs: number): readonly CountedRequest[] {
    const rows = this.#database
      .prepare('SELECT * FROM online_requests WHERE endpoint = ? AND at_ms >= ? AND at_ms < ?')
      .all(endpoint, fromMs, toMs) as unknown as Row[];
    return rows.map(({ at_ms: atMs, model_status: modelStatus, total_ms: totalMs, ...row }) => ({
      ...row,
      ...{ atMs, modelStatus, totalMs },
    }));
  }

  prune(nowMs: number): void {
    this.#database.prepare('DELETE FROM online_requests WHERE at_ms < ?').run(nowMs - keptMs);
  }
}

interface Row {
  endpoint: string;
  deployment: string;
  at_ms: number;
  status: number;
  model_status: number | null;
  total_ms: number;
}
