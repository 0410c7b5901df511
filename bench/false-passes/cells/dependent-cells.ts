/** Rows that depend on each other. */
import { type Cell, type Circumstances, cellOf, percent } from '../cell.ts';
import { deciders, type Scoring, scorers } from '../populations/binary.ts';
import { type Erring, estimators } from '../populations/regression.ts';
import type { Dependence } from '../world.ts';

/** Decisions right in nine of ten rows of either class. */
const usual = { recall: 0.9, falsePositives: 0.1 };

const naive = 'rows that depend on each other are taken for independent: nothing says which belong together';

export function* dependentCells(): Generator<Cell> {
  const kinds: readonly Dependence[] = [
    { kind: 'clusters', size: 10, correlation: 0.3 },
    { kind: 'series', correlation: 0.7 },
  ];
  for (const dependence of kinds) {
    yield* cellsOf({ dependence });
    yield* cellsOf({ dependence, told: false, known: naive });
  }
}

function* cellsOf(as: Circumstances): Generator<Cell> {
  const scoring: Scoring = { area: 0.85 };
  const erring: Erring = { tail: 'normal', scale: 1, signs: 'both' };
  const alone = [percent(0.5), () => deciders(0.5, usual, null)] as const;
  yield cellOf('accuracy', 'atLeast', 1000, alone, as);
  yield cellOf('accuracy', 'superiority', 1000, [percent(0.5), () => deciders(0.5, usual, usual)], as);
  yield cellOf('f1', 'atLeast', 1000, alone, as);
  yield cellOf(
    'roc_auc',
    'atLeast',
    1000,
    [`${percent(0.5)}, area 0.85`, () => scorers(0.5, scoring, null)],
    as,
  );
  yield cellOf(
    'roc_auc',
    'superiority',
    1000,
    [`${percent(0.5)}, area 0.85`, () => scorers(0.5, scoring, scoring)],
    as,
  );
  yield cellOf(
    'brier',
    'superiority',
    1000,
    [`${percent(0.5)}, area 0.85`, () => scorers(0.5, scoring, scoring)],
    as,
  );
  yield cellOf('mae', 'atMost', 1000, ['errors normal', () => estimators(erring, null)], as);
  yield cellOf('mae', 'superiority', 1000, ['errors normal', () => estimators(erring, erring)], as);
  const shares = [percent(0.5), () => deciders(0.5, usual, usual)] as const;
  yield cellOf('recall', 'non-inferiority', 1000, shares, as);
  yield cellOf('precision', 'atLeast', 1000, alone, as);
  yield cellOf(
    'ece@10',
    'atMost',
    1000,
    [`${percent(0.5)}, area 0.85`, () => scorers(0.5, scoring, null)],
    as,
  );
  yield cellOf('accuracy', 'atLeast', 300, alone, as);
}
