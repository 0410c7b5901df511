import { type Checkpoint, checkpointLine, makeCheckpoint } from '../../shared/audit/checkpoint.ts';
import { entryLine, type LogEntry, noHash } from '../../shared/audit/log-entry.ts';
import { readIsoTime } from '../../shared/domain/iso-time.ts';
import { UsageError } from '../command.ts';
import { askForCheckpoint, askForEntries } from './ask-log.ts';
import type { AuditValues } from './options.ts';
import { readCheckpointFile } from './read-log-file.ts';

/** Writes the log to the standard output, an entry a line, and where its chains end as the last line. */
export async function exportLog(values: AuditValues): Promise<number> {
  const [from, until] = [readTime('--from', values.from), readTime('--until', values.until)];
  const since = readCheckpointFile('--since', values.since);
  const now = await askForCheckpoint(values);
  const ends: Checkpoint['chains'][number][] = [];
  for (const head of now.chains) {
    const known = since?.chains.find(({ chain }) => chain === head.chain);
    const entries = askForEntries(values, head.chain, known?.count ?? 0, head.count);
    const begin = { count: known?.count ?? 0, hash: known?.hash ?? noHash };
    ends.push({ chain: head.chain, ...(await write(entries, begin, { from, until })) });
  }
  const end = makeCheckpoint(now.at, ends);
  console.log(checkpointLine(end));
  return 0;
}

interface Span {
  readonly from: string | null;
  readonly until: string | null;
}

/**
 * From the first entry of the span to its last: times need not be in the order of the chain, and between the two nothing is
 * left out.
 */
async function write(
  entries: AsyncIterable<LogEntry>,
  begin: { readonly count: number; readonly hash: string },
  { from, until }: Span,
): Promise<{ first: number; count: number; hash: string }> {
  let before = begin;
  let first: number | null = null;
  let last = begin;
  let held: LogEntry[] = [];
  for await (const entry of entries) {
    if (first === null && from !== null && entry.at < from) {
      before = { count: entry.n, hash: entry.hash };
      continue;
    }
    held.push(entry);
    if (until !== null && entry.at > until) continue;
    for (const each of held) console.log(entryLine(each));
    held = [];
    first ??= before.count + 1;
    last = { count: entry.n, hash: entry.hash };
  }
  return first === null ? { first: before.count + 1, ...before } : { first, ...last };
}

function readTime(option: string, text: string | undefined): string | null {
  if (text === undefined) return null;
  const time = readIsoTime(text);
  if (time !== null) return time;
  throw new UsageError(
    `${option}: expected an ISO 8601 time such as 2026-03-02T08:00:00Z, got ${JSON.stringify(text)}`,
  );
}
