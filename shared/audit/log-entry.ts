/**
 * One entry of the decision log, and how entries hang together. Pure.
 *
 * Owns: what an entry says, and its hash: SHA-256 over its canonical JSON (RFC 8785), the hash of the entry before it
 * included. Stored and exported: neither ever changes.
 * Does not own: where entries are kept (shared/ledger), what a broken chain is called (verify-log.ts).
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';

const recordTypes = ['decision', 'run', 'operation', 'release'] as const;
type RecordType = (typeof recordTypes)[number];

/** What is written down: a row of the ledger, by the hash of its document, and the most of it for people to read. */
export interface LogRecord {
  readonly type: RecordType;
  /** Of the signal, run, operation or release. */
  readonly id: string;
  /** When it happened, as the record says (ISO 8601, UTC). */
  readonly at: string;
  /** SHA-256, hex, over the document as the row holds it. */
  readonly document: string;
  readonly says: Readonly<Record<string, string | number | boolean | null>>;
}

export interface LogEntry extends LogRecord {
  /** `decisions/spam-filter`: the table and the model whose log it is in. */
  readonly chain: string;
  /** 1, 2, 3 … */
  readonly n: number;
  /** Hash of entry n - 1; of the first, zeros. */
  readonly previous: string;
  readonly hash: string;
}

/** Where a chain ends. */
export interface ChainHead {
  readonly chain: string;
  readonly count: number;
  /** Of its last entry; zeros where there is none. */
  readonly hash: string;
}

export const noHash = '0'.repeat(64);

export function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

export function makeEntry({ chain, count, hash }: ChainHead, record: LogRecord): LogEntry {
  const { type, id, at, document, says } = record;
  const entry = { chain, n: count + 1, previous: hash, type, id, at, document, says };
  return { ...entry, hash: hashEntry(entry) };
}

/** Over all of an entry but its hash. */
export function hashEntry(entry: Omit<LogEntry, 'hash'> & { readonly hash?: string }): string {
  const { hash: _, ...hashed } = entry;
  return sha256(canonicalJson(hashed));
}

/** As a line of an export has it. */
export const entryLine = (entry: LogEntry): string => canonicalJson({ ...entry });

const hex = /^[0-9a-f]{64}$/;

/** Whether a value has the shape of an entry; whether it is true is another question. */
export function isEntry(value: unknown): value is LogEntry {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return false;
  const { chain, n, previous, hash, type, id, at, document, says, ...more } = value as Partial<LogEntry>;
  return (
    [chain, id, at].every((text) => typeof text === 'string') &&
    [previous, hash, document].every((text) => typeof text === 'string' && hex.test(text)) &&
    Number.isSafeInteger(n) &&
    n! >= 1 &&
    recordTypes.some((each) => each === type) &&
    says !== null &&
    typeof says === 'object' &&
    Object.keys(more).length === 0
  );
}
