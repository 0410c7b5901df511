/** Rows without a label. */
import { type Cell, type Circumstances, cellOf, percent } from '../cell.ts';
import type { Missing } from '../missing.ts';
import { deciders, scorers } from '../populations/binary.ts';
import { classifiers } from '../populations/multiclass.ts';
import { type Erring, estimators } from '../populations/regression.ts';

const usual = { recall: 0.9, falsePositives: 0.1 };
const costs = { falsePositive: 1, falseNegative: 20 };

const byChance: Missing = { where: 'anywhere', chance: 0.05, assumed: true };
const untold: Missing = { where: 'anywhere', chance: 0.05, assumed: false };
/** The labels that are missing are the worst there could be. */
const against: Missing = { where: 'where wrong', chance: 0.3, assumed: false };

const wronglyAssumed =
  'labels that would tell against the challenger are missing, and the model file says that they are missing by chance';

export function* missingCells(): Generator<Cell> {
  for (const missing of [byChance, untold, against]) {
    for (const rows of [100, 500]) {
      yield* decided(rows, { missing });
      yield* scored(rows, { missing });
      yield* classified(rows, { missing });
      yield* estimated(rows, { missing });
    }
    yield* gaps({ missing });
  }
  yield cellOf('accuracy', 'atLeast', 500, [percent(0.3), () => deciders(0.3, usual, null)], {
    missing: { ...against, assumed: true },
    known: wronglyAssumed,
  });
}

function* decided(rows: number, as: Circumstances): Generator<Cell> {
  const alone = [percent(0.3), () => deciders(0.3, usual, null, costs)] as const;
  for (const metric of ['accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1', 'matthews'])
    yield cellOf(metric, 'atLeast', rows, alone, as);
  yield cellOf('expected_cost', 'atMost', rows, alone, as);
  yield cellOf('accuracy', 'superiority', rows, [percent(0.3), () => deciders(0.3, usual, usual)], as);
}

function* scored(rows: number, as: Circumstances): Generator<Cell> {
  const what = `${percent(0.3)}, area 0.9`;
  const alone = () => scorers(0.3, { area: 0.9 }, null);
  for (const metric of [
    'roc_auc',
    'pr_auc',
    'recall_at_fpr@0.1',
    'precision_at@0.1',
    'calibration_intercept',
  ])
    yield cellOf(metric, 'atLeast', rows, [what, alone], as);
  for (const metric of ['log_loss', 'brier', 'ece', 'calibration_intercept'])
    yield cellOf(metric, 'atMost', rows, [what, alone], as);
  for (const metric of ['log_loss', 'brier'])
    yield cellOf(metric, 'superiority', rows, [what, () => scorers(0.3, { area: 0.9 }, { area: 0.9 })], as);
}

function* classified(rows: number, as: Circumstances): Generator<Cell> {
  const sure = { tops: [0.7, 0.99], sureness: 1.5 } as const;
  const alone = [
    '3 classes, unequal',
    () => classifiers({ count: 3, shares: 'unequal' }, sure, null),
  ] as const;
  const shares = ['accuracy', 'recall@c1', 'recall_macro', 'precision_macro', 'f1_macro'];
  for (const metric of shares) yield cellOf(metric, 'atLeast', rows, alone, as);
  for (const metric of ['log_loss', 'brier', 'ece']) yield cellOf(metric, 'atMost', rows, alone, as);
}

function* estimated(rows: number, as: Circumstances): Generator<Cell> {
  const light: Erring = { tail: 'normal', scale: 1, signs: 'both' };
  const within: Erring = { ...light, halfWidth: 1.6449 };
  yield cellOf(
    'interval_coverage',
    'atLeast',
    rows,
    ['nine in ten inside', () => estimators(within, null)],
    as,
  );
  for (const metric of ['mae', 'pinball@0.5'])
    yield cellOf(metric, 'superiority', rows, ['errors normal', () => estimators(light, light)], as);
  yield cellOf('r2', 'atLeast', rows, ['errors normal', () => estimators(light, null)], as);
}

function* gaps(as: Circumstances): Generator<Cell> {
  const groups = [0.9, 0.8].map(
    (recall) => () => deciders(0.4, { recall, falsePositives: 1 - recall }, null),
  );
  for (const metric of ['selection_rate', 'recall', 'false_positive_rate'])
    yield cellOf(metric, 'gap', 1000, ['2 groups', ...groups], as);
}
