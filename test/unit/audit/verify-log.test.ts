import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readCheckpoint } from '../../../shared/audit/checkpoint.ts';
import { DocumentsDigest, documentLine } from '../../../shared/audit/documents.ts';
import { entryLine, hashEntry, type LogEntry } from '../../../shared/audit/log-entry.ts';
import { verifyLog } from '../../../shared/audit/verify-log.ts';
import { chainOf, checkpointOf, exportOf, sizes } from './chains.ts';

const world = sizes.map(([a, b]) => [chainOf('decisions/spam', a), chainOf('runs/spam', b)] as const);
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** As the command line divides a file. */
function linesOf(bytes: Uint8Array): (string | null)[] {
  const lines: (string | null)[] = [];
  for (let start = 0; start <= bytes.length; ) {
    const found = bytes.indexOf(0x0a, start);
    const end = found < 0 ? bytes.length : found;
    try {
      lines.push(decoder.decode(bytes.subarray(start, end)));
    } catch {
      lines.push(null);
    }
    start = end + 1;
  }
  return lines;
}

const sentences = (lines: readonly (string | null)[], checkpoints: Parameters<typeof verifyLog>[1] = {}) =>
  verifyLog(lines, checkpoints).findings.map(({ sentence }) => sentence);

/** An export of chains with the documents that they are of. */
function withDocuments(chains: readonly (readonly LogEntry[])[]): string[] {
  const lines = exportOf(chains);
  const digest = new DocumentsDigest();
  const documents = chains.flatMap((entries) =>
    entries.map(({ chain, n, id }) => documentLine(chain, id, `${chain}${n}`)),
  );
  for (const line of documents) digest.add(line);
  return [...documents, ...lines.slice(0, -2), digest.endLine(), ...lines.slice(-2)];
}

describe('an export with documents', () => {
  it('is whole as it was written, and counts what no entry is of', () => {
    fc.assert(
      fc.property(world, (chains) => {
        const whole = verifyLog(withDocuments(chains));
        expect(whole.findings).toEqual([]);
        expect(whole.documents).toEqual({ same: chains[0].length + chains[1].length, uncovered: 0 });
        expect(verifyLog(exportOf(chains)).documents).toBeNull();
      }),
    );
  });

  it('shows every single byte that was changed or taken out', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.integer({ min: 0, max: 255 }), (chains, where, by) => {
        const bytes = Buffer.from(withDocuments(chains).join('\n'));
        const at = where % bytes.length;
        // Of 0 the byte is taken out.
        const other = by === 0 ? [] : [(bytes[at]! + by) % 256];
        const changed = [bytes.subarray(0, at), Buffer.from(other), bytes.subarray(at + 1)];
        expect(sentences(linesOf(Buffer.concat(changed)))).not.toEqual([]);
      }),
    );
  });

  it('shows every line that was dropped, and every document in the place of another', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.nat(), (chains, a, b) => {
        const lines = withDocuments(chains);
        const without = lines.toSpliced(a % (lines.length - 1), 1);
        expect(sentences(without)).not.toEqual([]);
        const count = chains[0].length + chains[1].length;
        const [one, two] = [a % count, b % count];
        if (one === two) return;
        const text = (line: string) => (JSON.parse(line) as { text: string }).text;
        const { chain, id } = JSON.parse(lines[one]!) as { chain: string; id: string };
        const digest = new DocumentsDigest();
        const swapped = lines.with(one, documentLine(chain, id, text(lines[two]!)));
        for (const line of swapped.slice(0, count)) digest.add(line);
        expect(sentences(swapped.with(-3, digest.endLine())).join()).toContain(
          `The document of ${id} was changed`,
        );
      }),
    );
  });
});

