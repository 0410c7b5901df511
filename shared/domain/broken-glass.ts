/** What the row of a run keeps for ever once two people have promoted its challenger against the gates. */
export interface BrokenGlass {
  /** Who spoke first, and who joined: names are what callers say of themselves. */
  readonly first: string;
  readonly second: string;
  /** In the same order. */
  readonly reasons: readonly [string, string];
  /** When the second one spoke (ISO 8601, UTC). */
  readonly at: string;
  /** What came of it, for a person. */
  readonly sentence: string;
}
