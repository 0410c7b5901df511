import { buildManifest } from '../../shared/azure/build-manifest.ts';
import { manifestLimitBytes, manifestPath } from '../../shared/azure/run-files.ts';
import { hashJson } from '../../shared/config/pin.ts';
import type { DataManifest } from '../../shared/domain/data-manifest.ts';
import { wiring } from '../../shared/wiring.ts';
import { defineStep } from '../define-step.ts';

defineStep('pin-data', async ({ runId, pinned }) => {
  const blobs = await wiring.blobs();
  const path = manifestPath(runId);
  const fresh = buildManifest(runId, pinned.config, await blobs.list(pinned.config.data.path));
  // Data that came after the first attempt waits for the next run: the first manifest is the run's.
  const written = await blobs.writeJsonOnce(path, fresh);
  const manifest: DataManifest = written
    ? fresh
    : JSON.parse((await blobs.readText(path, manifestLimitBytes)) ?? '');
  return { manifestHash: hashJson(manifest), partitions: manifest.train.length };
});
