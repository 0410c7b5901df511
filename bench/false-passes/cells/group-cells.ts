/** Gaps between groups, and slices. */
import { type Cell, cellOf } from '../cell.ts';
import { deciders, scorers } from '../populations/binary.ts';

export function* groupCells(): Generator<Cell> {
  const rated = (recall: number, falsePositives: number) => () =>
    deciders(0.4, { recall, falsePositives }, null);
  for (const rows of [100, 500, 2000]) {
    const two = [rated(0.9, 0.2), rated(0.8, 0.1)] as const;
    for (const metric of ['selection_rate', 'recall', 'false_positive_rate']) {
      yield cellOf(metric, 'gap', rows, ['2 groups', ...two]);
    }
    yield cellOf('recall', 'gap', rows, ['2 groups, near 1', rated(0.99, 0.01), rated(0.94, 0.01)]);
  }
  const five = [0.9, 0.85, 0.85, 0.85, 0.8].map((recall) => rated(recall, 0.1));
  yield cellOf('recall', 'gap', 2000, ['5 groups', ...five]);
  const strong = Array.from({ length: 4 }, () => rated(0.98, 0.02));
  for (const metric of ['accuracy', 'f1', 'balanced_accuracy']) {
    yield cellOf(metric, 'slices', 2000, ['5 slices, one on the limit', rated(0.9, 0.1), ...strong]);
    yield cellOf(metric, 'slices', 2000, [
      '5 slices, all on the limit',
      ...Array.from({ length: 5 }, () => rated(0.9, 0.1)),
    ]);
  }
  const scored = () => scorers(0.4, { area: 0.8 }, null);
  const better = Array.from({ length: 4 }, () => () => scorers(0.4, { area: 0.95 }, null));
  for (const metric of ['roc_auc', 'log_loss', 'brier']) {
    yield cellOf(metric, 'slices', 1000, ['5 slices, one on the limit', scored, ...better]);
  }
}
