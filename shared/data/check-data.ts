/**
 * Holds a file against what the model file expects of uploaded data.
 *
 * Owns: which formats can be checked, and the answer. Does not own: fetching files, keeping verdicts.
 *
 * Invariants
 * 1. Whatever is in the file, the answer is a verdict; an exception means that the storage failed.
 * 2. Memory is bounded, whatever the file says of itself.
 */
import type { Expectations } from '../config/data-schema.ts';
import { type DataFile, UnreadableFile } from '../tables/data-file.ts';
import { count, quote } from '../tables/describe.ts';
import { TableTally } from './table-tally.ts';

export interface DataCheck {
  /** Null where the file could not be read to its end. */
  readonly rows: number | null;
  readonly bytes: number;
  /** Each with its numbers; at most 20. */
  readonly problems: readonly string[];
  /** How many there are, those left out of `problems` included. */
  readonly problemCount: number;
}

const mostProblems = 20;

/** A larger file takes longer than a function may. */
const mostBytes = 4 * 1024 ** 3;

type Reader = (file: DataFile, tally: TableTally) => Promise<number>;

const readers: Readonly<Record<string, () => Promise<Reader>>> = {
  csv: async () => (await import('./read-csv.ts')).readCsv,
  parquet: async () => (await import('./read-parquet.ts')).readParquet,
};

export async function checkData(file: DataFile, expected: Expectations): Promise<DataCheck> {
  const tally = new TableTally(expected);
  let rows: number | null = null;
  try {
    rows = await (await readerOf(file))(file, tally);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    tally.report(`the file cannot be read: ${error.message}`);
  }
  const problems = tally.problems(rows);
  return {
    rows,
    bytes: file.bytes,
    problems: problems.slice(0, mostProblems).map((problem) => problem.slice(0, 1000)),
    problemCount: problems.length,
  };
}

async function readerOf({ name, bytes }: DataFile): Promise<Reader> {
  const extension = /\.([^./]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const load = Object.hasOwn(readers, extension) ? readers[extension] : undefined;
  if (!load) {
    const seen = extension === '' ? 'it has no extension' : `it ends in ${quote(`.${extension}`)}`;
    throw new UnreadableFile(`only .csv and .parquet files can be checked; ${seen}`);
  }
  if (bytes > mostBytes) {
    throw new UnreadableFile(
      `it has ${count(bytes)} bytes, at most ${count(mostBytes)} are checked; split it`,
    );
  }
  return load();
}
