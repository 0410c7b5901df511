/** What an expression becomes, and what it can see. */
import type { Column, Type, Value } from './values.ts';

export interface Compiled {
  readonly type: Type;
  readonly run: (row: readonly Value[]) => Value;
  /** What it is for every row, where it is a literal. */
  readonly constant?: Value;
}

export interface Scope {
  readonly columns: readonly Column[];
  readonly nowMs: number;
  /** For messages: `where`, `summarize`. */
  readonly operator: string;
}
