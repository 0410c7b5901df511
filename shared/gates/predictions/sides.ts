import type { Predictions } from '../rows.ts';
import type { Problem } from './problems.ts';
import type { Broken } from './table.ts';

/** What each side says of the rows, in the order of the file; or what is wrong with it. */
export type Sides =
  | Pick<Predictions, 'labels' | 'challenger' | 'champion' | 'classes'>
  | { readonly problems: readonly Problem[] }
  | Broken;
