/** Shares beyond a cut that the rows make, and logistic recalibration. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { type Scoring, scorers, shapes } from '../populations/binary.ts';

const sizes = [
  [100, 0.5],
  [500, 0.5],
  [500, 0.05],
  [2000, 0.05],
  [5000, 0.01],
] as const;

export function* cutCells(): Generator<Cell> {
  const metrics = ['recall_at_fpr@0.1', 'recall_at_fpr@0.01', 'precision_at@0.1', 'precision_at@0.02'];
  const scoring: Scoring = { area: 0.9 };
  for (const metric of metrics) {
    for (const [rows, prevalence] of sizes) {
      const what = `${percent(prevalence)}, area 0.9`;
      yield cellOf(metric, 'atLeast', rows, [what, () => scorers(prevalence, scoring, null)]);
      yield cellOf(metric, 'superiority', rows, [what, () => scorers(prevalence, scoring, scoring)]);
    }
    yield cellOf(metric, 'non-inferiority', 500, [
      `${percent(0.3)}, area 0.87 against 0.9`,
      () => scorers(0.3, { area: 0.87 }, { area: 0.9 }),
    ]);
    for (const [what, shape] of Object.entries(shapes)) {
      const tied: Scoring = { area: 0.9, shape, sureness: 2 };
      // Rounded, one in 100 rows of class 0 has the highest score there is: no recall is left to be judged.
      if (metric === 'recall_at_fpr@0.01' && what === 'rounded') continue;
      const name = `${percent(0.3)}, area 0.9, scores ${what}`;
      yield cellOf(metric, 'atLeast', 500, [name, () => scorers(0.3, tied, null)]);
      yield cellOf(metric, 'superiority', 500, [name, () => scorers(0.3, tied, tied)]);
    }
  }
}

export function* recalibrationCells(): Generator<Cell> {
  for (const metric of ['calibration_slope', 'calibration_intercept']) {
    for (const [rows, prevalence] of [[30, 0.5], ...sizes] as const) {
      for (const sureness of [1, 1.6, 0.7]) {
        const scoring: Scoring = { area: 0.85, sureness };
        const what = `${percent(prevalence)}, area 0.85, ${sureness} times as sure as true`;
        for (const rule of ['atLeast', 'atMost'] as const) {
          yield cellOf(metric, rule, rows, [what, () => scorers(prevalence, scoring, null)]);
        }
        if (sureness === 1) continue;
        yield cellOf(metric, 'superiority', rows, [what, () => scorers(prevalence, scoring, scoring)]);
      }
    }
    yield cellOf(metric, 'non-inferiority', 500, [
      `${percent(0.3)}, twice as sure as true against true`,
      () => scorers(0.3, { area: 0.85, sureness: 2 }, { area: 0.85 }),
    ]);
    const saturated: Scoring = { area: 0.9, shape: shapes.saturated, sureness: 1.3 };
    for (const rule of ['atLeast', 'atMost', 'superiority'] as const) {
      yield cellOf(metric, rule, 500, [
        `${percent(0.3)}, area 0.9, scores saturated`,
        () => scorers(0.3, saturated, rule === 'superiority' ? saturated : null),
      ]);
    }
  }
}
