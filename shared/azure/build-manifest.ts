import type { ModelConfig } from '../config/schema.ts';
import type { DataManifest } from '../domain/data-manifest.ts';
import type { BlobEntry } from './blobs.ts';

/** The data of a run: every file in the model's data path, the latest of them for evaluation. Empty files are none. */
export function buildManifest(
  runId: string,
  config: Pick<ModelConfig, 'model' | 'data'>,
  entries: readonly BlobEntry[],
): DataManifest {
  const { path, evaluateOn, holdoutShare } = config.data;
  const train = entries
    .filter((entry) => entry.path.startsWith(path) && entry.path.length > path.length && entry.bytes > 0)
    .map((entry) => ({ name: entry.path.slice(path.length), etag: entry.etag, bytes: entry.bytes }))
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  return { runId, model: config.model, train, evaluate: train.slice(-evaluateOn), holdoutShare };
}
