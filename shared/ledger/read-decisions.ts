/**
 * Reads decisions newest first, some at a time.
 *
 * Tables sort by partition (the model) first. Across models, the newest of each are read and merged; which models
 * there are is found by jumping from partition to partition, one small query each.
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { AdmissionOutcome, Decision } from '../domain/decision.ts';
import { RatchetError } from '../errors.ts';
import { decisionOf, decisionRowKey, invertTime } from './decision-row.ts';
import { listPartitions, quote } from './partitions.ts';

export interface DecisionQuery {
  readonly model?: string | undefined;
  readonly outcome?: AdmissionOutcome | undefined;
  /** ISO 8601, UTC: only signals first offered at this moment or later. */
  readonly since?: string | undefined;
  readonly limit: number;
  /** As `continuationAfter` made it: only decisions after that one. */
  readonly continuation?: string | undefined;
}

/** A row's place in the order of a listing: by row key, then by model. */
interface Place {
  readonly rowKey: string;
  readonly model: string;
}

export async function readDecisions(table: TableClient, query: DecisionQuery): Promise<readonly Decision[]> {
  const after = query.continuation === undefined ? null : readContinuation(query.continuation);
  const models = query.model === undefined ? await listPartitions(table) : [query.model];
  const found: (Place & { readonly decision: Decision })[] = [];
  for (const model of models) {
    for (const row of await readPartition(table, model, query, after)) {
      found.push({ rowKey: String(row['rowKey']), model, decision: decisionOf(row) });
    }
  }
  found.sort((a, b) => (isAfter(a, b) ? 1 : -1));
  return found.slice(0, query.limit).map(({ decision }) => decision);
}

async function readPartition(
  table: TableClient,
  model: string,
  query: DecisionQuery,
  after: Place | null,
): Promise<Readonly<Record<string, unknown>>[]> {
  const found: Readonly<Record<string, unknown>>[] = [];
  const rows = table.listEntities({
    queryOptions: { filter: filterOf(model, query, after) },
    ...callLimit(),
  });
  for await (const page of rows.byPage({ maxPageSize: Math.min(query.limit, 1000) })) {
    found.push(...page);
    if (found.length >= query.limit) break;
  }
  return found;
}

function filterOf(model: string, query: DecisionQuery, after: Place | null): string {
  const conditions = [`PartitionKey eq ${quote(model)}`];
  // Row keys go on after the time with a hyphen; the full stop is the next character.
  if (query.since !== undefined) conditions.push(`RowKey lt ${quote(`${invertTime(query.since)}.`)}`);
  if (after) conditions.push(`RowKey ${model > after.model ? 'ge' : 'gt'} ${quote(after.rowKey)}`);
  if (query.outcome !== undefined) conditions.push(`outcome eq ${quote(query.outcome)}`);
  return conditions.join(' and ');
}

function isAfter(a: Place, b: Place): boolean {
  return a.rowKey === b.rowKey ? a.model > b.model : a.rowKey > b.rowKey;
}

/** Goes on after the last decision of an earlier answer, whatever has been written meanwhile. */
export function continuationAfter({ signal, offeredAt }: Decision): string {
  const place = [decisionRowKey(signal.id, offeredAt), signal.model];
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

function readContinuation(text: string): Place {
  try {
    const [rowKey, model] = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as unknown[];
    if (typeof rowKey === 'string' && typeof model === 'string') return { rowKey, model };
  } catch {
    // Said below.
  }
  throw new RatchetError(
    'bad-request',
    `continuation must be the one of an earlier page; found ${JSON.stringify(text.slice(0, 40))}; leave it out to begin anew`,
  );
}
