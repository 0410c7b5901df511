import { type DataRule, dataFileName } from '../config/data-files.ts';
import type { ModelConfig } from '../config/schema.ts';
import type { DataManifest, DataPartition } from '../domain/data-manifest.ts';
import type { BlobEntry } from './blobs.ts';

/** More would make the manifest unreadable; their number is always there. */
const mostRefused = 100;

/** The files of the model's data, oldest name first. Empty files are none. */
export function listPartitions(rule: DataRule, entries: readonly BlobEntry[]): readonly DataPartition[] {
  return entries
    .flatMap(({ path, etag, bytes }) => {
      const name = dataFileName(rule, path);
      return name === null || bytes === 0 ? [] : [{ name, etag, bytes }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
}

/** The data of a run: every partition but those refused, the latest of them for evaluation. */
export function buildManifest(
  runId: string,
  config: Pick<ModelConfig, 'model'> & {
    readonly data: Pick<ModelConfig['data'], 'evaluateOn' | 'holdoutShare'>;
  },
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
