import type { Decision } from '../domain/decision.ts';
import { shortHash } from '../domain/short-hash.ts';
import { readDocument, writeDocument } from './document.ts';

/** A row of the table RatchetDecisions. The columns are for filters; the document is the whole decision. */
export interface DecisionRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

/** Milliseconds of the year 2286, the last with 13 digits. */
const lastMs = 9_999_999_999_999;

/** Tables sort ascending: the time left until `lastMs`, padded, puts the latest first. */
export function invertTime(at: string): string {
  return String(lastMs - Date.parse(at)).padStart(13, '0');
}

export function decisionRowKey(signalId: string, offeredAt: string): string {
  const hash = shortHash(signalId);
  return `${invertTime(offeredAt)}-${hash}`;
}

export function decisionRow(decision: Decision): DecisionRow {
  const { signal, offeredAt } = decision;
  return {
    partitionKey: signal.model,
    rowKey: decisionRowKey(signal.id, offeredAt),
    signalId: signal.id,
    kind: signal.kind,
    outcome: decision.outcome,
    reason: decision.reason,
    decidedAt: decision.decidedAt,
    runId: decision.runId ?? '',
    ...writeDocument(decision, { model: signal.model, signal: signal.id }),
  };
}

export function decisionOf(row: Readonly<Record<string, unknown>>): Decision {
  return readDocument<Decision>(row);
}
