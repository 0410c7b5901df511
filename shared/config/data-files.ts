/** Which of the files below a model's data path are its data: the same rule for events, notices and manifests. */
import { matchesFile, matchesFileOrFolder } from './glob.ts';

export interface DataRule {
  readonly path: string;
  /** Absent in model files that were pinned before there was a choice. */
  readonly files?: readonly string[];
  readonly ignore?: readonly string[];
}

/**
 * What writers leave beside data: markers and logs of Spark, Hive and Delta (`_SUCCESS`, `_committed_…`, `_delta_log/…`),
 * check sums, and files under the name that they have while they are written.
 */
export const ignoredByDefault = ['_*', '.*', '*.crc', '*.tmp', '*.filepart', '*._COPYING_'] as const;
export const filesByDefault = ['*'] as const;

/** The name below the data path of a file that is data, or null where the path is of anything else. */
export function dataFileName(rule: DataRule, path: string): string | null {
  if (!path.startsWith(rule.path) || path.endsWith('/')) return null;
  const name = path.slice(rule.path.length);
  const { files = filesByDefault, ignore = ignoredByDefault } = rule;
  const isMeant = name !== '' && files.some((pattern) => matchesFile(pattern, name));
  return isMeant && !ignore.some((pattern) => matchesFileOrFolder(pattern, name)) ? name : null;
}
