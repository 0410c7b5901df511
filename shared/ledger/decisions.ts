/**
 * Decisions in the ledger: rows of the table RatchetDecisions, one partition for each model.
 *
 * A decision's row has a timed key, so that a partition lists newest first; its second row, under the hash of the
 * signal's id, says which key that is. Both are written in one transaction when a signal is first answered; later
 * answers replace the first row and keep its place.
 */
import type { TableClient, TransactionAction } from '@azure/data-tables';
import type { AdmissionOutcome, Decision } from '../domain/decision.ts';
import { shortHash } from '../domain/short-hash.ts';
import { findRow, type KnownRow } from './conditional-writes.ts';
import { writeLogged } from './decision-log.ts';
import { readDocument, writeDocument } from './document.ts';
import { recordOfDecision } from './log-records.ts';
import { type Page, readNewest } from './read-newest.ts';
import { canBeKey, quote, timedKey, timeOfKey } from './row-keys.ts';
import { completeSecondRows, type SecondRow, type SecondRows } from './second-rows.ts';

export interface DecisionQuery {
  readonly model?: string | undefined;
  readonly outcome?: AdmissionOutcome | undefined;
  /** ISO 8601, UTC: only signals first offered at this moment or later. */
  readonly since?: string | undefined;
  /** The same: only of before this moment. */
  readonly until?: string | undefined;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** A row as it is written. The columns are for filters; the document is the whole decision. */
export function decisionRow(decision: Decision): SecondRow {
  const { signal, offeredAt } = decision;
  return {
    partitionKey: signal.model,
    rowKey: timedKey(signal.id, offeredAt),
    signalId: signal.id,
    kind: signal.kind,
    outcome: decision.outcome,
    reason: decision.reason,
    decidedAt: decision.decidedAt,
    runId: decision.runId ?? '',
    ...writeDocument(decision, { model: signal.model, signal: signal.id }),
  };
}

export const decisionOf = (row: KnownRow): Decision => readDocument<Decision>(row);

/** Times begin with digits: a listing does not see these. */
const idKey = (hash: string): string => `id-${hash}`;

/** Everything that the second row says is in the first one's key. */
export const decisionsById: SecondRows = {
  select: ['PartitionKey', 'RowKey'],
  of(row) {
    const [, hash] = /^\d{13}-([0-9a-f]{32})$/.exec(String(row['rowKey'])) ?? [];
    if (hash === undefined) return null;
    return { partitionKey: String(row['partitionKey']), rowKey: idKey(hash), timed: String(row['rowKey']) };
  },
};

/** All rows that a decision has. */
export function rowsOfDecision(decision: Decision): readonly [SecondRow, SecondRow] {
  const row = decisionRow(decision);
  return [row, decisionsById.of(row)!];
}

/** Writes an answer to a signal over an earlier one, in its place. */
export async function writeDecision(table: TableClient, decision: Decision): Promise<void> {
  const { model, id } = decision.signal;
  await completeSecondRows(table, model, decisionsById);
  await writeLogged(table, model, async () => {
    const known = await findRow(table, model, idKey(shortHash(id)));
    // A signal that is offered anew after its orchestration was lost is still the same signal.
    const offeredAt = known ? timeOfKey(String(known['timed'])) : decision.offeredAt;
    const [row, second] = rowsOfDecision({ ...decision, offeredAt });
    return {
      actions: [...(known ? [] : [['create', second] as TransactionAction]), ['upsert', row, 'Replace']],
      record: recordOfDecision(row, decision),
    };
  });
}

export async function readDecision(
  table: TableClient,
  model: string,
  signalId: string,
): Promise<Decision | null> {
  if (!canBeKey(model)) return null;
  await completeSecondRows(table, model, decisionsById);
  const second = await findRow(table, model, idKey(shortHash(signalId)));
  const row = second && (await findRow(table, model, String(second['timed'])));
  return row && decisionOf(row);
}

/** `latest`: of all models, by model, a time than which no signal of it was offered later; absent: not known. */
export function readDecisions(
  table: TableClient,
  query: DecisionQuery,
  latest?: ReadonlyMap<string, string>,
): Promise<Page<Decision>> {
  const { model, outcome, since, until, limit, continuation } = query;
  const filter = outcome === undefined ? undefined : `outcome eq ${quote(outcome)}`;
  const where = model === undefined ? { latest } : { partitions: [model] };
  return readNewest(table, { ...where, since, until, filter, limit, continuation }, decisionOf);
}
