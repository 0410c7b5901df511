/** Areas under curves. */
import { type Cell, cellOf, percent, percentOf, unseen } from '../cell.ts';
import { type Scoring, scorers, shapes } from '../populations/binary.ts';
import { classifiers } from '../populations/multiclass.ts';

const areas: readonly [string, Scoring][] = [
  ['area 0.75', { area: 0.75 }],
  ['area 0.9', { area: 0.9 }],
  ['area 0.97', { area: 0.97 }],
];

export function* areaCells(): Generator<Cell> {
  yield* missingSome();
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

/** The challenger is the better one but for a kind of rows of class 1 that it does not know: few samples have some. */
function* missingSome(): Generator<Cell> {
  const champion: Scoring = { area: 0.9 };
  for (const [rows, prevalence, area, missed] of [
    [100, 0.5, 0.95, 0.053],
    [500, 0.05, 0.95, 0.053],
    [500, 0.5, 0.92, 0.022],
    [5000, 0.005, 0.99, 0.092],
  ] as const) {
    const challenger: Scoring = { area, missed };
    const what = `${percent(prevalence)}, area ${area} but for ${percentOf(missed)} missed`;
    yield cellOf('roc_auc', 'atLeast', rows, [what, () => scorers(prevalence, challenger, null)]);
    yield cellOf('roc_auc', 'superiority', rows, [
      `${what} against 0.9`,
      () => scorers(prevalence, challenger, champion),
    ]);
  }
  yield* missingSeldom();
  const better: Scoring = { area: 0.97, missed: 0.14 };
  for (const rows of [30, 100]) {
    const what = `${percent(0.5)}, area 0.97 but for ${percentOf(0.14)} missed`;
    yield cellOf('brier', 'atMost', rows, [what, () => scorers(0.5, better, null)]);
    yield cellOf('brier', 'superiority', rows, [`${what} against 0.9`, () => scorers(0.5, better, champion)]);
  }
  // What they cost has no bound but what a double can hold.
  const surer: Scoring = { area: 0.95, missed: 0.053 };
  const what = `${percent(0.5)}, area 0.95 but for ${percentOf(0.053)} missed`;
  yield cellOf('log_loss', 'atMost', 100, [what, () => scorers(0.5, surer, null)], { known: unseen });
  const pair = [`${what} against 0.9`, () => scorers(0.5, surer, champion)] as const;
  yield cellOf('log_loss', 'superiority', 100, pair, { known: unseen });
  const classes = { count: 3, shares: 'one rare' } as const;
  yield cellOf('roc_auc_ovr', 'superiority', 500, [
    `3 classes, one of them rare and ${percentOf(0.07)} of it missed`,
    () => classifiers(classes, { tops: [0.93, 0.999], missed: 0.07 }, { tops: [0.85, 0.99] }),
  ]);
}

/** Where as many rows are missed on average as a sample has with a chance of 1 in 3, or of 1 in 30. */
function* missingSeldom(): Generator<Cell> {
  for (const [rows, prevalence] of [
    [100, 0.5],
    [500, 0.5],
    [500, 0.05],
    [2000, 0.05],
  ] as const) {
    for (const mean of [1, 3.4]) {
      const missed = mean / rows / prevalence;
      for (const area of [0.75, 0.9]) {
        const champion: Scoring = { area };
        const same: Scoring = { area, missed };
        // As good as the champion with what is missed, or hardly worse.
        const better: Scoring = { area: area / (1 - missed) - 0.004, missed };
        for (const [what, challenger] of [
          ['as good', same],
          ['better', better],
        ] as const) {
          if (challenger.area >= 1) continue;
          yield cellOf('roc_auc', 'superiority', rows, [
            `${percent(prevalence)}, ${what} but for ${percentOf(missed)} missed against ${area}`,
            () => scorers(prevalence, challenger, champion),
          ]);
        }
        yield cellOf('roc_auc', 'atLeast', rows, [
          `${percent(prevalence)}, area ${area} but for ${percentOf(missed)} missed`,
          () => scorers(prevalence, same, null),
        ]);
      }
    }
  }
}
