/** `POST /v1/workspaces/{id}/query`: a request to the service's answer. */
import { parseDurationMs } from '../clock/duration.ts';
import { utcTimeMs } from '../clock/utc-time.ts';
import type { Reply } from '../http/json-exchange.ts';
import { ServiceError } from '../http/service-error.ts';
import type { Fault } from './faults.ts';
import { KqlError } from './kql/error.ts';
import { evaluateQuery } from './kql/evaluate.ts';
import { renderValue, type Table } from './kql/values.ts';
import { quote } from './quote.ts';
import type { LogsStore, TimeSpan } from './store.ts';

interface QueryContext {
  readonly store: LogsStore;
  readonly nowMs: number;
  /** What befalls this query, or null. */
  readonly fault: Fault | null;
}

export function answerQuery(body: unknown, { store, nowMs, fault }: QueryContext): Reply {
  if (fault === 'timeout') throw new ServiceError(504, 'GatewayTimeout', 'Gateway timeout');
  if (fault === 'throttled') {
    const message = 'The request is throttled: too many queries at once';
    throw new ServiceError(429, 'ThrottledError', message, { 'retry-after': '1' });
  }
  if (fault === 'gateway') return { status: 502, body: Buffer.from('<html>502 Bad Gateway</html>') };
  const { query, span } = readRequest(body, nowMs);
  try {
    const table = evaluateQuery(query, { find: (name) => store.read(name, span), nowMs });
    return { status: 200, body: fault === 'partial' ? partialBody(table) : { tables: [renderTable(table)] } };
  } catch (error) {
    if (error instanceof KqlError) return { status: 400, body: refusalBody(error) };
    throw error;
  }
}

function readRequest(body: unknown, nowMs: number): { query: string; span: TimeSpan | null } {
  const { query, timespan } = (body ?? {}) as { query?: unknown; timespan?: unknown };
  if (typeof query !== 'string' || query.trim() === '') {
    throw new ServiceError(
      400,
      'BadArgumentError',
      'The request had some invalid properties: query is missing',
    );
  }
  return { query, span: timespan === undefined || timespan === null ? null : readTimeSpan(timespan, nowMs) };
}

/** An ISO 8601 interval: two times, a time and a duration, or a duration up to now. */
function readTimeSpan(timespan: unknown, nowMs: number): TimeSpan {
  const [first = '', second] = typeof timespan === 'string' ? timespan.split('/') : [];
  const [firstMs, secondMs] = [first, second ?? new Date(nowMs).toISOString()].map(readMoment);
  const { timeMs: from, durationMs: before } = firstMs!;
  const { timeMs: to, durationMs: after } = secondMs!;
  const fromMs = from ?? (to !== undefined && before !== undefined ? to - before : Number.NaN);
  const toMs = to ?? (from !== undefined && after !== undefined ? from + after : Number.NaN);
  if (!Number.isNaN(fromMs) && !Number.isNaN(toMs)) return { fromMs, toMs };
  throw new ServiceError(
    400,
    'BadArgumentError',
    `timespan: expected an ISO 8601 interval, got ${quote(timespan)}`,
  );
}

function readMoment(text: string): { timeMs?: number; durationMs?: number } {
  const durationMs = parseDurationMs(text);
  if (durationMs !== undefined) return { durationMs };
  const timeMs = utcTimeMs(text);
  return Number.isNaN(timeMs) ? {} : { timeMs };
}

function renderTable({ columns, rows }: Table): object {
  return {
    name: 'PrimaryResult',
    columns,
    rows: rows.map((row) => row.map((value, index) => renderValue(columns[index]!.type, value))),
  };
}

function partialBody(table: Table): object {
  const half = { ...table, rows: table.rows.slice(0, Math.ceil(table.rows.length / 2)) };
  const detail = { code: 'QueryExecutionError', message: 'A part of the workspace did not answer in time' };
  const message = 'There were some errors when processing your query.';
  return { tables: [renderTable(half)], error: { code: 'PartialError', message, details: [detail] } };
}

function refusalBody({ kind, message, place }: KqlError): object {
  const innermost =
    kind === 'SyntaxError' ? { code: 'SYN0002', message, ...place } : { code: 'SEM0100', message };
  const what =
    kind === 'SyntaxError' ? 'A recognition error occurred in the query.' : 'A semantic error occurred.';
  return {
    error: {
      message: 'The request had some invalid properties',
      code: 'BadArgumentError',
      innererror: { code: kind, message: what, innererror: innermost },
    },
  };
}
