/**
 * Holds a file of the data path against the expectations, and keeps the verdict.
 *
 * Owns: that a verdict is about exactly one content under exactly one set of expectations.
 * Does not own: what is expected (config), what is done about it (confirm-signal, pin-data).
 */
import type { Blobs } from '../azure/blobs.ts';
import { hashJson } from '../config/pin.ts';
import type { Expectations } from '../config/schema.ts';
import type { DataVerdict } from '../domain/data-verdict.ts';
import { RatchetError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { checkData } from './check-data.ts';

interface Inspection {
  readonly model: string;
  /** The model's data path. */
  readonly folder: string;
  /** Name below it. */
  readonly file: string;
  readonly etag: string;
  readonly expected: Expectations;
}

/** Expectations are equal when their hashes are. */
export function hashExpectations(expected: Expectations): string {
  return hashJson(expected);
}

/** Answers null, and keeps nothing, where the file is gone or has changed. Repeated, it comes to the same verdict. */
export async function inspectFile(
  { blobs, ledger }: { readonly blobs: Blobs; readonly ledger: Ledger },
  { model, folder, file, etag, expected }: Inspection,
): Promise<DataVerdict | null> {
  try {
    const content = await blobs.open(`${folder}${file}`, etag);
    const check = await checkData({ name: file, ...content }, expected);
    const verdict: DataVerdict = {
      model,
      file,
      etag,
      uploadedAt: content.uploadedAt,
      accepted: check.problemCount === 0,
      ...check,
      expectHash: hashExpectations(expected),
    };
    await ledger.verdicts.record(verdict);
    return verdict;
  } catch (error) {
    if (error instanceof RatchetError && error.code === 'not-found') return null;
    throw error;
  }
}
