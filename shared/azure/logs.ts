/**
 * Queries over one Log Analytics workspace.
 *
 * Owns: asking, and telling a whole answer from a partial one and from a refusal.
 * Does not own: what an answer means (shared/signals/judge-rows.ts), repeating (the durable step does it).
 *
 * Invariant: a table is answered only where the service says that it is complete.
 */
import type { PipelinePolicy } from '@azure/core-rest-pipeline';
import type { LogsErrorInfo, LogsQueryClient, LogsTable as SdkTable } from '@azure/monitor-query-logs';
import type { LogsTable } from '../domain/logs-table.ts';
import { RatchetError } from '../errors.ts';
import { azureError } from './azure-error.ts';
import { callLimit } from './call-limits.ts';

interface LogsQuery {
  /** KQL. */
  readonly text: string;
  /** Rows whose TimeGenerated lies between the two are seen. */
  readonly from: Date;
  readonly to: Date;
  /** What is asked, for messages: `query accuracy-low of model fraud`. */
  readonly asked: string;
  readonly subject: Readonly<Record<string, string>>;
}

/** The service gives up a little before the call does, and says so. */
const serverTimeoutS = 40;

export class Logs {
  readonly #client: LogsQueryClient;
  readonly #workspaceId: string;

  constructor(client: LogsQueryClient, workspaceId: string) {
    this.#client = client;
    this.#workspaceId = workspaceId;
  }

  /**
   * The first table of the result. Throws `azure-unavailable` for a partial result, a timeout or throttling: the same
   * query may succeed later. Throws `azure-refused` for a query that is wrong.
   */
  async query({ text, from, to, asked, subject }: LogsQuery): Promise<LogsTable> {
    const timespan = { startTime: from, endTime: to };
    const options = { serverTimeoutInSeconds: serverTimeoutS };
    const result = await this.#client
      .queryWorkspace(this.#workspaceId, text, timespan, options)
      .catch((error: unknown) => {
        throw azureError(asked, subject, error);
      });
    if (result.status === 'Success') return readTable(result.tables[0]);
    throw new RatchetError(
      'azure-unavailable',
      `${asked}: Log Analytics returned a partial result, which is never judged: ${describe(result.partialError)}`,
      { subject },
    );
  }
}

/**
 * What version 1.0.0 of the client leaves out: it drops the abort signal of a call, and breaks on a refusal that has
 * not its own shape, such as a gateway's page, before it has said the status.
 */
export const logsPolicy: PipelinePolicy = {
  name: 'ratchetLogsPolicy',
  async sendRequest(request, next) {
    request.abortSignal = callLimit().abortSignal;
    const response = await next(request);
    if (response.status === 200) return response;
    throw Object.assign(new Error(), {
      statusCode: response.status,
      response,
      ...readRefusal(response.bodyAsText),
    });
  },
};

function readRefusal(body: string | null | undefined): { message: string; code?: string } {
  try {
    const { error } = JSON.parse(body ?? '') as { error?: LogsErrorInfo };
    if (error) return { message: describe(error), code: error.code };
  } catch {
    // No answer of the service's own.
  }
  return { message: body ?? '' };
}

/** The service says what is wrong at the innermost of its errors, or in the details. */
function describe(error: LogsErrorInfo): string {
  const said: string[] = [];
  const add = (code: unknown, message: unknown) => {
    const text = [code, message].filter((part) => typeof part === 'string' && part !== '').join(' ');
    said.push(text.replaceAll(/\s+/g, ' ').trim().slice(0, 300));
  };
  let inner: LogsErrorInfo | undefined = error;
  for (let depth = 0; inner && depth < 5; depth++) {
    add(inner.code, inner.message);
    for (const detail of (inner.details ?? []).slice(0, 3)) add(detail.code, detail.message);
    inner = inner.innererror;
  }
  return said.filter((text) => text !== '').join(': ') || 'no reason was given';
}

function readTable(table: SdkTable | undefined): LogsTable {
  if (!table) return { columns: [], rows: [] };
  const columns = table.columnDescriptors.map(({ name, type }) => ({ name: name ?? '', type: type ?? '' }));
  return { columns, rows: table.rows.map((row) => row.map(readCell)) };
}

/** The client makes Dates of datetimes, and invalid ones of what is none. */
function readCell(cell: unknown): unknown {
  if (!(cell instanceof Date)) return cell ?? null;
  return Number.isNaN(cell.getTime()) ? null : cell.toISOString();
}
