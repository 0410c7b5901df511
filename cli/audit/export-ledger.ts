import { checkpointLine, makeCheckpoint } from '../../shared/audit/checkpoint.ts';
import { DocumentsDigest, documentLine } from '../../shared/audit/documents.ts';
import { type ChainHead, entryLine, noHash } from '../../shared/audit/log-entry.ts';
import { askForCheckpoint, askForEntries, askForRows } from './ask-log.ts';
import type { AuditValues } from './options.ts';

/** Of a chain that is written to meanwhile. */
const mostLooks = 10;

/** What has been written of a chain. */
interface Written {
  head: ChainHead;
  /** Hashes of documents, by id. */
  readonly documents: Map<string, string>;
  /** Hashes that the latest entries have of them. */
  readonly logged: Map<string, string>;
}

/**
 * Writes the ledger to the standard output: the log as `exportLog` does, beside it the document of each record, how many these
 * are, and where the chains end. What is written to meanwhile is looked at again until the documents are those of the log.
 */
export async function exportLedger(values: AuditValues): Promise<number> {
  const digest = new DocumentsDigest();
  const known = await askForCheckpoint(values);
  const ends: ChainHead[] = [];
  for (const chain of chainsOf(known.chains)) {
    const count = known.chains.find((head) => head.chain === chain)?.count ?? 0;
    ends.push(await exportChain(values, { chain, count }, digest));
  }
  const { at } = await askForCheckpoint(values);
  console.log(digest.endLine());
  console.log(
    checkpointLine(
      makeCheckpoint(
        at,
        ends.map((head) => ({ ...head, first: 1 })),
      ),
    ),
  );
  return 0;
}

/** All of each model: what is under way has no entry yet. */
function chainsOf(heads: readonly ChainHead[]): readonly string[] {
  const partitions = new Set(heads.map(({ chain }) => chain.slice(chain.indexOf('/') + 1)));
  const tables = ['decisions', 'operations', 'releases', 'runs'];
  return tables.flatMap((table) => [...partitions].sort().map((partition) => `${table}/${partition}`));
}

async function exportChain(
  values: AuditValues,
  { chain, count }: Pick<ChainHead, 'chain' | 'count'>,
  digest: DocumentsDigest,
): Promise<ChainHead> {
  const written: Written = {
    head: { chain, count: 0, hash: noHash },
    documents: new Map(),
    logged: new Map(),
  };
  for (let look = 1; ; look++) {
    const differing = differingOf(written);
    if (look > 1 && differing.length === 0) return written.head;
    if (look > mostLooks)
      throw new Error(
        `${chain}: the row of ${differing[0]} is not what the log says, or changes too often; ratchet audit verify --ledger says which`,
      );
    await writeDocuments(values, written, { only: look > 1 ? new Set(differing) : null, digest });
    await writeEntries(values, written, look > 1 ? await countOf(values, chain) : count);
  }
}

async function countOf(values: AuditValues, chain: string): Promise<number> {
  const { chains } = await askForCheckpoint(values);
  return chains.find((head) => head.chain === chain)?.count ?? 0;
}

const differingOf = ({ documents, logged }: Written): readonly string[] =>
  [...logged].filter(([id, hash]) => documents.get(id) !== hash).map(([id]) => id);

async function writeDocuments(
  values: AuditValues,
  { head: { chain }, documents }: Written,
  { only, digest }: { readonly only: ReadonlySet<string> | null; readonly digest: DocumentsDigest },
): Promise<void> {
  for await (const { record } of askForRows(values, chain, { documents: true })) {
    if (record?.text === undefined || (only !== null && !only.has(record.id))) continue;
    const line = documentLine(chain, record.id, record.text);
    digest.add(line);
    console.log(line);
    documents.set(record.id, record.document);
  }
}

/** Those up to number `until` that have not been written. */
async function writeEntries(values: AuditValues, written: Written, until: number): Promise<void> {
  const { chain, count } = written.head;
  for await (const entry of askForEntries(values, chain, count, until)) {
    console.log(entryLine(entry));
    written.logged.set(entry.id, entry.document);
    written.head = { chain, count: entry.n, hash: entry.hash };
  }
}
