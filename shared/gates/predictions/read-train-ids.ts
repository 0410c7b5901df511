/**
 * The ids of the rows that training saw, as the jobs write them down.
 *
 * Invariants
 * 1. A list that cannot be believed as a whole is none: a row without an id, and a list without rows, make it broken.
 * 2. Memory is eight bytes for each id, 300 MB at most while it grows.
 */
import type { ByteKinds } from './byte-kinds.ts';
import { shorten } from './columns.ts';
import { HashColumn } from './hash-ids.ts';
import { CsvReader } from './read-csv.ts';
import { type EvidenceFile, readTable } from './read-table.ts';
import { type Broken, broken, type Plan, type ReadTable } from './table.ts';

const mostTrainIds = 20_000_000;

/** Hashes of the ids, in rising order; an id as often as it is listed. */
interface TrainIds {
  readonly hashes: BigUint64Array;
  /** What the ids are written with; null where the list has hashes of them. */
  readonly kinds: ByteKinds | null;
}

export type ReadTrainIds = TrainIds | Broken;

interface TrainIdsPlan extends Plan {
  readonly column: HashColumn;
  readonly holds: 'id' | 'hash';
}

/** Reads train-ids.csv or train-ids.parquet; null where there is none. Fails only where the chunks do. */
export async function readTrainIds(files: readonly EvidenceFile[]): Promise<ReadTrainIds | null> {
  const read = await readTable(files, planTrainIds);
  return read && collect(read);
}

/** The same for the text of train-ids.csv. */
export function parseTrainIds(text: string): ReadTrainIds {
  const csv = new CsvReader('train-ids.csv', planTrainIds);
  csv.push(Buffer.from(text, 'utf8'));
  return collect(csv.end());
}

function planTrainIds(file: string, header: readonly string[]): TrainIdsPlan | Broken {
  const [holds, ...more] = header.filter((name) => name === 'id' || name === 'hash') as ('id' | 'hash')[];
  if (holds === undefined || more.length > 0) {
    const has = header.slice(0, 30).map(shorten).join(', ') || 'nothing';
    return broken(`${file}: the header must name one column id or one column hash; it has: ${has}`);
  }
  const column = new HashColumn(holds, mostTrainIds);
  const sinks = header.map((name) => (name === holds ? column : null));
  return { file, sinks, mostRows: mostTrainIds, column, holds };
}

function collect(read: ReadTable<TrainIdsPlan> | Broken): ReadTrainIds {
  if ('broken' in read) return read;
  const { table, rows, malformed } = read;
  const { file, column, holds } = table;
  if (malformed) return broken(`${file}: row ${malformed.row + 1}: ${malformed.text}`);
  if (column.faults) {
    const { row, text } = column.faults;
    const found = `${holds} is ${JSON.stringify(shorten(text))}`;
    const wanted = holds === 'id' ? 'an id' : 'the first 16 hexadecimal digits of a SHA-256';
    return broken(`${file}: row ${row + 1}: ${found}, not ${wanted}`);
  }
  if (rows === 0) return broken(`${file}: no rows; whatever was trained saw some`);
  return { hashes: column.sorted(), kinds: holds === 'id' ? column.kinds : null };
}
