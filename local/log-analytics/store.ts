/**
 * The rows of the local workspace, in SQLite.
 *
 * Invariants
 * 1. What was ingested is on disk when `ingest` returns, all of a call or nothing.
 * 2. A column has one type from its first value on; a column of whole numbers may become one of real numbers.
 * 3. Standard tables are there before any row (standard-tables.ts).
 */

import { utcTimeMs } from '../clock/utc-time.ts';
import { ServiceError } from '../http/service-error.ts';
import { inTransaction } from '../process/in-transaction.ts';
import { openDatabase } from '../process/open-database.ts';
import type { Column, Table, Type, Value } from './kql/values.ts';
import { quote } from './quote.ts';
import { standardTables } from './standard-tables.ts';

/** Half-open, by TimeGenerated; null: all rows. */
export interface TimeSpan {
  readonly fromMs: number;
  readonly toMs: number;
}

const schema = `
CREATE TABLE IF NOT EXISTS columns (
  seq INTEGER PRIMARY KEY, name TEXT NOT NULL, tbl TEXT NOT NULL, type TEXT NOT NULL, UNIQUE (tbl, name)
);
CREATE TABLE IF NOT EXISTS rows (seq INTEGER PRIMARY KEY, tbl TEXT NOT NULL, time_ms REAL NOT NULL, body TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS rows_by_time ON rows (tbl, time_ms);
`;

const timeColumn = 'TimeGenerated';
const names = /^[A-Za-z][A-Za-z0-9_]{0,99}$/;

export type LogsStore = ReturnType<typeof openLogsStore>;

export function openLogsStore(file: string, now: () => number) {
  const database = openDatabase(file, schema);
  const columnsOf = database.prepare('SELECT name, type FROM columns WHERE tbl = ? ORDER BY seq');
  const rowsOf = database.prepare(
    'SELECT body FROM rows WHERE tbl = ? AND time_ms >= ? AND time_ms < ? ORDER BY seq',
  );
  const addRow = database.prepare('INSERT INTO rows (tbl, time_ms, body) VALUES (?, ?, ?)');
  const setColumn = database.prepare(
    'INSERT INTO columns (tbl, name, type) VALUES (?, ?, ?) ON CONFLICT (tbl, name) DO UPDATE SET type = excluded.type',
  );
  const readColumns = (table: string) => columnsOf.all(table) as unknown as Column[];
  for (const [table, columns] of Object.entries(standardTables)) {
    if (readColumns(table).length > 0) continue;
    inTransaction(database, () => {
      for (const { name, type } of columns) setColumn.run(table, name, type);
    });
  }

  return {
    /** Answers the number of rows. Throws a ServiceError 400 that names what does not fit. */
    ingest(table: string, rows: unknown): number {
      if (!names.test(table))
        throw badRows(`table ${quote(table)}: a name is letters, digits and underscores`);
      if (!Array.isArray(rows) || !rows.every(isRecord)) throw badRows('expected a JSON array of objects');
      const known = new Map(readColumns(table).map(({ name, type }) => [name, type]));
      const types = new Map(known);
      types.set(timeColumn, 'datetime');
      const dated = rows.map((row) => ({ ...row, [timeColumn]: readTime(row[timeColumn], now()) }));
      for (const row of dated)
        for (const [name, value] of Object.entries(row)) learn(types, table, name, value);
      inTransaction(database, () => {
        for (const [name, type] of types) if (known.get(name) !== type) setColumn.run(table, name, type);
        for (const row of dated) addRow.run(table, Date.parse(row[timeColumn]!), JSON.stringify(row));
      });
      return rows.length;
    },

    read(table: string, span: TimeSpan | null): Table | null {
      const columns = readColumns(table);
      if (columns.length === 0) return null;
      const [fromMs, toMs] = span === null ? [-Infinity, Infinity] : [span.fromMs, span.toMs];
      const rows = rowsOf.all(table, Math.max(fromMs, -8.64e15), Math.min(toMs, 8.65e15)) as {
        body: string;
      }[];
      return { columns, rows: rows.map(({ body }) => readRow(columns, JSON.parse(body))) };
    },

    close: () => database.close(),
  };
}

function readRow(columns: readonly Column[], row: Readonly<Record<string, unknown>>): Value[] {
  return columns.map(({ name, type }) => {
    const value = Object.hasOwn(row, name) ? (row[name] as Value) : null;
    if (type === 'datetime' && value !== null) return Date.parse(value as string);
    // There are no null strings.
    return value ?? (type === 'string' ? '' : null);
  });
}

/** ISO 8601, UTC; the time of ingestion where the row names none. */
function readTime(given: unknown, nowMs: number): string {
  if (given === undefined) return new Date(nowMs).toISOString();
  const ms = typeof given === 'string' ? utcTimeMs(given) : Number.NaN;
  if (Number.isNaN(ms)) throw badRows(`${timeColumn}: expected an ISO 8601 time, got ${quote(given)}`);
  return new Date(ms).toISOString();
}

function learn(types: Map<string, Type>, table: string, name: string, value: unknown): void {
  if (!names.test(name)) throw badRows(`column ${quote(name)}: a name is letters, digits and underscores`);
  if (value === null || name === timeColumn) return;
  const found = typeOf(value);
  const known = types.get(name);
  const isWider = known === 'long' && found === 'real';
  if (known === undefined || isWider) types.set(name, found);
  else if (known !== found && !(known === 'real' && found === 'long')) {
    throw badRows(`column ${name} of table ${table} is ${known}, got ${found}: ${quote(value)}`);
  }
}

function typeOf(value: unknown): Type {
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'real';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : 'dynamic';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const badRows = (message: string): ServiceError => new ServiceError(400, 'BadArgumentError', message);
