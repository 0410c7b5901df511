/** US flights as a stream, from `flights-3m.parquet` of vega-datasets: docs/policy-benchmark.md says which rows, classes and features. */
import type { ColumnType } from '../../shared/config/data-schema.ts';
import { readColumn } from '../../shared/data/read-parquet.ts';
import { readStored } from '../../shared/data/read-value.ts';
import { UnreadableFile } from '../../shared/tables/data-file.ts';
import { ParquetFile } from '../../shared/tables/parquet/parquet-file.ts';
import type { Stream } from './loss-matrix.ts';
import { rowsPerWindow, windows } from './streams.ts';

const budget = { pageBytes: 2 ** 32, headerBytes: 2 ** 24 };
/** Minutes after the schedule. */
const late = 15;
const dayNanos = 86_400e9;

/** Flights in the order of their departure; of each window of equal size, some at equal distances. */
export async function readFlights(name: string, bytes: Uint8Array): Promise<Stream> {
  try {
    return await readStream(name, bytes);
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error;
    const seen = `stream ${name}: expected a Parquet file as flights-3m.parquet is, but ${error.message}`;
    throw new Error(seen, { cause: error });
  }
}

async function readStream(name: string, bytes: Uint8Array): Promise<Stream> {
  const read = async (start: number, end: number) => bytes.subarray(start, end);
  const file = await ParquetFile.open({ name, bytes: bytes.length, read }, budget);
  const size = Math.floor(file.rows / windows);
  if (size < rowsPerWindow)
    throw new Error(`stream ${name}: expected at least ${windows * rowsPerWindow} rows, got ${file.rows}`);
  const places = new Set(
    Array.from({ length: rowsPerWindow }, (_, at) => Math.floor(((at + 0.5) * size) / rowsPerWindow)),
  );
  const isTaken = (row: number): boolean => row < windows * size && places.has(row % size);
  const dates = await takeColumn(name, file, isTaken, 'date', 'time');
  const delays = await takeColumn(name, file, isTaken, 'delay', 'integer');
  const distances = await takeColumn(name, file, isTaken, 'distance', 'number');
  if (dates.some((date, at) => at > 0 && date < dates[at - 1]!))
    throw new Error(
      `stream ${name}: expected flights in the order of their date, got some before earlier ones`,
    );
  const features = dates.flatMap((date, at) => [
    distances[at]!,
    ...turn(date, dayNanos),
    ...turn(date, 7 * dayNanos),
  ]);
  return {
    ...{ name, width: 5, rowsPerWindow },
    features: Float64Array.from(features),
    labels: Uint8Array.from(delays, (delay) => Number(delay >= late)),
  };
}

/** Where in its period a time lies, so that the end is beside the beginning. */
function turn(time: number, period: number): readonly [number, number] {
  const angle = (2 * Math.PI * (time % period)) / period;
  return [Math.sin(angle), Math.cos(angle)];
}

async function takeColumn(
  stream: string,
  file: ParquetFile,
  isTaken: (row: number) => boolean,
  name: string,
  type: ColumnType,
): Promise<readonly number[]> {
  const column = file.columns.find((each) => each.name === name);
  if (!column) {
    const names = file.columns.map((each) => each.name).join(', ');
    throw new Error(`stream ${stream}: expected a column ${name}, got ${names}`);
  }
  const taken: number[] = [];
  let before = 0;
  for (const group of file.groups) {
    await readColumn(file, group, column, (value, row) => {
      if (!isTaken(before + row)) return;
      const reading = readStored(type, value);
      if (typeof reading !== 'number' && typeof reading !== 'bigint') {
        const where = `stream ${stream}, row ${before + row + 1}, column ${name}`;
        throw new Error(`${where}: expected a value of type ${type}, got ${String(value)}`);
      }
      taken.push(Number(reading));
    });
    before += group.rows;
  }
  return taken;
}
