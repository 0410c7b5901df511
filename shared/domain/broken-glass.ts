import type { Actor } from './actor.ts';

/** What the row of a run keeps for ever once two people have promoted its challenger against the gates. */
export interface BrokenGlass {
  /** Who spoke first, and who joined, for people to read. */
  readonly first: string;
  readonly second: string;
  /** The same two as the platform has proven them. Absent: from before it was, names are what callers said of themselves. */
  readonly actors?: readonly [Actor, Actor];
  /** In the same order. */
  readonly reasons: readonly [string, string];
  /** When the second one spoke (ISO 8601, UTC). */
  readonly at: string;
  /** What came of it, for a person. */
  readonly sentence: string;
}

/** While its glass is broken, a run is under way under this name; it is no run of the ledger. */
export function glassIdOf(runId: string, at: string): string {
  return `${runId}-glass-${Date.parse(at)}`;
}

/** The run whose glass is meant, or that itself is: the name that ledger and commands know it by. */
export function runOfGlass(runId: string): string {
  // Every decision names a run, and hardly any is of a broken glass: looking for the word costs less than the pattern.
  return runId.includes('-glass-') ? runId.replace(/-glass-\d+$/, '') : runId;
}
