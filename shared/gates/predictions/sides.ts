import type { Predictions } from '../rows.ts';
import type { CategoryColumn, NumberColumn } from './columns.ts';
import type { Problem } from './problems.ts';
import type { Broken } from './table.ts';

/** What each side says of the rows, in the order of the file; a label that is missing is NaN. */
export type ReadSides = Pick<
  Predictions,
  'labels' | 'challenger' | 'champion' | 'classes' | 'intervals' | 'notes'
>;

/** The same, or what is wrong with it. */
export type Sides = ReadSides | { readonly problems: readonly Problem[] } | Broken;

export type Side = 'challenger' | 'champion';

/** What a side says: names of classes, probabilities of them, or both. Null where it says nothing in any row. */
export interface SideColumns {
  readonly side: Side;
  readonly decisions: CategoryColumn | null;
  readonly probabilities: ReadonlyMap<string, NumberColumn> | null;
}
