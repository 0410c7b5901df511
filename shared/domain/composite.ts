/** What a composite calls the breaches of model monitors, which have no names of their own in the model file. */
export const driftPart = 'drift';

/** Rules that request a run only together, as admission asks about them. */
export interface Composite {
  readonly name: string;
  /** How many of the parts must be bad. */
  readonly need: number;
  /** How far apart their latest bad windows may lie (ISO 8601 duration). */
  readonly within: string;
  /** They must have turned bad in the order of `parts`. Absent: in any. */
  readonly inOrder?: true;
  readonly parts: readonly CompositePart[];
}

export interface CompositePart {
  /** Its name in the model file. */
  readonly rule: string;
  /** As its signals have it; `drift:` stands for every cause that begins so. */
  readonly cause: string;
  /** How many of its last `of` windows are to be bad. Absent: 1 of 1. */
  readonly breaches?: number;
  readonly of?: number;
  /** Once bad it is so until it recovers, with no further windows. Absent: it is as bad as its latest window says. */
  readonly lasts?: true;
}
