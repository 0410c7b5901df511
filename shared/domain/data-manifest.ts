/** One uploaded file of a model's data, as pinned into a run. */
export interface DataPartition {
  /** File name below the model's data path. */
  readonly name: string;
  readonly etag: string;
  readonly bytes: number;
}

/**
 * The data of one run, written to `runs/{runId}/manifest.json` and handed to its jobs as the input `manifest`.
 *
 * A row belongs to the holdout by its id alone (see docs/jobs.md): training leaves holdout rows out, evaluation
 * uses nothing else, and an id keeps its side in every run.
 */
export interface DataManifest {
  readonly runId: string;
  readonly model: string;
  /** Every partition, oldest name first. Training may read all of them. */
  readonly train: readonly DataPartition[];
  /** The latest partitions, whose holdout rows evaluation scores. */
  readonly evaluate: readonly DataPartition[];
  /** Share of the rows that training must leave out, between 0 and 1. */
  readonly holdoutShare: number;
  /** Files that were left out, by name; at most 100. Absent where the model file expects nothing of a file. */
  readonly refused?: readonly RefusedPartition[];
  /** How many were left out, those beyond `refused` included. */
  readonly refusedCount?: number;
}

/** A file in the data path that no run may use. */
interface RefusedPartition {
  readonly name: string;
  /** Why, in one sentence. */
  readonly reason: string;
}
