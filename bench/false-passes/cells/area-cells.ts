/** Areas under curves. */
import { type Cell, cellOf, percent } from '../cell.ts';
import { type Scoring, scorers, shapes } from '../populations/binary.ts';

const areas: readonly [string, Scoring][] = [
  ['area 0.75', { area: 0.75 }],
  ['area 0.9', { area: 0.9 }],
  ['area 0.97', { area: 0.97 }],
];

export function* areaCells(): Generator<Cell> {
  const sizes = [
    [100, 0.5],
    [500, 0.5],
    [500, 0.05],
    [2000, 0.05],
    [2000, 0.01],
    [5000, 0.005],
  ] as const;
  for (const metric of ['roc_auc', 'pr_auc']) {
    for (const [rows, prevalence] of sizes) {
      for (const [what, scoring] of areas) {
        const population = () => scorers(prevalence, scoring, null);
        yield cellOf(metric, 'atLeast', rows, [`${percent(prevalence)}, ${what}`, population]);
      }
    }
    for (const [rows, prevalence] of [
      [100, 0.5],
      [500, 0.05],
      [5000, 0.005],
    ] as const) {
      const scoring: Scoring = { area: 0.9 };
      yield cellOf(metric, 'superiority', rows, [
        `${percent(prevalence)}, area 0.9`,
        () => scorers(prevalence, scoring, scoring),
      ]);
    }
    yield cellOf(metric, 'non-inferiority', 500, [
      `${percent(0.3)}, area 0.87 against 0.9`,
      () => scorers(0.3, { area: 0.87 }, { area: 0.9 }),
    ]);
    const spread: Scoring = { area: 0.9, spread: 2 };
    yield cellOf(metric, 'atLeast', 500, [
      `${percent(0.1)}, area 0.9, class 1 spread twice as wide`,
      () => scorers(0.1, spread, null),
    ]);
    for (const [what, shape] of Object.entries(shapes)) {
      const scoring: Scoring = { area: 0.97, shape, sureness: 2 };
      yield cellOf(metric, 'atLeast', 500, [
        `${percent(0.5)}, area 0.97, scores ${what}`,
        () => scorers(0.5, scoring, null),
      ]);
      yield cellOf(metric, 'superiority', 500, [
        `${percent(0.5)}, area 0.97, scores ${what}`,
        () => scorers(0.5, scoring, scoring),
      ]);
    }
  }
}
