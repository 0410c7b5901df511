/**
 * Whether the rows of the ledger say what its log says: a row that was changed under an intact chain is found here. Pure.
 *
 * Owns: what is wrong with which row, in words. Does not own: reading rows (shared/ledger/read-log.ts).
 *
 * A record has several rows: one under its id, others by which lists and questions find it. All of them must be what they
 * were written as, for each answers somebody.
 */
import type { LogEntry } from './log-entry.ts';

/** A row of the ledger as it lies there, without what it says. */
export interface LedgerRow {
  readonly key: string;
  /** SHA-256, hex, over its columns. */
  readonly hash: string;
  /** Of the first row of a record; null of others. */
  readonly record: RowRecord | null;
  /** Whether it should be the first row of a record, and is none. */
  readonly isUnreadable?: true;
}

/** What the row of a record says of itself. */
export interface RowRecord {
  readonly id: string;
  /** ISO 8601, UTC. */
  readonly at: string;
  /** SHA-256, hex, over its document. */
  readonly document: string;
  /** The document itself, where it was asked for. */
  readonly text?: string;
  /** Whether it is to be in the log: a run is, once it has ended. */
  readonly isLogged: boolean;
  /** All rows that such a record has, by key, with the hashes of their columns. */
  readonly rows: Readonly<Record<string, string>>;
}

interface ComparedRows {
  /** Records that are what their latest entry says. */
  readonly same: number;
  /** Records of before the log began. */
  readonly uncovered: number;
  readonly findings: readonly string[];
}

/** `entries` of one chain, all of them; those beyond `before` were written while the rows were read. */
export function compareRows(
  entries: readonly LogEntry[],
  rows: readonly LedgerRow[],
  before: number,
): ComparedRows {
  const findings: string[] = [];
  const byId = new Map<
    string,
    { readonly latest: LogEntry; readonly fits: Set<string>; readonly isNew: boolean }
  >();
  for (const entry of entries) {
    const known = byId.get(entry.id);
    const isNew = entry.n > before;
    const fits = isNew ? new Set([...(known?.fits ?? []), entry.document]) : new Set([entry.document]);
    byId.set(entry.id, { latest: entry, fits, isNew });
  }
  const there = new Map(rows.map((row) => [row.key, row]));
  const accounted = new Set<string>();
  const found = new Set<string>();
  let same = 0;
  let uncovered = 0;
  for (const { key, record, isUnreadable } of rows) {
    if (isUnreadable) findings.push(`The row ${key} cannot be read: it was changed.`);
    if (!record) continue;
    for (const each of Object.keys(record.rows)) accounted.add(each);
    const logged = byId.get(record.id);
    found.add(record.id);
    if (!logged) {
      if (!record.isLogged || isOlder(record, entries)) uncovered += record.isLogged ? 1 : 0;
      else findings.push(`${record.id} has a row and no entry in the log: the row was inserted.`);
    } else if (!logged.fits.has(record.document)) {
      const { n, says } = logged.latest;
      findings.push(
        `The row of ${record.id} was changed: it differs from entry ${n} of the log (${JSON.stringify(says)}).`,
      );
    } else if (logged.isNew) same++;
    else {
      const wrong = Object.entries(record.rows).filter(([each, hash]) => there.get(each)?.hash !== hash);
      for (const [each] of wrong)
        findings.push(
          `${record.id} has an entry in the log, and its row ${each} ${there.has(each) ? 'was changed' : 'is missing'}: lists or look-ups give other answers.`,
        );
      if (wrong.length === 0) same++;
    }
  }
  for (const [id, { latest, isNew }] of byId)
    if (!found.has(id) && !isNew)
      findings.push(`${id} has entry ${latest.n} in the log and no row: the row was deleted.`);
  if (entries.length > 0 && entries.length === before)
    for (const { key, record, isUnreadable } of rows)
      if (!record && !isUnreadable && !accounted.has(key))
        findings.push(`The row ${key} belongs to no record: it was inserted.`);
  return { same, uncovered, findings };
}

/** Written before the log began, by what it says of itself. */
function isOlder({ at }: RowRecord, [first]: readonly LogEntry[]): boolean {
  return first === undefined || at <= first.at;
}
