import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import { type DataVerdict, describeProblems, verdictKey } from '../domain/data-verdict.ts';
import type { Cards } from './cards.ts';
import { readDocument, writeDocument } from './document.ts';
import type { InTable } from './on-ready-tables.ts';
import { type Page, readNewest } from './read-newest.ts';
import { quote, timedKey } from './row-keys.ts';

/** A row of the table RatchetData. The columns are for filters; the document is the whole verdict. */
interface DataRow {
  readonly partitionKey: string;
  readonly rowKey: string;
  readonly [column: string]: string;
}

/** What a run needs to know of a file. */
interface KnownVerdict {
  /** Why the file is refused; null where it is not. */
  readonly refused: string | null;
}

export class Verdicts {
  readonly #in: InTable;
  readonly #cards: Cards;

  constructor(inTable: InTable, cards: Cards) {
    this.#in = inTable;
    this.#cards = cards;
  }

  /** Writes the verdict on a file's content over an earlier one. */
  async record(verdict: DataVerdict): Promise<void> {
    const { model, file: id } = verdict;
    const row = verdictRow(verdict);
    await this.#in(`recording the verdict on ${id}`, (table) =>
      table.upsertEntity(row, 'Replace', callLimit()),
    );
    await this.#cards.note(model, { kind: 'data', id });
  }

  /** A page of verdicts on a model's files, the latest upload first. */
  list(query: VerdictQuery): Promise<Page<DataVerdict>> {
    return this.#in(`listing verdicts of ${query.model}`, (table) => readVerdicts(table, query));
  }

  /** What is known of a model's files under these expectations, by `verdictKey`. */
  known(model: string, expectHash: string): Promise<ReadonlyMap<string, KnownVerdict>> {
    return this.#in(`reading verdicts of ${model}`, (table) => readKnownVerdicts(table, model, expectHash));
  }
}

function verdictRow(verdict: DataVerdict): DataRow {
  const { model, file, etag, uploadedAt, accepted, expectHash } = verdict;
  return {
    partitionKey: model,
    rowKey: timedKey(verdictKey(verdict), uploadedAt),
    file,
    // `etag` would be the row's own.
    content: etag,
    expectHash,
    refused: accepted ? '' : describeProblems(verdict),
    ...writeDocument(verdict, { model, file }),
  };
}

interface VerdictQuery {
  readonly model: string;
  readonly limit: number;
  /** As an earlier page gave it. */
  readonly continuation?: string | undefined;
}

/** Rows sort by the time of the upload, the latest first. */
function readVerdicts(table: TableClient, query: VerdictQuery): Promise<Page<DataVerdict>> {
  const { model, limit, continuation } = query;
  return readNewest(table, { partitions: [model], limit, continuation }, (row) =>
    readDocument<DataVerdict>(row),
  );
}

async function readKnownVerdicts(
  table: TableClient,
  model: string,
  expectHash: string,
): Promise<ReadonlyMap<string, KnownVerdict>> {
  const filter = `PartitionKey eq ${quote(model)} and expectHash eq ${quote(expectHash)}`;
  const select = ['file', 'content', 'refused'];
  const known = new Map<string, KnownVerdict>();
  for await (const row of table.listEntities({ queryOptions: { filter, select }, ...callLimit() })) {
    const key = verdictKey({ file: String(row['file']), etag: String(row['content']) });
    known.set(key, { refused: row['refused'] ? String(row['refused']) : null });
  }
  return known;
}
