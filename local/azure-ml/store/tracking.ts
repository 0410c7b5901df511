/** What runs log: metrics with their history, parameters. Tags of a run are the tags of its job. */
import type { DatabaseSync } from 'node:sqlite';

export interface Metric {
  readonly key: string;
  /** Never infinite; NaN is kept as such. */
  readonly value: number;
  readonly timestampMs: number;
  readonly step: number;
}

export interface Param {
  readonly key: string;
  readonly value: string;
}

export class TrackingStore {
  readonly #database: DatabaseSync;

  constructor(database: DatabaseSync) {
    this.#database = database;
  }

  addMetric(run: string, metric: Metric): void {
    const value = Number.isNaN(metric.value) ? null : metric.value;
    this.#database
      .prepare('INSERT INTO metrics (run, key, value, timestamp_ms, step) VALUES (?, ?, ?, ?, ?)')
      .run(run, metric.key, value, metric.timestampMs, metric.step);
  }

  /** In the order they were logged. */
  history(run: string, key: string): Metric[] {
    const rows = this.#database
      .prepare('SELECT * FROM metrics WHERE run = ? AND key = ? ORDER BY seq')
      .all(run, key);
    return (rows as unknown as MetricRow[]).map(metricOf);
  }

  /** Of every metric the last value: the highest step, then the latest time, then the greatest value. */
  latest(run: string): Metric[] {
    const rows = this.#database
      .prepare('SELECT * FROM metrics WHERE run = ? ORDER BY key, step, timestamp_ms, value, seq')
      .all(run) as unknown as MetricRow[];
    return [...new Map(rows.map((row) => [row.key, metricOf(row)])).values()];
  }

  param(run: string, key: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM params WHERE run = ? AND key = ?').get(run, key);
    return row?.['value'] as string | undefined;
  }

  addParam(run: string, param: Param): void {
    this.#database
      .prepare('INSERT INTO params (run, key, value) VALUES (?, ?, ?)')
      .run(run, param.key, param.value);
  }

  params(run: string): Param[] {
    return this.#database
      .prepare('SELECT key, value FROM params WHERE run = ? ORDER BY key')
      .all(run) as unknown as Param[];
  }
}

interface MetricRow {
  key: string;
  value: number | null;
  timestamp_ms: number;
  step: number;
}

function metricOf(row: MetricRow): Metric {
  return { key: row.key, value: row.value ?? Number.NaN, timestampMs: row.timestamp_ms, step: row.step };
}
