/** What the page asks of the worker that plays policies, and what it is told. */
import type { Backtest } from '../../shared/backtest/backtest.ts';
import type { ConfigProblem } from '../../shared/config/problem.ts';

/** What is taken for granted where the history does not say; the others are as `ratchet backtest` has them without options. */
export interface Assumed {
  /** What an hour of a job costs; null: as the model file or the fleet file says, if one does. */
  readonly pricePerHour: number | null;
  readonly runOutcome: 'released' | 'gate-failed';
  readonly unknownVersions: 'unknown' | 'nearest';
}

export interface PlayQuestion {
  readonly text: string;
  /** ISO 8601, UTC; null: the beginning and the end of the history. */
  readonly from: string | null;
  readonly until: string | null;
  readonly assumed: Assumed;
  /** Whether the history is read anew, though it has been read. */
  readonly isReadAnew: boolean;
}

export interface Checked {
  readonly problems: readonly Pick<ConfigProblem, 'line' | 'path' | 'message'>[];
  readonly warnings: readonly Pick<ConfigProblem, 'line' | 'path' | 'message'>[];
}

export type Outcome =
  /** The time that was asked for lies outside of what is recorded; `history`: from when to when there are some, null: never. */
  | { readonly is: 'empty'; readonly history: { readonly from: string; readonly until: string } | null }
  | { readonly is: 'invalid'; readonly checked: Checked }
  | { readonly is: 'played'; readonly found: Backtest; readonly facts: number };

/** Each question and its answer, by what is asked. */
export interface Trial {
  /** The triggers and the policy in force, as text without what is the case anyway. */
  readonly open: { readonly asks: null; readonly answers: string };
  readonly check: { readonly asks: string; readonly answers: Checked };
  readonly play: { readonly asks: PlayQuestion; readonly answers: Outcome };
  /** A whole model file with the text in it; null: the text has problems. */
  readonly write: { readonly asks: string; readonly answers: string | null };
}

export type Question = {
  readonly [Kind in keyof Trial]: {
    readonly id: number;
    readonly model: string;
    readonly kind: Kind;
    readonly asks: Trial[Kind]['asks'];
  };
}[keyof Trial];

export type Told =
  | { readonly id: number; readonly progress: string }
  | { readonly id: number; readonly answer: Trial[keyof Trial]['answers'] }
  | {
      readonly id: number;
      readonly refusal: { readonly status: number; readonly code: string; readonly message: string };
    };
