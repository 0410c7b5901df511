import type { Blobs } from '../azure/blobs.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { DataPartition } from '../domain/data-manifest.ts';
import { describeProblems, verdictKey } from '../domain/data-verdict.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { hashExpectations, inspectFile } from './inspect-file.ts';

/**
 * Why files may not be used, by name; null where the model file expects nothing. One without a verdict, because its
 * event was lost or the expectations are others since, is inspected now. Every verdict is kept at once: a repeat goes on
 * where an attempt broke off.
 */
export async function findRefusals(
  services: { readonly blobs: Blobs; readonly ledger: Ledger },
  { model, data }: Pick<ModelConfig, 'model' | 'data'>,
  partitions: readonly DataPartition[],
): Promise<ReadonlyMap<string, string> | null> {
  const { expect: expected, path: folder } = data;
  if (!expected) return null;
  const known = await services.ledger.verdicts.known(model, hashExpectations(expected));
  const refusals = new Map<string, string>();
  for (const { name: file, etag } of partitions) {
    const verdict = known.get(verdictKey({ file, etag }));
    if (verdict?.refused) refusals.set(file, verdict.refused);
    if (verdict) continue;
    const found = await inspectFile(services, { model, folder, file, etag, expected });
    if (!found) refusals.set(file, 'It was gone or had changed before it was checked.');
    else if (!found.accepted) refusals.set(file, describeProblems(found));
  }
  return refusals;
}
