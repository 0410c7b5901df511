import { chmodSync, closeSync, openSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { openDatabase } from '../../process/open-database.ts';

const schema = `
CREATE TABLE IF NOT EXISTS assets (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,
  properties TEXT NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, UNIQUE (kind, name, version)
);
CREATE TABLE IF NOT EXISTS containers (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, name TEXT NOT NULL,
  properties TEXT NOT NULL, created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, UNIQUE (kind, name)
);
CREATE TABLE IF NOT EXISTS deleted_versions (
  kind TEXT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL, PRIMARY KEY (kind, name, version)
);
CREATE TABLE IF NOT EXISTS jobs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, experiment TEXT NOT NULL,
  definition TEXT NOT NULL, details TEXT NOT NULL, status TEXT NOT NULL,
  created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, started_ms INTEGER, ended_ms INTEGER,
  attempts INTEGER NOT NULL DEFAULT 0, process TEXT, error TEXT
);
CREATE INDEX IF NOT EXISTS jobs_by_experiment ON jobs (experiment);
CREATE TABLE IF NOT EXISTS job_steps (
  job TEXT PRIMARY KEY, pipeline TEXT NOT NULL, step TEXT NOT NULL, UNIQUE (pipeline, step)
);
CREATE TABLE IF NOT EXISTS metrics (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run TEXT NOT NULL, key TEXT NOT NULL, value REAL,
  timestamp_ms INTEGER NOT NULL, step INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS metrics_by_run ON metrics (run, key);
CREATE TABLE IF NOT EXISTS params (run TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (run, key));
CREATE TABLE IF NOT EXISTS online_resources (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, endpoint TEXT NOT NULL COLLATE NOCASE, deployment TEXT NOT NULL COLLATE NOCASE,
  resource TEXT NOT NULL, state TEXT NOT NULL, served TEXT, operation TEXT NOT NULL,
  created_ms INTEGER NOT NULL, modified_ms INTEGER NOT NULL, UNIQUE (endpoint, deployment)
);
CREATE TABLE IF NOT EXISTS online_operations (
  id TEXT PRIMARY KEY, endpoint TEXT NOT NULL, deployment TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
  started_ms INTEGER NOT NULL, due_ms INTEGER NOT NULL, ended_ms INTEGER, error TEXT
);
CREATE TABLE IF NOT EXISTS online_instances (
  id TEXT PRIMARY KEY, endpoint TEXT NOT NULL COLLATE NOCASE, deployment TEXT NOT NULL COLLATE NOCASE,
  resource TEXT NOT NULL, process TEXT, ready INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS online_requests (
  seq INTEGER PRIMARY KEY, endpoint TEXT NOT NULL COLLATE NOCASE, deployment TEXT NOT NULL, at_ms INTEGER NOT NULL,
  status INTEGER NOT NULL, model_status INTEGER, total_ms REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS online_requests_by_time ON online_requests (endpoint, at_ms);
CREATE TABLE IF NOT EXISTS endpoint_keys (
  endpoint TEXT PRIMARY KEY COLLATE NOCASE, primary_key TEXT NOT NULL, secondary_key TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS outbox (seq INTEGER PRIMARY KEY AUTOINCREMENT, event TEXT NOT NULL);
`;

/** Opens the workspace's state, making it when absent. It holds keys: its owner alone reads it. */
export function openWorkspace(file: string): DatabaseSync {
  closeSync(openSync(file, 'a', 0o600));
  chmodSync(file, 0o600);
  return openDatabase(file, schema);
}
