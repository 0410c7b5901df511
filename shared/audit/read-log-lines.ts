/** The lines of an exported log, and what each says of itself. Pure. Nothing is taken from a line that is not canonical. */
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { type Checkpoint, isCheckpoint, readCheckpoint } from './checkpoint.ts';
import { isDocument, isDocumentsEnd, SeenDocuments } from './documents.ts';
import { hashEntry, isEntry, type LogEntry } from './log-entry.ts';

export interface LogFinding {
  readonly kind:
    | 'unreadable'
    | 'changed'
    | 'missing'
    | 'duplicate'
    | 'reordered'
    | 'broken'
    | 'rewritten'
    | 'cut-off';
  /** Null: it is about the file. */
  readonly chain: string | null;
  /** The entries it is about; null: about none in particular. */
  readonly from: number | null;
  readonly to: number | null;
  readonly sentence: string;
}

export type Note = (
  kind: LogFinding['kind'],
  sentence: string,
  about?: { readonly chain?: string; readonly from?: number; readonly to?: number },
) => void;

/** What the lines have of a chain. */
export interface SeenChain {
  /** Hashes as they are computed, by number. */
  readonly hashes: Map<number, string>;
  readonly previous: Map<number, string>;
  readonly numbers: number[];
  /** The latest entry of each record, by id. */
  readonly latest: Map<string, { readonly n: number; readonly document: string }>;
}

export const emptyChain = (): SeenChain => ({
  hashes: new Map(),
  previous: new Map(),
  numbers: [],
  latest: new Map(),
});

export function readLines(lines: readonly (string | null)[], note: Note) {
  const seen = new Map<string, SeenChain>();
  const documents = new SeenDocuments();
  let end: Checkpoint | null = null;
  let last: LogEntry | null = null;
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (isLast && line === '') break;
    if (isLast)
      note('cut-off', `Line ${index + 1} does not end with a line feed: the file is truncated there.`);
    if (end) note('reordered', `Line ${index + 1} comes after the line that ends the file.`);
    const value = parse(line);
    if (isCheckpoint(value) && isCanonical(line, value)) {
      const read = readCheckpoint(line!);
      if (typeof read === 'string') note('changed', `Line ${index + 1} should end the file, and ${read}.`);
      else end = read;
    } else if (isEntry(value) && isCanonical(line, value)) {
      takeEntry(seen, value, note);
      if (last && isBefore(value, last))
        note(
          'reordered',
          `Entry ${value.n} of ${value.chain} comes after entry ${last.n} of ${last.chain}.`,
          { chain: value.chain, from: value.n },
        );
      last = value;
    } else if (isDocument(value) && isCanonical(line, value)) documents.take(value, line!);
    else if (isDocumentsEnd(value) && isCanonical(line, value)) documents.close(value);
    else note('unreadable', `Line ${index + 1} is not an entry of a decision log as an export writes it.`);
  }
  return { seen, documents, end };
}

const isBefore = (a: LogEntry, b: LogEntry): boolean => (a.chain === b.chain ? a.n < b.n : a.chain < b.chain);

function takeEntry(seen: Map<string, SeenChain>, entry: LogEntry, note: Note): void {
  const { chain, n, previous, hash } = entry;
  const found = seen.get(chain) ?? emptyChain();
  seen.set(chain, found);
  const computed = hashEntry(entry);
  if (computed !== hash)
    note('changed', `Entry ${n} of ${chain} was changed: its hash does not match its content.`, {
      chain,
      from: n,
    });
  if (found.hashes.has(n)) {
    note('duplicate', `Entry ${n} of ${chain} is there twice.`, { chain, from: n });
    return;
  }
  found.hashes.set(n, computed);
  found.previous.set(n, previous);
  found.numbers.push(n);
  if ((found.latest.get(entry.id)?.n ?? 0) < n) found.latest.set(entry.id, { n, document: entry.document });
}

function parse(line: string | null): unknown {
  try {
    return line === null ? undefined : JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isCanonical(line: string | null, value: object): boolean {
  try {
    return canonicalJson(value as JsonValue) === line;
  } catch {
    return false;
  }
}
