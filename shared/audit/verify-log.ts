/**
 * Whether an exported decision log is whole, and says what checkpoints say. Pure, and all that it needs is in the file and the
 * checkpoints.
 *
 * Owns: what is wrong with which entry, in words. Does not own: files, printing (cli/audit).
 *
 * Invariants
 * 1. Of a file that an export wrote, every other file is told apart: one byte changed, a line dropped, twice, in another
 *    place, or the rest cut off. The file's own last line says where its chains begin and end.
 * 2. Against a checkpoint kept elsewhere, so is a file that somebody has written anew with all its hashes right.
 * 3. Nothing is taken from a line that is not the canonical form of what it says.
 */
import { canonicalJson, type JsonValue } from './canonical-json.ts';
import { type Checkpoint, isCheckpoint, readCheckpoint } from './checkpoint.ts';
import { hashEntry, isEntry, type LogEntry, noHash } from './log-entry.ts';

interface LogFinding {
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

export interface VerifiedLog {
  /** What each chain has in the file: the first and the last entry. */
  readonly chains: readonly { readonly chain: string; readonly first: number; readonly count: number }[];
  readonly findings: readonly LogFinding[];
  /** The end of the file, where its chains end: a checkpoint of its own. Null: it has none. */
  readonly end: Checkpoint | null;
}

interface SeenChain {
  /** Hashes as they are computed, by number. */
  readonly hashes: Map<number, string>;
  readonly previous: Map<number, string>;
  readonly numbers: number[];
}

/** `lines` without their line feeds; null for one that is no UTF-8. The last is what stands after the last line feed. */
export function verifyLog(
  lines: readonly (string | null)[],
  { since, until }: { readonly since?: Checkpoint; readonly until?: Checkpoint } = {},
): VerifiedLog {
  const findings: LogFinding[] = [];
  const note: Note = (kind, sentence, { chain = null, from = null, to = from } = {}) => {
    findings.push({ kind, chain, from, to, sentence });
  };
  const { seen, end } = readLines(lines, note);
  if (!end)
    note('cut-off', 'The file does not end with the line that says where its chains end: it was cut off.');
  const checkpoints = [
    { name: 'the last line of the file', checkpoint: end },
    { name: 'the checkpoint --since', checkpoint: since ?? null },
    { name: 'the checkpoint --until', checkpoint: until ?? null },
  ];
  const named = checkpoints.flatMap(({ checkpoint }) => checkpoint?.chains.map(({ chain }) => chain) ?? []);
  for (const chain of new Set([...seen.keys(), ...named])) {
    const of = ({ name, checkpoint }: (typeof checkpoints)[number]) => {
      const said = checkpoint?.chains.find((each) => each.chain === chain);
      return said ? { name, ...said } : null;
    };
    const [own, from, to] = checkpoints.map(of);
    checkChain({ chain, found: seen.get(chain) ?? emptyChain(), own: own!, since: from!, until: to! }, note);
  }
  const chains = [...seen].map(([chain, { numbers }]) => {
    const [first, count] = bounds(numbers);
    return { chain, first, count };
  });
  return { chains, findings, end };
}

type Note = (
  kind: LogFinding['kind'],
  sentence: string,
  about?: { readonly chain?: string; readonly from?: number; readonly to?: number },
) => void;

function readLines(lines: readonly (string | null)[], note: Note) {
  const seen = new Map<string, SeenChain>();
  let end: Checkpoint | null = null;
  let last: LogEntry | null = null;
  for (const [index, line] of lines.entries()) {
    const isLast = index === lines.length - 1;
    if (isLast && line === '') break;
    if (isLast)
      note('cut-off', `Line ${index + 1} does not end with a line feed: the file was cut off there.`);
    if (end) note('reordered', `Line ${index + 1} stands after the line that ends the file.`);
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
          `Entry ${value.n} of ${value.chain} stands after entry ${last.n} of ${last.chain}.`,
          { chain: value.chain, from: value.n },
        );
      last = value;
    } else
      note(
        'unreadable',
        `Line ${index + 1} is no entry of a decision log, or not written as an export writes it.`,
      );
  }
  return { seen, end };
}

const isBefore = (a: LogEntry, b: LogEntry): boolean => (a.chain === b.chain ? a.n < b.n : a.chain < b.chain);

