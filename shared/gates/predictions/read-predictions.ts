import type { GateConfig } from '../../config/gate-schema.ts';
import type { Task } from '../../config/metric-catalog.ts';
import type { Predictions } from '../rows.ts';
import { collectPredictions } from './collect-predictions.ts';
import { CsvReader } from './read-csv.ts';
import { readParquet } from './read-parquet.ts';
import { type Broken, broken, type ReadingOptions } from './table.ts';

/** Predictions read and checked, or why they cannot be used. */
export type ReadPredictions = Predictions | Broken;

/** CSV is read as it comes; a Parquet file has its table of contents at the end and is held as a whole. */
export const mostBytes = { csv: 2 ** 30, parquet: 2 ** 28 } as const;

/** What a judgement by these gates reads of a file. */
export function readingOptionsOf(request: {
  readonly task: Task;
  readonly gates: readonly GateConfig[];
}): ReadingOptions {
  const columns = request.gates.flatMap(({ slices }) => (slices ? [slices.by] : []));
  return { task: request.task, sliceColumns: [...new Set(columns)] };
}

/** A file by its name, with its bytes as they come. */
export interface PredictionsFile {
  readonly name: string;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Reads the one file there is: Parquet where its name ends in `.parquet`, CSV otherwise. Answers null where there is
 * none. Fails only where the chunks do; whatever is wrong with the file is in the answer.
 */
export async function readPredictions(
  files: readonly PredictionsFile[],
  options: ReadingOptions,
): Promise<ReadPredictions | null> {
  const [file, ...more] = files;
  if (!file) return null;
  if (more.length === 0) return readFile(file, options);
  const names = files.map(({ name }) => name).join(' and ');
  return broken(`${names} are both there, and only one can be the evidence; write one`);
}

async function readFile(
  { name, chunks }: PredictionsFile,
  options: ReadingOptions,
): Promise<ReadPredictions> {
  const isParquet = name.toLowerCase().endsWith('.parquet');
  const limit = isParquet ? mostBytes.parquet : mostBytes.csv;
  const csv = new CsvReader(name, options);
  const whole: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.length;
    if (size > limit) return broken(`${name}: more than ${limit} bytes; judge a sample of the rows`);
    if (isParquet) whole.push(chunk);
    else csv.push(chunk);
  }
  const read = isParquet ? await readParquet(name, Buffer.concat(whole), options) : csv.end();
  return 'broken' in read ? read : collectPredictions(read, options);
}

/** The same for the text of predictions.csv. */
export function parsePredictions(text: string, options: ReadingOptions): ReadPredictions {
  const csv = new CsvReader('predictions.csv', options);
  csv.push(Buffer.from(text, 'utf8'));
  const read = csv.end();
  return 'broken' in read ? read : collectPredictions(read, options);
}
