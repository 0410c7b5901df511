import { gzipSync, zstdCompressSync } from 'node:zlib';
import type { ColumnSource, ParquetWriteOptions } from 'hyparquet-writer';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { type Expectations, ExpectationsSchema } from '../../../shared/config/data-schema.ts';
import { checkData, type DataCheck } from '../../../shared/data/check-data.ts';
import type { DataFile } from '../../../shared/data/data-file.ts';

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
