/** Holdouts whose class shares are not those of production. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { deciders, type Scoring, scorers } from '../populations/binary.ts';

const usual = { recall: 0.9, falsePositives: 0.1 };

export function* priorCells(): Generator<Cell> {
  for (const rows of [100, 500, 2000]) {
    // A balanced holdout of a rare class, one with too few of it, and one that is nearly right.
    for (const [prevalence, priors] of [
      [0.5, 0.05],
      [0.1, 0.5],
      [0.3, 0.2],
    ] as const) {
      const as = { priors };
      const decided = [percent(prevalence), () => deciders(prevalence, usual, null)] as const;
      const both = [percent(prevalence), () => deciders(prevalence, usual, usual)] as const;
      for (const metric of ['accuracy', 'precision', 'f1', 'matthews']) {
        yield cellOf(metric, 'atLeast', rows, decided, as);
        yield cellOf(metric, 'superiority', rows, both, as);
      }
      yield cellOf('recall', 'atLeast', rows, decided, as);
      const scoring: Scoring = { area: 0.9 };
      const scored = [`${percent(prevalence)}, area 0.9`, () => scorers(prevalence, scoring, null)] as const;
      const pair = [`${percent(prevalence)}, area 0.9`, () => scorers(prevalence, scoring, scoring)] as const;
      for (const metric of ['log_loss', 'brier', 'ece']) {
        yield cellOf(metric, 'atMost', rows, scored, as);
        yield cellOf(metric, 'superiority', rows, pair, as);
      }
      yield cellOf('calibration_intercept', 'atMost', rows, scored, as);
    }
  }
}
