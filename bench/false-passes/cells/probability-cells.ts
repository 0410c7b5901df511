/** Losses and calibration of probabilities. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { constantAgainstCalibrated, type Scoring, scorers, shapes } from '../populations/binary.ts';

export function* probabilityCells(): Generator<Cell> {
  const sizes = [
    [30, 0.5],
    [30, 0.05],
    [100, 0.05],
    [500, 0.5],
    [500, 0.05],
    [2000, 0.005],
  ] as const;
  for (const metric of ['log_loss', 'brier', 'ece']) {
    for (const [rows, prevalence] of sizes) {
      const scoring: Scoring = { area: 0.9, sureness: 1.6 };
      const what = `${percent(prevalence)}, area 0.9`;
      yield cellOf(metric, 'atMost', rows, [what, () => scorers(prevalence, scoring, null)]);
      yield cellOf(metric, 'superiority', rows, [what, () => scorers(prevalence, scoring, scoring)]);
    }
    yield cellOf(metric, 'non-inferiority', 500, [
      `${percent(0.3)}, twice as sure as true against true`,
      () => scorers(0.3, { area: 0.9, sureness: 2 }, { area: 0.9 }),
    ]);
    for (const [what, shape] of Object.entries(shapes)) {
      const scoring: Scoring = { area: 0.97, shape, sureness: 1.3 };
      yield cellOf(metric, 'atMost', 500, [
        `${percent(0.5)}, area 0.97, scores ${what}`,
        () => scorers(0.5, scoring, null),
      ]);
      yield cellOf(metric, 'superiority', 500, [
        `${percent(0.5)}, area 0.97, scores ${what}`,
        () => scorers(0.5, scoring, scoring),
      ]);
    }
  }
  // The challenger is seldom wrong, and then for certain: each such row costs as much as a hundred others.
  const certain: Scoring = { area: 0.97, shape: shapes.saturated, sureness: 1.3 };
  for (const [rows, prevalence] of [
    [100, 0.5],
    [500, 0.05],
    [2000, 0.05],
  ] as const) {
    yield cellOf('log_loss', 'non-inferiority', rows, [
      `${percent(prevalence)}, saturated against true`,
      () => scorers(prevalence, certain, { area: 0.97 }),
    ]);
  }
  for (const rows of [100, 500, 5000]) {
    yield cellOf('ece', 'superiority', rows, [
      'a constant against a calibrated model',
      constantAgainstCalibrated,
    ]);
  }
}
