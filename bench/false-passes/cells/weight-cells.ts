/** Rows that do not count alike. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { deciders, type Scoring, scorers } from '../populations/binary.ts';
import { type Erring, estimators } from '../populations/regression.ts';
import type { weightings } from '../world.ts';

/** Decisions right in nine of ten rows of either class. */
const usual = { recall: 0.9, falsePositives: 0.1 };

export function* weightCells(): Generator<Cell> {
  const scoring: Scoring = { area: 0.9 };
  const erring: Erring = { tail: 'normal', scale: 1, signs: 'both' };
  const lognormal: Erring = { ...erring, tail: 'lognormal' };
  const all: readonly (keyof typeof weightings)[] = ['lognormal', 'Pareto 1.5', 'six of weight 1'];
  for (const weights of all) {
    for (const rows of [100, 1000]) {
      const decided = [percent(0.5), () => deciders(0.5, usual, null)] as const;
      const scored = [`${percent(0.5)}, area 0.9`, () => scorers(0.5, scoring, null)] as const;
      const both = [`${percent(0.5)}, area 0.9`, () => scorers(0.5, scoring, scoring)] as const;
      yield cellOf('accuracy', 'atLeast', rows, decided, { weights });
      yield cellOf('f1', 'atLeast', rows, decided, { weights });
      yield cellOf('accuracy', 'superiority', rows, [percent(0.5), () => deciders(0.5, usual, usual)], {
        weights,
      });
      yield cellOf('roc_auc', 'atLeast', rows, scored, { weights });
      yield cellOf('roc_auc', 'superiority', rows, both, { weights });
      yield cellOf('brier', 'atMost', rows, scored, { weights });
      yield cellOf('brier', 'superiority', rows, both, { weights });
      yield cellOf('mae', 'atMost', rows, ['errors normal', () => estimators(erring, null)], { weights });
      yield cellOf(
        'median_absolute_error',
        'atMost',
        rows,
        ['errors lognormal', () => estimators(lognormal, null)],
        { weights },
      );
      yield cellOf('rmse', 'atMost', rows, ['errors lognormal', () => estimators(lognormal, null)], {
        weights,
      });
    }
  }
}
