/** Metrics of binary decisions. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { deciders } from '../populations/binary.ts';

/** Decisions right in nine of ten rows of either class. */
const usual = { recall: 0.9, falsePositives: 0.1 };
const worse = { recall: 0.85, falsePositives: 0.13 };
const sharp = { recall: 0.99, falsePositives: 0.01 };
const rare = { recall: 0.8, falsePositives: 0.002 };

export function* decisionBounds(): Generator<Cell> {
  for (const metric of ['accuracy', 'balanced_accuracy', 'precision', 'recall', 'f1', 'matthews']) {
    for (const [rows, prevalence] of [
      [30, 0.5],
      [100, 0.5],
      [500, 0.05],
      [2000, 0.005],
      [5000, 0.005],
    ] as const) {
      const rates = prevalence < 0.05 ? rare : usual;
      yield cellOf(metric, 'atLeast', rows, [percent(prevalence), () => deciders(prevalence, rates, null)]);
    }
  }
  for (const metric of ['false_positive_rate', 'false_negative_rate']) {
    yield cellOf(metric, 'atMost', 500, [percent(0.05), () => deciders(0.05, usual, null)]);
  }
  for (const metric of ['accuracy', 'balanced_accuracy', 'f1', 'matthews']) {
    for (const rows of [100, 500, 2000]) {
      yield cellOf(metric, 'atLeast', rows, [
        `${percent(0.5)}, right in 99 %`,
        () => deciders(0.5, sharp, null),
      ]);
    }
  }
  yield cellOf('balanced_accuracy', 'atLeast', 2000, [
    `${percent(0.01)}, right in 90 %`,
    () => deciders(0.01, usual, null),
  ]);
}

export function* decisionGains(): Generator<Cell> {
  for (const metric of [
    'accuracy',
    'balanced_accuracy',
    'precision',
    'recall',
    'f1',
    'matthews',
    'false_positive_rate',
  ]) {
    for (const [rows, prevalence] of [
      [30, 0.5],
      [500, 0.05],
      [5000, 0.005],
    ] as const) {
      const rates = prevalence < 0.05 ? rare : usual;
      yield cellOf(metric, 'superiority', rows, [
        percent(prevalence),
        () => deciders(prevalence, rates, rates),
      ]);
    }
    yield cellOf(metric, 'non-inferiority', 500, [percent(0.3), () => deciders(0.3, worse, usual)]);
  }
  for (const metric of ['accuracy', 'f1']) {
    yield cellOf(metric, 'superiority', 500, [
      `${percent(0.5)}, right in 99 %`,
      () => deciders(0.5, sharp, sharp),
    ]);
  }
}

const costs = { falsePositive: 1, falseNegative: 20 };

/** Costs that a rare class makes uneven. */
export function* costCells(): Generator<Cell> {
  for (const [rows, prevalence] of [
    [30, 0.5],
    [100, 0.05],
    [500, 0.05],
    [500, 0.005],
    [5000, 0.005],
    [5000, 0.3],
  ] as const) {
    const rates = prevalence < 0.05 ? rare : usual;
    const what = `${percent(prevalence)}, misses cost 20`;
    yield cellOf('expected_cost', 'atMost', rows, [what, () => deciders(prevalence, rates, null, costs)]);
    yield cellOf('expected_cost', 'superiority', rows, [
      what,
      () => deciders(prevalence, rates, rates, costs),
    ]);
  }
}
