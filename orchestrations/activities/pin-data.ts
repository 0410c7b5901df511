import type { Blobs } from '../../shared/azure/blobs.ts';
import { buildManifest, listPartitions } from '../../shared/azure/build-manifest.ts';
import { manifestLimitBytes, manifestPath, modelFilePath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { ModelConfig } from '../../shared/config/schema.ts';
import type { DataManifest, DataPartition } from '../../shared/domain/data-manifest.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('pin-data', async ({ runId, pinned: { config } }) => {
  const blobs = await wiring.blobs();
  const path = manifestPath(runId);
  const partitions = listPartitions(config.data, await blobs.list(config.data.path));
  const refusals = config.data.expect ? await findRefusals(blobs, config, partitions) : null;
  const fresh = buildManifest(runId, config, partitions, refusals);
  // Data that came after the first attempt waits for the next run: the first manifest is the run's.
  const written = await blobs.writeJsonOnce(path, fresh);
  // History keeps it for as long as the task hub does; lineage is asked for years later.
  await blobs.writeJsonOnce(modelFilePath(runId), config);
  const manifest: DataManifest = written
    ? fresh
    : JSON.parse((await blobs.readText(path, manifestLimitBytes)) ?? '');
  const answer = { manifestHash: hashJson(manifest), partitions: manifest.train.length };
  return manifest.refusedCount ? { ...answer, refused: manifest.refusedCount } : answer;
});

/** What checks files is loaded where files are checked. */
async function findRefusals(blobs: Blobs, config: ModelConfig, partitions: readonly DataPartition[]) {
  const [ledger, data] = await Promise.all([wiring.ledger(), import('../../shared/data/find-refusals.ts')]);
  return data.findRefusals({ blobs, ledger }, config, partitions);
}
