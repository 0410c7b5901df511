import { hashJson } from '../config/pin.ts';
import type { DataManifest } from '../domain/data-manifest.ts';

/** Names the very rows a run is judged on: a partition that came, went or changed gives another version. */
export function holdoutVersion({
  evaluate,
  holdoutShare,
}: Pick<DataManifest, 'evaluate' | 'holdoutShare'>): string {
  return hashJson({ partitions: evaluate.map(({ name, etag }) => [name, etag]), holdoutShare });
}
