import fc from 'fast-check';
import { type Checkpoint, checkpointLine, makeCheckpoint } from '../../../shared/audit/checkpoint.ts';
import {
  type ChainHead,
  entryLine,
  type LogEntry,
  makeEntry,
  noHash,
  sha256,
} from '../../../shared/audit/log-entry.ts';

/** A chain of `count` entries, as the ledger writes it. */
export function chainOf(chain: string, count: number, word = ''): readonly LogEntry[] {
  const entries: LogEntry[] = [];
  let head: ChainHead = { chain, count: 0, hash: noHash };
  for (let n = 1; n <= count; n++) {
    const says = {
      outcome: 'admitted',
      sentence: `${word}Ünïcode "${n}" \u2028 ${'x'.repeat(n % 5)}`,
      of: n,
    };
    const entry = makeEntry(head, {
      ...{ type: 'decision', id: `metric:${n}`, at: new Date(Date.UTC(2026, 0, 1, 0, n)).toISOString() },
      ...{ document: sha256(`${chain}${n}`), says },
    });
    entries.push(entry);
    head = { chain, count: n, hash: entry.hash };
  }
  return entries;
}

export function checkpointOf(
  chains: readonly (readonly LogEntry[])[],
  counts: readonly number[],
): Checkpoint {
  return makeCheckpoint(
    '2026-03-01T00:00:00.000Z',
    chains.map((entries, at) => headOf(entries, counts[at]!)),
  );
}

const headOf = (entries: readonly LogEntry[], count: number): ChainHead => ({
  chain: entries[0]!.chain,
  count,
  hash: count === 0 ? noHash : entries[count - 1]!.hash,
});

/** The lines of an export of these chains, from the numbers `firsts` on. */
export function exportOf(chains: readonly (readonly LogEntry[])[], firsts: readonly number[] = []): string[] {
  const end = makeCheckpoint(
    '2026-03-01T00:00:00.000Z',
    chains.map((entries, at) => ({ ...headOf(entries, entries.length), first: firsts[at] ?? 1 })),
  );
  const shown = chains.flatMap((entries, at) => entries.slice((firsts[at] ?? 1) - 1));
  return [...shown.map(entryLine), checkpointLine(end), ''];
}

export const sizes = fc.tuple(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 8 }));
