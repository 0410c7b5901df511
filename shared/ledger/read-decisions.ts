/**
 * Reads decisions in pages, newest first.
 *
 * Tables sort by partition (the model) first. Across models, the newest of each are read and merged; which models
 * there are is found by jumping from partition to partition, one small query each.
 */
import type { TableClient } from '@azure/data-tables';
import type { AdmissionOutcome, Decision } from '../domain/decision.ts';
import { RatchetError } from '../errors.ts';
import { decisionOf, invertTime } from './decision-row.ts';

export interface DecisionQuery {
  readonly model?: string;
  readonly outcome?: AdmissionOutcome;
  /** ISO 8601, UTC: only signals first offered at this moment or later. */
  readonly since?: string;
  readonly limit: number;
  /** Of an earlier page. */
  readonly continuation?: string;
}

export interface DecisionPage {
  readonly decisions: readonly Decision[];
  /** Gives the next page; null after the last. */
  readonly continuation: string | null;
}

/** A row's place in the order of a listing: by row key, then by model. */
interface Place {
  readonly rowKey: string;
  readonly model: string;
}

interface FoundDecision extends Place {
  readonly decision: Decision;
}

export async function readDecisions(table: TableClient, query: DecisionQuery): Promise<DecisionPage> {
  const after = query.continuation === undefined ? null : readContinuation(query.continuation);
  const models = query.model === undefined ? await listPartitions(table) : [query.model];
  const found: FoundDecision[] = [];
  for (const model of models) found.push(...(await readPartition(table, model, query, after)));
  found.sort((a, b) => (isAfter(a, b) ? 1 : -1));
  const page = found.slice(0, query.limit);
  const last = page.at(-1);
  return {
    decisions: page.map(({ decision }) => decision),
    continuation: last && found.length > page.length ? writeContinuation(last) : null,
  };
}

/** One row more than asked for, to know whether there is a next page. */
async function readPartition(
  table: TableClient,
  model: string,
  query: DecisionQuery,
  after: Place | null,
): Promise<FoundDecision[]> {
  const found: FoundDecision[] = [];
  const rows = table.listEntities({ queryOptions: { filter: filterOf(model, query, after) } });
  for await (const pageOfRows of rows.byPage({ maxPageSize: Math.min(query.limit + 1, 1000) })) {
    for (const row of pageOfRows) {
      found.push({ rowKey: row.rowKey ?? '', model, decision: decisionOf(row) });
      if (found.length > query.limit) return found;
    }
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

export async function listPartitions(table: TableClient): Promise<string[]> {
  const partitions: string[] = [];
  for (let last = ''; ; ) {
    const filter = `PartitionKey gt ${quote(last)}`;
    const rows = table.listEntities({ queryOptions: { filter, select: ['PartitionKey'] } });
    const next = await firstOf(rows.byPage({ maxPageSize: 1 }));
    if (next === undefined) return partitions;
    partitions.push(next);
    last = next;
  }
}

/** A page may be empty and still not be the last one. */
async function firstOf(
  pages: AsyncIterable<readonly { partitionKey?: string }[]>,
): Promise<string | undefined> {
  for await (const page of pages) if (page[0]?.partitionKey !== undefined) return page[0].partitionKey;
  return undefined;
}

function isAfter(a: Place, b: Place): boolean {
  return a.rowKey === b.rowKey ? a.model > b.model : a.rowKey > b.rowKey;
}

/** A literal of OData. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

function writeContinuation({ rowKey, model }: Place): string {
  return Buffer.from(JSON.stringify([rowKey, model])).toString('base64url');
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
