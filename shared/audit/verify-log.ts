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
import type { Checkpoint } from './checkpoint.ts';
import type { ComparedDocuments } from './documents.ts';
import { noHash } from './log-entry.ts';
import { emptyChain, type LogFinding, type Note, readLines, type SeenChain } from './read-log-lines.ts';

export interface VerifiedLog {
  /** What each chain has in the file: the first and the last entry. */
  readonly chains: readonly { readonly chain: string; readonly first: number; readonly count: number }[];
  readonly findings: readonly LogFinding[];
  /** Of an export with documents; null: it has none. */
  readonly documents: ComparedDocuments | null;
  /** The end of the file, where its chains end: a checkpoint of its own. Null: it has none. */
  readonly end: Checkpoint | null;
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
  const { seen, documents, end } = readLines(lines, note);
  if (!end)
    note(
      'cut-off',
      'The last line of the file, which says where its chains end, is missing: the file is truncated.',
    );
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
  const latest = new Map([...seen].map(([chain, found]) => [chain, found.latest]));
  const compared = documents.compare(latest, (sentence, chain, from) =>
    note('changed', sentence, chain === undefined ? {} : { chain, from: from! }),
  );
  const chains = [...seen].map(([chain, { numbers }]) => {
    const [first, count] = bounds(numbers);
    return { chain, first, count };
  });
  return { chains, findings, documents: compared, end };
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
        : `does not follow from entry ${n - 1}: one of the two was changed or inserted`;
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
    note(
      'missing',
      `${chain} begins after ${name}: its entry ${count} is not in the file, and cannot be compared.`,
      about,
    );
}

/** Math.min of many numbers would run out of stack. */
function bounds(numbers: readonly number[]): [low: number, high: number] {
  return numbers.reduce(([low, high], n): [number, number] => [Math.min(low, n), Math.max(high, n)], [
    Number.POSITIVE_INFINITY,
    0,
  ] as [number, number]);
}
