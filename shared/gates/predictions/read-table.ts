import { CsvReader } from './read-csv.ts';
import { type Broken, broken, type Plan, type Planner, type ReadTable } from './table.ts';

/** CSV is read as it comes; a Parquet file has its table of contents at the end and is held as a whole. */
const mostBytes = { csv: 2 ** 30, parquet: 2 ** 28 } as const;

/** A file by its name, with its bytes as they come. */
export interface EvidenceFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Reads the one file there is: Parquet where its name ends in `.parquet`, CSV otherwise. Answers null where there is
 * none. Fails only where the chunks do; whatever is wrong with the file is in the answer.
 */
export async function readTable<P extends Plan>(
  files: readonly EvidenceFile[],
  planOf: Planner<P>,
): Promise<ReadTable<P> | Broken | null> {
  const [file, ...more] = files;
  if (!file) return null;
  if (more.length === 0) return readFile(file, planOf);
  const names = files.map(({ name }) => name).join(' and ');
  return broken(`${names} are both there, and only one can be the evidence; write one`);
}

async function readFile<P extends Plan>(
  { name, chunks }: EvidenceFile,
  planOf: Planner<P>,
): Promise<ReadTable<P> | Broken> {
  const isParquet = name.toLowerCase().endsWith('.parquet');
  const limit = isParquet ? mostBytes.parquet : mostBytes.csv;
  const csv = new CsvReader(name, planOf);
  const whole: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) return broken(`${name}: more than ${limit} bytes; judge a sample of the rows`);
    if (isParquet) whole.push(chunk);
    else csv.push(chunk);
  }
  if (!isParquet) return csv.end();
  const { readParquet } = await import('./read-parquet.ts');
  return readParquet(name, Buffer.concat(whole), planOf);
}
