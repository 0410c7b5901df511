/**
 * The documents in an export: what the entries of its log have the hashes of. Pure.
 *
 * Owns: their lines, and whether each is what the log says. Does not own: the entries (read-log-lines.ts, verify-log.ts).
 *
 * A record may stand there more than once, since the ledger was written to meanwhile: the last one counts.
 */
import { createHash } from 'node:crypto';
import { canonicalJson } from './canonical-json.ts';
import { sha256 } from './log-entry.ts';

interface DocumentLine {
  readonly type: 'document';
  readonly chain: string;
  /** Of the signal, run, operation or release. */
  readonly id: string;
  /** As the row of the ledger holds it. */
  readonly text: string;
}

/** After the last of them. */
interface DocumentsEnd {
  readonly type: 'documents';
  readonly count: number;
  /** SHA-256, hex, over their lines, each with its line feed. */
  readonly hash: string;
}

/** Which documents say what the log says, and which no entry is of: runs under way, and what is older than the log. */
export interface ComparedDocuments {
  readonly same: number;
  readonly uncovered: number;
}

export const documentLine = (chain: string, id: string, text: string): string =>
  canonicalJson({ type: 'document', chain, id, text: text.toWellFormed() });

/** Counts lines as they come. */
export class DocumentsDigest {
  #count = 0;
  readonly #hash = createHash('sha256');

  add(line: string): void {
    this.#count += 1;
    this.#hash.update(`${line}\n`, 'utf8');
  }

  end(): DocumentsEnd {
    return { type: 'documents', count: this.#count, hash: this.#hash.copy().digest('hex') };
  }

  endLine(): string {
    return canonicalJson({ ...this.end() });
  }
}

const hasFields = (value: unknown, type: string, fields: Readonly<Record<string, string>>): boolean => {
  if (value === null || typeof value !== 'object') return false;
  const given = value as Record<string, unknown>;
  const names = Object.keys(fields);
  return (
    given['type'] === type &&
    Object.keys(given).length === names.length + 1 &&
    names.every((name) => typeof given[name] === fields[name])
  );
};

export const isDocument = (value: unknown): value is DocumentLine =>
  hasFields(value, 'document', { chain: 'string', id: 'string', text: 'string' });

export const isDocumentsEnd = (value: unknown): value is DocumentsEnd =>
  hasFields(value, 'documents', { count: 'number', hash: 'string' });

/** What the lines of a file have of documents. */
export class SeenDocuments {
  readonly #digest = new DocumentsDigest();
  /** Hashes of the last text of each record, by chain and id. */
  readonly #hashes = new Map<string, Map<string, string>>();
  #end: DocumentsEnd | null = null;

  take({ chain, id, text }: DocumentLine, line: string): void {
    this.#digest.add(line);
    const known = this.#hashes.get(chain) ?? new Map<string, string>();
    this.#hashes.set(chain, known.set(id, sha256(text)));
  }

  close(end: DocumentsEnd): void {
    this.#end = end;
  }

  /**
   * `latest` are the hashes of each chain's latest entries, by id. Null where the file is an export without documents; what is
   * wrong goes to `note`.
   */
  compare(
    latest: ReadonlyMap<string, ReadonlyMap<string, { readonly n: number; readonly document: string }>>,
    note: (sentence: string, chain?: string, n?: number) => void,
  ): ComparedDocuments | null {
    const { count, hash } = this.#digest.end();
    if (!this.#end && count === 0) return null;
    if (!this.#end) note('The line after the documents, which says how many there are, is missing.');
    else if (this.#end.count !== count || this.#end.hash !== hash)
      note(`The documents were changed: the line after them is of ${this.#end.count} others.`);
    let same = 0;
    for (const [chain, entries] of latest)
      for (const [id, { n, document }] of entries) {
        const found = this.#hashes.get(chain)?.get(id);
        if (found === document) same += 1;
        else
          note(
            found === undefined
              ? `${id} has entry ${n} in ${chain}, and no document.`
              : `The document of ${id} was changed: it differs from entry ${n} of ${chain}.`,
            chain,
            n,
          );
      }
    let uncovered = 0;
    for (const [chain, hashes] of this.#hashes)
      for (const id of hashes.keys()) if (!latest.get(chain)?.has(id)) uncovered += 1;
    return { same, uncovered };
  }
}
