/**
 * What waits for a person. What `GET /api/inbox?limit=&continuation=` answers: the most pressing first, `limit` (1 to 200, without it
 * 100) at a time.
 */
import type { ApprovalAsked, Approval as Given } from './release-state.ts';
import type { Word } from './word.ts';

interface Item {
  /** The same as long as it is the same question. */
  readonly id: string;
  readonly model: string;
  /** What is asked, in a sentence. */
  readonly sentence: string;
  /** Since when, and until when at most (ISO 8601, UTC); null: not known, or without end. */
  readonly since: string | null;
  readonly until: string | null;
  /** What happens by itself when that is over; null: nothing. */
  readonly otherwise: string | null;
  /** Whoever asks may do these; of what they may not, `whyNot` says why. */
  readonly acts: readonly InboxAct[];
}

/** Something that answers it: the body of `POST /api/models/{model}/operations`, but for the reason. */
export interface InboxAct {
  readonly action: string;
  /** Further fields of the body. */
  readonly fields: Readonly<Record<string, string>>;
  /** What it will do, in a sentence. */
  readonly does: string;
  /** Null: this visitor may. */
  readonly whyNot: string | null;
  /** The same as a command. */
  readonly command: string;
}

export interface InboxApproval extends Item {
  readonly what: 'approval';
  readonly releaseId: string;
  readonly runId: string;
  readonly version: string;
  readonly asked: ApprovalAsked;
  /** SHA-256 of what an approval would be of, hex. */
  readonly binding: string;
  readonly given: readonly Given[];
}

/** A release that asks a person. */
export interface InboxQuestion extends Item {
  readonly what: 'question';
  readonly releaseId: string;
  readonly runId: string;
  readonly version: string;
  readonly why: string;
}

/** A run whose gates are inconclusive. */
export interface InboxRun extends Item {
  readonly what: 'run';
  readonly runId: string;
}

/** A run that mode `suggest` suggests. */
export interface InboxSuggestion extends Item {
  readonly what: 'suggestion';
  readonly signals: readonly string[];
}

/** The first of the two who override the gates has spoken. */
export interface InboxBreakGlass extends Item {
  readonly what: 'break-glass';
  readonly runId: string;
  readonly first: Word;
}

/** A model file that is invalid. Nobody acts on it here. */
export interface InboxBrokenFile extends Item {
  readonly what: 'broken-file';
  readonly problems: readonly string[];
}

export type InboxItem =
  | InboxApproval
  | InboxQuestion
  | InboxRun
  | InboxSuggestion
  | InboxBreakGlass
  | InboxBrokenFile;

export interface Inbox {
  readonly at: string;
  readonly items: readonly InboxItem[];
  /** Models whose state could not be read; what waits of theirs is not here. */
  readonly unread: readonly string[];
  readonly changes: string;
}

export interface InboxPage extends Inbox {
  /** How many items there are in all. */
  readonly total: number;
  /** Absent: nothing follows. */
  readonly continuation?: string;
}
