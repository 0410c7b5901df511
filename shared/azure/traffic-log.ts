/**
 * What the traffic log of an online endpoint says of the requests its deployments were sent.
 *
 * Owns: the query over the table AmlOnlineEndpointTrafficLog, what of a request is an error, and what is unclear.
 * Does not own: what follows from the counts (shared/gates/requests), which window is asked about.
 *
 * Invariants
 * 1. Both sides of a comparison come from one answer: equally late, equally complete.
 * 2. What cannot be told counts as at most, never as nothing: a request without a status is no good answer.
 * 3. No name from outside ends a text of the query.
 *
 * Errors are answers of 500 and more, 408 (the model took longer than the endpoint waits) and 424 (the endpoint's word for
 * a model that answered anything but 200). Unclear are 429 (more requests than the deployment takes, or than the endpoint
 * may), 499 (the caller hung up) and no status. Any other answer of 400 to 499 is the caller's own doing and is no request
 * that a version could have answered. Sources: "Troubleshoot online endpoints" (HTTP status codes) and the reference of the
 * table, learn.microsoft.com.
 */
import type { LogsTable } from '../domain/logs-table.ts';
import { type RequestCounts, type RequestTally, recentMs } from '../domain/request-counts.ts';
import { RatchetError } from '../errors.ts';
import type { Logs } from './logs.ts';

export interface TrafficQuestion {
  /** Name of the workspace that has the endpoint: other workspaces may log to the same place. */
  readonly workspace: string;
  readonly endpoint: string;
  /** Absent: the one that the service writes. */
  readonly table?: string | undefined;
  readonly deployments: readonly string[];
  /** Answers are slow from so many milliseconds on. */
  readonly slowerThanMs: readonly number[];
  /** ISO 8601, UTC. */
  readonly from: string;
  readonly until: string;
}

/**
 * Counts by deployment; one without a request in the log has none. Throws as `Logs.query` does, and `azure-refused` where
 * the answer is not what was asked for.
 */
export async function countRequests(logs: Logs, question: TrafficQuestion): Promise<RequestCounts[]> {
  const { endpoint, deployments, from, until } = question;
  const asked = `requests of endpoint ${endpoint}, ${deployments.join(' and ')}`;
  const table = await logs.query({
    ...{ text: trafficQuery(question), from: new Date(from), to: new Date(until) },
    ...{ asked, subject: { endpoint } },
  });
  return readCounts(table, question, asked);
}

/** The query; `TimeGenerated` is bounded by the time span it is sent with. */
export function trafficQuery(question: TrafficQuestion): string {
  const { workspace, endpoint, deployments, until, table = 'AmlOnlineEndpointTrafficLog' } = question;
  const ofDeployments = deployments.map((name) => `DeploymentName =~ ${quote(name)}`).join(' or ');
  const recentFrom = new Date(Date.parse(until) - recentMs(question));
  const slow = thresholds(question).flatMap((ms) => [
    `slow_${ms} = countif(failed or ms >= ${ms})`,
    `maybe_slow_${ms} = countif(failed or unclear or isnull(ms) or ms >= ${ms})`,
  ]);
  return [
    table,
    `| where AzureMLWorkspaceName =~ ${quote(workspace)} and EndpointName =~ ${quote(endpoint)}`,
    `| where ${ofDeployments}`,
    '| project deployment = DeploymentName, at = TimeGenerated, status = toreal(ResponseCode),',
    '    modelStatus = toreal(ModelStatusCode), ms = toreal(TotalDurationMs)',
    '| where isnull(status) or status < 400 or status >= 500 or status in (408.0, 424.0, 429.0, 499.0)',
    '| project deployment, at, ms,',
    '    failed = status >= 500 or status == 408 or status == 424 or modelStatus >= 500,',
    '    unclear = isnull(status) or status < 100 or status == 429 or status == 499',
    '| summarize requests = count(),',
    `    ${['errors = countif(failed)', 'maybe_errors = countif(failed or unclear)', ...slow].join(',\n    ')}`,
    `    by deployment, recent = at >= datetime(${recentFrom.toISOString()})`,
  ].join('\n');
}

const thresholds = ({ slowerThanMs }: TrafficQuestion): number[] => [...new Set(slowerThanMs)];

/** A text of KQL. Control characters are in no name, and a query has none within a line. */
function quote(name: string): string {
  return `"${name.replaceAll(/\p{Cc}/gu, '').replaceAll(/["\\]/g, '\\$&')}"`;
}

function readCounts(table: LogsTable, question: TrafficQuestion, asked: string): RequestCounts[] {
  const at = (column: string): number => table.columns.findIndex(({ name }) => name === column);
  const tallyAll = (rows: LogsTable['rows']): RequestTally => {
    const sum = (column: string): number =>
      rows.reduce((all, row) => all + readCount(row[at(column)], column, asked), 0);
    const tally = (column: string) => ({ least: sum(column), most: sum(`maybe_${column}`) });
    return {
      requests: sum('requests'),
      errors: tally('errors'),
      slow: Object.fromEntries(thresholds(question).map((ms) => [ms, tally(`slow_${ms}`)])),
    };
  };
  return question.deployments.map((deployment) => {
    // The service's names are the same in upper and lower case.
    const rows = table.rows.filter(
      (row) => String(row[at('deployment')]).toLowerCase() === deployment.toLowerCase(),
    );
    const recent = tallyAll(rows.filter((row) => row[at('recent')] === true));
    return { deployment, ...tallyAll(rows), recent };
  });
}

function readCount(cell: unknown, column: string, asked: string): number {
  const count = Number(cell);
  if (cell !== null && cell !== undefined && Number.isSafeInteger(count) && count >= 0) return count;
  throw new RatchetError(
    'azure-refused',
    `${asked}: Log Analytics answered no count in ${column}, but ${JSON.stringify(cell) ?? 'nothing'}`,
  );
}
