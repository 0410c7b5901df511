/** Margins that are a share of the champion's value. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { deciders, scorers } from '../populations/binary.ts';
import { type Erring, estimators } from '../populations/regression.ts';

const rule = 'relative non-inferiority';

export function* relativeCells(): Generator<Cell> {
  for (const rows of [100, 500, 2000]) {
    for (const prevalence of [0.5, 0.1]) {
      const decided = [
        `${percent(prevalence)}, right in 75 % against 90 %`,
        () =>
          deciders(prevalence, { recall: 0.75, falsePositives: 0.25 }, { recall: 0.9, falsePositives: 0.1 }),
      ] as const;
      for (const metric of [
        'accuracy',
        'recall',
        'f1',
        'balanced_accuracy',
        'false_positive_rate',
        'matthews',
      ]) {
        yield cellOf(metric, rule, rows, decided);
      }
      const scored = [
        `${percent(prevalence)}, area 0.8 against 0.9`,
        () => scorers(prevalence, { area: 0.8, sureness: 1.5 }, { area: 0.9 }),
      ] as const;
      for (const metric of ['roc_auc', 'log_loss', 'brier', 'recall_at_fpr@0.1', 'precision_at@0.1']) {
        yield cellOf(metric, rule, rows, scored);
      }
    }
    for (const tail of ['normal', 'lognormal'] as const) {
      const theirs: Erring = { tail, scale: 1, signs: 'both' };
      for (const scale of [1.1, 1.5]) {
        const pair = [
          `errors ${tail}, ${scale} times as large`,
          () => estimators({ ...theirs, scale }, theirs),
        ] as const;
        for (const metric of ['mae', 'rmse', 'median_absolute_error', 'mae_trimmed@0.1']) {
          yield cellOf(metric, rule, rows, pair);
        }
      }
    }
  }
}
