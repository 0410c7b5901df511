/** One look at a part of a holdout: what one run's gates may spend of the part's error. */
export interface HoldoutLook {
  readonly runId: string;
  /** Share of the error, between 0 and 1, that the look may spend. */
  readonly share: number;
}

/** The held-out rows of one partition, and the looks they have had. */
export interface HoldoutPart {
  /** Name of the partition below the model's data path. */
  readonly part: string;
  /** The latest looks, oldest first. */
  readonly looks: readonly HoldoutLook[];
  /** The looks before those, summed up. */
  readonly earlier: { readonly looks: number; readonly share: number };
}

/** A run's look at the holdout it is judged on; docs/gates.md, "Looking again". */
export interface LookAtHoldout {
  /** SHA-256 over the evaluated partitions' names and etags and the holdout share, hex; null for files without a run. */
  readonly version: string | null;
  /** How often the part that was looked at most has been looked at, this look included. */
  readonly look: number;
  /** Share of the error that this look may spend; 0 where none is left. */
  readonly share: number;
  /** Share of the error that is spent after this look, at the part where most is. */
  readonly spent: number;
}
