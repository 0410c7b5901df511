import type { ModelConfig } from '../config/schema.ts';
import type { DataManifest, DataPartition } from '../domain/data-manifest.ts';
import type { BlobEntry } from './blobs.ts';

/** More would make the manifest unreadable; their number is always there. */
const mostRefused = 100;

/** The files in the model's data path, oldest name first. Empty files are none. */
export function listPartitions(path: string, entries: readonly BlobEntry[]): readonly DataPartition[] {
  return entries
    .filter((entry) => entry.path.startsWith(path) && entry.path.length > path.length && entry.bytes > 0)
    .map((entry) => ({ name: entry.path.slice(path.length), etag: entry.etag, bytes: entry.bytes }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The data of a run: every partition but those refused, the latest of them for evaluation. */
export function buildManifest(
  runId: string,
  config: Pick<ModelConfig, 'model' | 'data'>,
  partitions: readonly DataPartition[],
  /** Reasons by name; null where the model file expects nothing of a file. */
  refusals: ReadonlyMap<string, string> | null,
): DataManifest {
  const { evaluateOn, holdoutShare } = config.data;
  const train = partitions.filter(({ name }) => !refusals?.has(name));
  const manifest = { runId, model: config.model, train, evaluate: train.slice(-evaluateOn), holdoutShare };
  if (!refusals) return manifest;
  const refused = [...refusals].slice(0, mostRefused).map(([name, reason]) => ({ name, reason }));
  return { ...manifest, refused, refusedCount: refusals.size };
}
