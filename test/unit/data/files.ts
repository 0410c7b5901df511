import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ColumnSource, ParquetWriteOptions } from 'hyparquet-writer';
import { autoSchemaElement, ByteWriter, ParquetWriter, parquetWriteBuffer } from 'hyparquet-writer';
import { type Expectations, ExpectationsSchema } from '../../../shared/config/data-schema.ts';
import { checkData, type DataCheck } from '../../../shared/data/check-data.ts';
import type { DataFile } from '../../../shared/tables/data-file.ts';

/** A file in memory that counts what is asked of it. */
export function fileOf(name: string, content: string | Uint8Array): DataFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return { name, bytes: bytes.length, read: async (start, end) => bytes.slice(start, end) };
}

export const expecting = (expected: unknown): Expectations => ExpectationsSchema.parse(expected);

export const checkCsv = (text: string | Uint8Array, expected: unknown): Promise<DataCheck> =>
  checkData(fileOf('a.csv', text), expecting(expected));

export const checkParquet = (bytes: Uint8Array, expected: unknown): Promise<DataCheck> =>
  checkData(fileOf('a.parquet', bytes), expecting(expected));

export function parquetOf(
  columnData: ColumnSource[],
  options: Partial<Omit<ParquetWriteOptions, 'writer' | 'columnData'>> = {},
): Uint8Array {
  const compressors = {
    GZIP: (bytes: Uint8Array) => new Uint8Array(gzipSync(bytes)),
    ZSTD: (bytes: Uint8Array) => new Uint8Array(zstdCompressSync(bytes)),
  };
  return new Uint8Array(parquetWriteBuffer({ columnData, compressors, ...options }));
}

/** A file with whole pages of more values than its footer counts rows: 200 rows of 300 values, a page for each hundred. */
export function parquetWithSurplus(
  columnData: readonly { name: string; data: readonly number[] }[],
): Uint8Array {
  const writer = new ByteWriter();
  const root = { name: 'root', num_children: columnData.length };
  const columns = columnData.map(({ name, data }) => ({ name, data: [...data], encoding: 'PLAIN' as const }));
  const schema = [root, ...columns.map(({ name, data }) => autoSchemaElement(name, data))];
  const file = new ParquetWriter({ writer, schema, codec: 'UNCOMPRESSED' });
  file.write({ columnData: columns, pageSize: 801 });
  const [group] = file.row_groups;
  group!.num_rows = 200n;
  file.num_rows = 200n;
  file.finish();
  return new Uint8Array(writer.getBuffer());
}