function takeEntry(seen: Map<string, SeenChain>, entry: LogEntry, note: Note): void {
  const { chain, n, previous, hash } = entry;
  const found = seen.get(chain) ?? emptyChain();
  seen.set(chain, found);
  const computed = hashEntry(entry);
  if (computed !== hash)
    note('changed', `Entry ${n} of ${chain} was changed: its hash is not that of what it says.`, {
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
}

/** One chain: what the file has of it, and where it begins or ends according to whom. */
interface CheckedChain {
  readonly chain: string;
  readonly found: SeenChain;
  readonly own: Said | null;
  readonly since: Said | null;
  readonly until: Said | null;
}

interface Said {
  readonly name: string;
  readonly first?: number;
  readonly count: number;
  readonly hash: string;
}

function checkChain(checked: CheckedChain, note: Note): void {
  const { chain, found, own, since, until } = checked;
  checkLinks(chain, found, note);
  noteMissing(checked, note);
  const [, last] = bounds(found.numbers);
  if (own && last > own.count)
    note(
      'changed',
      `The last line of the file says that ${chain} has ${own.count} entries; the file has entry ${last}.`,
      {
        chain,
        from: last,
      },
    );
  for (const said of [own, since, until]) if (said && said.count > 0) compareHash(checked, said, note);
}

/** Each entry that has the one before it beside it follows from that. */
function checkLinks(chain: string, { hashes, previous, numbers }: SeenChain, note: Note): void {
  for (const n of numbers.toSorted((a, b) => a - b)) {
    const expected = n === 1 ? noHash : hashes.get(n - 1);
    if (expected === undefined || previous.get(n) === expected) continue;
    const what =
      n === 1
        ? 'names an entry before it'
        : `does not follow from entry ${n - 1}: one of both was changed, or put there`;
    note('broken', `Entry ${n} of ${chain} ${what}.`, { chain, from: n });
  }
}

/** Every entry from where the file, or the first checkpoint, begins to where the file or a checkpoint ends. */
function noteMissing({ chain, found, own, since, until }: CheckedChain, note: Note): void {
  const begin = Math.min(own?.first ?? 1, since ? since.count + 1 : Number.POSITIVE_INFINITY);
  const end = Math.max(...[own, since, until].map((said) => said?.count ?? 0));
  const there = found.numbers.filter((n) => n >= begin).sort((a, b) => a - b);
  let next = begin;
  for (const n of there) {
    if (n > next)
      note('missing', `Of ${chain}, ${describeRange(next, n - 1)} missing.`, {
        chain,
        from: next,
        to: n - 1,
      });
    next = n + 1;
  }
  if (next <= end)
    note('cut-off', `Of ${chain}, at its end, ${describeRange(next, end)} missing.`, {
      chain,
      from: next,
      to: end,
    });
}

const describeRange = (from: number, to: number): string =>
  from === to ? `entry ${from} is` : `entries ${from} to ${to} are`;

/** What is said of an entry's hash, against the entry, or what stands in the entry after it. */
function compareHash({ chain, found, own }: CheckedChain, { name, count, hash }: Said, note: Note): void {
  const [first] = bounds(found.numbers);
  const known =
    found.hashes.get(count) ??
    (count === first - 1 ? found.previous.get(first) : undefined) ??
    (found.numbers.length === 0 && own?.count === count ? own.hash : undefined);
  if (known === hash) return;
  const about = { chain, from: Math.min(first, count), to: count };
  if (known !== undefined) {
    const sentence = `${chain} was rewritten: ${name} has ${hash} for entry ${count}, the file has ${known}.`;
    note('rewritten', sentence, about);
  } else if (count < first - 1 && found.numbers.length > 0)
    note('missing', `${chain} begins after ${name}: its entry ${count} is not there to be compared.`, about);
}

const emptyChain = (): SeenChain => ({ hashes: new Map(), previous: new Map(), numbers: [] });

/** Math.min of many numbers would run out of stack. */
function bounds(numbers: readonly number[]): [low: number, high: number] {
  return numbers.reduce(([low, high], n): [number, number] => [Math.min(low, n), Math.max(high, n)], [
    Number.POSITIVE_INFINITY,
    0,
  ] as [number, number]);
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
