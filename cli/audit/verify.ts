import pc from 'picocolors';
import { type Checkpoint, checkpointLine, makeCheckpoint } from '../../shared/audit/checkpoint.ts';
import { compareRows, type LedgerRow } from '../../shared/audit/compare-rows.ts';
import type { ComparedDocuments } from '../../shared/audit/documents.ts';
import { entryLine, type LogEntry } from '../../shared/audit/log-entry.ts';
import { type VerifiedLog, verifyLog } from '../../shared/audit/verify-log.ts';
import { UsageError } from '../command.ts';
import { printableTexts } from '../printable-texts.ts';
import { printJson } from '../service.ts';
import { askForCheckpoint, askForEntries, askForRows } from './ask-log.ts';
import type { AuditValues } from './options.ts';
import { readCheckpointFile, readLines } from './read-log-file.ts';

/** What no chain of hashes can say, whoever reads the answer. */
const notProven = [
  'This does not prove that what was recorded is true, nor that everything was recorded.',
  'Whoever can write to the tables can rewrite a whole chain: only a checkpoint that they cannot change reveals it, up to that checkpoint.',
];

interface Answer {
  readonly isWhole: boolean;
  readonly chains: VerifiedLog['chains'];
  readonly findings: readonly { readonly sentence: string }[];
  /** Of --ledger: records that are what the log says, and records of before there was one. */
  readonly ledger: { readonly same: number; readonly uncovered: number } | null;
  /** Of a file with documents: those that are what the log says, and those that no entry is of. */
  readonly documents: ComparedDocuments | null;
  readonly notProven: readonly string[];
}

export async function verify(positionals: readonly string[], values: AuditValues): Promise<number> {
  const [file, ...more] = positionals;
  if (more.length > 0 || (file === undefined && !values.ledger))
    throw new UsageError('name exactly one exported file, or verify the service itself with --ledger');
  if (values.documents) throw new UsageError('--documents is an option of export alone');
  if (values.from !== undefined) throw new UsageError('--from is an option of export alone');
  const since = readCheckpointFile('--since', values.since);
  const until = readCheckpointFile('--until', values.until);
  const offline = file === undefined ? null : verifyLog(readLines(file), checkpoints(since, until));
  const online = values.ledger ? await verifyLedger(values, offline?.end ?? since) : null;
  const findings = [...(offline?.findings ?? []), ...(online?.findings ?? [])];
  tell(
    {
      isWhole: findings.length === 0,
      chains: offline?.chains ?? online!.chains,
      findings,
      ledger: online && { same: online.same, uncovered: online.uncovered },
      documents: offline?.documents ?? null,
      notProven,
    },
    values.json,
    { hasCheckpoint: since !== undefined || until !== undefined },
  );
  return findings.length === 0 ? 0 : 1;
}

const checkpoints = (since: Checkpoint | undefined, until: Checkpoint | undefined) => ({
  ...(since && { since }),
  ...(until && { until }),
});

/** The log of the service against itself and what is known of it, and the rows of the ledger against the log. */
async function verifyLedger(values: AuditValues, known: Checkpoint | undefined) {
  const before = await askForCheckpoint(values);
  const rows = new Map<string, readonly LedgerRow[]>();
  for (const { chain } of before.chains) {
    const found: LedgerRow[] = [];
    for await (const row of askForRows(values, chain)) found.push(row);
    rows.set(chain, found);
  }
  // What was written meanwhile is in the log by now, if it is in a row.
  const after = await askForCheckpoint(values);
  const findings: { readonly sentence: string }[] = [];
  const lines: string[] = [];
  let [same, uncovered] = [0, 0];
  for (const { chain, count } of after.chains) {
    const entries: LogEntry[] = [];
    for await (const entry of askForEntries(values, chain, 0, count)) entries.push(entry);
    lines.push(...entries.map(entryLine));
    const counted = before.chains.find((each) => each.chain === chain)?.count ?? 0;
    const compared = compareRows(entries, rows.get(chain) ?? [], counted);
    same += compared.same;
    uncovered += compared.uncovered;
    findings.push(...compared.findings.map((sentence) => ({ sentence: `${chain}: ${sentence}` })));
  }
  const end = makeCheckpoint(after.at, after.chains);
  lines.push(checkpointLine(end), '');
  const log = verifyLog(lines, { since: before, ...(known && { until: known }) });
  return { same, uncovered, chains: log.chains, findings: [...log.findings, ...findings] };
}

function tell(answer: Answer, asJson: boolean, { hasCheckpoint }: { readonly hasCheckpoint: boolean }): void {
  if (asJson) {
    printJson(answer);
    return;
  }
  const { isWhole, chains, findings, ledger, documents } = printableTexts(answer);
  for (const { chain, first, count } of chains) console.log(`${chain}  entries ${first} to ${count}`);
  for (const { sentence } of findings) console.log(pc.red(sentence));
  if (ledger) {
    const older =
      ledger.uncovered > 0 ? `; ${ledger.uncovered} are older than the log, which does not cover them` : '';
    console.log(`${ledger.same} records of the ledger agree with the log${older}.`);
  }
  if (documents)
    console.log(
      `${documents.same} documents are what the log says; ${documents.uncovered} have no entry in it: runs under way, and what is older than the log.`,
    );
  console.log(
    isWhole ? pc.green('Intact: nothing was changed, deleted or inserted.') : pc.red('Not intact.'),
  );
  if (!hasCheckpoint) console.log('No checkpoint was given: the file was checked against itself alone.');
  for (const line of notProven) console.log(pc.dim(line));
}
