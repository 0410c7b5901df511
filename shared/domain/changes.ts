/**
 * What has changed since somebody last looked. What `GET /api/changes?after=TOKEN&model=` answers.
 *
 * A long poll: it answers at once where something has changed, and otherwise when something does, or with no changes after
 * 25 seconds at most. Without `after` it answers at once, with a token and no changes. A change may be told twice, and
 * is never left out: whatever is named is to be read again.
 */

/** What can change. Closed. */
export const changeKinds = ['decision', 'run', 'release', 'operation', 'check', 'data'] as const;
export type ChangeKind = (typeof changeKinds)[number];

export interface Change {
  readonly kind: ChangeKind;
  /** Null: the fleet. */
  readonly model: string | null;
  /** The signal, run, release or operation; null: several. */
  readonly id: string | null;
}

export interface Changes {
  /** For the next time. */
  readonly token: string;
  /** The latest last; 200 at most. */
  readonly changes: readonly Change[];
  /** There are more changes than are told, or the token is from another ledger: everything is to be read again. */
  readonly everything: boolean;
}
