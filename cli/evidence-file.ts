import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import type { EvidenceFile } from '../shared/gates/predictions/read-table.ts';

/** What is read of a file that a person named, Parquet or CSV by its name. */
export async function readEvidenceFile<T>(
  file: string,
  read: (files: readonly EvidenceFile[]) => Promise<T | null>,
): Promise<T | null> {
  try {
    const source = { name: basename(file), chunks: createReadStream(file, { highWaterMark: 1024 * 1024 }) };
    return await read([source]);
  } catch (cause) {
    throw cannotRead(file, cause);
  }
}

export function cannotRead(file: string, cause: unknown): Error {
  return new Error(`cannot read ${file}: ${cause instanceof Error ? cause.message : String(cause)}`, {
    cause,
  });
}