describe('a decision log that was exported', () => {
  it('is whole as it was written, against every checkpoint that was taken on the way', () => {
    fc.assert(
      fc.property(world, fc.nat(8), fc.nat(8), (chains, a, b) => {
        const counts = [Math.min(a, chains[0].length), Math.min(b, chains[1].length)];
        const since = checkpointOf(chains, counts);
        const until = checkpointOf(
          chains,
          chains.map(({ length }) => length),
        );
        expect(sentences(exportOf(chains), { since, until })).toEqual([]);
        // An export that begins after the checkpoint.
        const firsts = counts.map((count) => count + 1);
        expect(sentences(exportOf(chains, firsts), { since, until })).toEqual([]);
      }),
    );
  });

  it('shows every single byte that was changed, taken out or put in', () => {
    fc.assert(
      fc.property(
        world,
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('change', 'drop', 'insert'),
        (chains, where, by, how) => {
          const bytes = Buffer.from(exportOf(chains).join('\n'));
          const at = where % bytes.length;
          const other = Buffer.from([(bytes[at]! + by) % 256]);
          const parts = {
            change: [bytes.subarray(0, at), other, bytes.subarray(at + 1)],
            drop: [bytes.subarray(0, at), bytes.subarray(at + 1)],
            insert: [bytes.subarray(0, at), other, bytes.subarray(at)],
          }[how as 'change'];
          expect(sentences(linesOf(Buffer.concat(parts)))).not.toEqual([]);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('shows every cut', () => {
    fc.assert(
      fc.property(world, fc.nat(), (chains, where) => {
        const bytes = Buffer.from(exportOf(chains).join('\n'));
        expect(sentences(linesOf(bytes.subarray(0, where % bytes.length)))).not.toEqual([]);
      }),
    );
  });

  it('shows every line that was dropped, is there twice, or changed places with another', () => {
    fc.assert(
      fc.property(
        world,
        fc.nat(),
        fc.nat(),
        fc.constantFrom('drop', 'twice', 'swap', 'move'),
        (chains, a, b, how) => {
          const lines = exportOf(chains);
          const [i, j] = [a % (lines.length - 1), b % (lines.length - 1)];
          fc.pre(how === 'drop' || how === 'twice' || i !== j);
          const [first, second] = [lines[i]!, lines[j]!];
          if (how === 'drop') lines.splice(i, 1);
          if (how === 'twice') lines.splice(j, 0, first);
          if (how === 'swap') [lines[i], lines[j]] = [second, first];
          if (how === 'move') lines.splice(j, 0, ...lines.splice(i, 1));
          expect(sentences(lines)).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('shows, against a checkpoint, that somebody has written it anew with every hash right', () => {
    fc.assert(
      fc.property(world, fc.nat(), fc.nat(), (chains, which, where) => {
        const victim = chains[which % 2]!;
        const from = where % victim.length;
        const forged = forge(victim, from);
        const file = exportOf(chains.map((each) => (each === victim ? forged : each)));
        expect(sentences(file)).toEqual([]);
        const until = checkpointOf(
          chains,
          chains.map(({ length }) => length),
        );
        const { findings } = verifyLog(file, { until });
        expect(findings).toMatchObject([{ kind: 'rewritten', chain: victim[0]!.chain, to: victim.length }]);
        // A checkpoint of before the change does not see it.
        const since = checkpointOf(
          chains,
          chains.map((each) => (each === victim ? from : 0)),
        );
        expect(sentences(file, { since })).toEqual([]);
      }),
    );
  });

  it('shows, against a checkpoint, that its end was dropped and the last line written anew', () => {
    fc.assert(
      fc.property(world, fc.nat(), (chains, where) => {
        const [decisions, runs] = chains;
        const kept = where % decisions.length;
        const file = exportOf(kept === 0 ? [runs] : [decisions.slice(0, kept), runs]);
        const until = checkpointOf(chains, [decisions.length, runs.length]);
        expect(sentences(file)).toEqual([]);
        expect(verifyLog(file, { until }).findings).toMatchObject([
          { kind: 'cut-off', chain: 'decisions/spam', from: kept + 1, to: decisions.length },
        ]);
      }),
    );
  });
});

/** The chain with another entry from `from` on, and all the hashes after it made right. */
function forge(entries: readonly LogEntry[], from: number): readonly LogEntry[] {
  const forged = [...entries.slice(0, from)];
  for (const entry of entries.slice(from)) {
    const said = entry.n === from + 1 ? { ...entry, says: { ...entry.says, outcome: 'rejected' } } : entry;
    const next = { ...said, previous: forged.at(-1)?.hash ?? entry.previous };
    forged.push({ ...next, hash: hashEntry(next) });
  }
  return forged;
}

describe('what verify says', () => {
  const chains = [chainOf('decisions/spam', 6)] as const;
  const lines = exportOf(chains);

  it.each<[string, (lines: string[]) => void, string]>([
    [
      'of a changed entry',
      (all) => all.splice(2, 1, all[2]!.replace('admitted', 'rejected')),
      'Entry 3 of decisions/spam was changed: its hash does not match its content.',
    ],
    ['of missing entries', (all) => all.splice(2, 2), 'Of decisions/spam, entries 3 to 4 are missing.'],
    ['of a missing beginning', (all) => all.splice(0, 1), 'Of decisions/spam, entry 1 is missing.'],
    [
      'of an entry that is there twice',
      (all) => all.splice(3, 0, all[2]!),
      'Entry 3 of decisions/spam is there twice.',
    ],
    [
      'of another order',
      (all) => all.splice(2, 2, all[3]!, all[2]!),
      'Entry 3 of decisions/spam comes after entry 4 of decisions/spam.',
    ],
    [
      'of a cut',
      (all) => all.splice(4),
      'The last line of the file, which says where its chains end, is missing: the file is truncated.',
    ],
    [
      'of blanks',
      (all) => all.splice(1, 1, all[1]!.replace(':', ': ')),
      'Line 2 is not an entry of a decision log as an export writes it.',
    ],
    [
      'of an entry whose hash was made right',
      (all) => all.splice(2, 1, entryLine(forge(chains[0], 2)[2]!)),
      'Entry 4 of decisions/spam does not follow from entry 3: one of the two was changed or inserted.',
    ],
  ])('%s names it', (_what, change, said) => {
    const all = [...lines];
    change(all);
    expect(sentences(all)).toContain(said);
  });

  it('of an export that does not reach back to its checkpoint names what is missing', () => {
    const since = checkpointOf(chains, [2]);
    expect(sentences(exportOf(chains, [5]), { since })).toEqual([
      'Of decisions/spam, entries 3 to 4 are missing.',
      'decisions/spam begins after the checkpoint --since: its entry 2 is not in the file, and cannot be compared.',
    ]);
  });

  it('of an export that begins after a checkpoint of another chain says that it was rewritten', () => {
    const since = checkpointOf([chainOf('decisions/spam', 6, 'other ')], [2]);
    expect(sentences(exportOf(chains, [3]), { since })).toEqual([
      expect.stringMatching(
        /^decisions\/spam was rewritten: the checkpoint --since has \w+ for entry 2, the file has/,
      ),
    ]);
  });

  it('of a file without any entry, whose last line says so, is what the checkpoints have between them', () => {
    const file = exportOf(chains, [7]);
    const [since, until] = [checkpointOf(chains, [2]), checkpointOf(chains, [6])];
    expect(sentences(file, { since, until })).toContain(
      'Of decisions/spam, at its end, entries 3 to 6 are missing.',
    );
    expect(sentences(file, { since: until, until })).toEqual([]);
  });

  it('of nothing at all is that it was cut off', () => {
    expect(sentences([''])).toEqual([expect.stringContaining('the file is truncated')]);
  });
});

describe('a checkpoint', () => {
  it('is read as it was written, and not where one byte is another', () => {
    const text = JSON.stringify(checkpointOf([chainOf('runs/spam', 3)], [3]));
    expect(readCheckpoint(text)).toEqual(JSON.parse(text));
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom(...'0123456789abcdefz"{ ,'), (at, mark) => {
        fc.pre(text[at] !== mark);
        const read = readCheckpoint(`${text.slice(0, at)}${mark}${text.slice(at + 1)}`);
        if (typeof read !== 'string') expect(read).toEqual(JSON.parse(text));
      }),
    );
  });

  it.each([
    ['', 'it is not JSON'],
    ['[]', 'it does not have the fields of a checkpoint: type, at, chains, hash'],
    [
      '{"type":"checkpoint","at":"","chains":[],"hash":"0"}',
      'its hash does not match its content: it was changed',
    ],
  ])('%j is none', (text, why) => {
    expect(readCheckpoint(text)).toBe(why);
  });
});
