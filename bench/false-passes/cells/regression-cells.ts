/** Metrics of regression, with errors from normal to heavy-tailed. */
import { type Cell, cellOf, unseen } from '../cell.ts';
import { type Erring, estimators, type Tail } from '../populations/regression.ts';

const tails: readonly Tail[] = ['normal', 'lognormal', 't3', 'Pareto 2.5'];

export function* regressionCells(): Generator<Cell> {
  for (const tail of tails) {
    const erring: Erring = { tail, scale: 1, signs: 'both' };
    const small: Erring = { ...erring, scale: 0.1 };
    const upwards: Erring = { ...erring, signs: 'up' };
    const size = `errors ${tail}`;
    for (const rows of [30, 100, 500, 5000]) {
      for (const metric of ['mae', 'rmse', 'r2', 'median_absolute_error', 'mae_trimmed@0.1']) {
        yield cellOf(metric, metric === 'r2' ? 'atLeast' : 'atMost', rows, [
          size,
          () => estimators(erring, null),
        ]);
      }
      if (rows === 5000) continue;
      for (const metric of ['mae', 'median_absolute_error', 'mae_trimmed@0.1']) {
        yield cellOf(metric, 'superiority', rows, [size, () => estimators(erring, erring)]);
      }
      yield cellOf('bias', 'atMost', rows, [`${size}, upwards`, () => estimators(upwards, null)]);
      yield cellOf('pinball@0.9', 'atMost', rows, [size, () => estimators(erring, null)]);
    }
    for (const metric of ['mape', 'smape']) {
      yield cellOf(metric, 'atMost', 100, [size, () => estimators(small, null, 'share')]);
      yield cellOf(metric, 'superiority', 100, [size, () => estimators(small, small, 'share')]);
    }
    for (const metric of ['rmse', 'r2', 'bias', 'pinball@0.9']) {
      yield cellOf(metric, 'superiority', 100, [size, () => estimators(erring, erring)]);
    }
    for (const metric of [
      'mae',
      'median_absolute_error',
      'mae_trimmed@0.1',
      'rmse',
      'mape',
      'smape',
      'r2',
      'pinball@0.9',
    ]) {
      const unit = metric === 'mape' || metric === 'smape' ? 'share' : 'label';
      const [ours, theirs] =
        unit === 'share' ? [{ ...small, scale: 0.11 }, small] : [{ ...erring, scale: 1.1 }, erring];
      yield cellOf(metric, 'non-inferiority', 500, [
        `${size}, a tenth larger`,
        () => estimators(ours, theirs, unit),
      ]);
    }
  }
  yield* rareErrors();
  yield* forecasts();
}

/** Forecasts of quantiles and intervals, whose errors are rare. */
function* forecasts(): Generator<Cell> {
  const light: Erring = { tail: 'normal', scale: 1, signs: 'both' };
  // Forecasts of a quantile that one label in 100 is above.
  const extreme: Erring = { ...light, shift: -2.3263 };
  for (const rows of [30, 100, 500]) {
    const what = '99 in 100 covered';
    yield cellOf('pinball@0.99', 'atMost', rows, [what, () => estimators(extreme, null)]);
    yield cellOf('pinball@0.99', 'superiority', rows, [what, () => estimators(extreme, extreme)]);
    yield cellOf('pinball@0.99', 'non-inferiority', rows, [
      '95 in 100 covered against 99',
      () => estimators({ ...light, shift: -1.6449 }, extreme),
    ]);
  }
  // Nine in ten of normal errors, and of the champion's 95 in 100.
  const within: Erring = { ...light, halfWidth: 1.6449 };
  for (const rows of [30, 500]) {
    for (const rule of ['atLeast', 'atMost'] as const) {
      yield cellOf('interval_coverage_error@0.9', rule, rows, [
        'nine in ten inside',
        () => estimators(within, null),
      ]);
    }
    for (const metric of ['interval_coverage', 'interval_coverage_error@0.9', 'interval_score@0.9']) {
      yield cellOf(metric, 'superiority', rows, ['nine in ten inside', () => estimators(within, within)]);
    }
    yield cellOf('interval_coverage', 'non-inferiority', rows, [
      'nine in ten inside against 95 in 100',
      () => estimators(within, { ...light, halfWidth: 1.96 }),
    ]);
    yield cellOf('interval_coverage', 'atLeast', rows, [
      'nine in ten inside',
      () => estimators(within, null),
    ]);
    yield cellOf('interval_score@0.9', 'atMost', rows, [
      'nine in ten inside',
      () => estimators(within, null),
    ]);
    yield cellOf('interval_score@0.9', 'atMost', rows, [
      'errors t3, intervals for normal ones',
      () => estimators({ ...within, tail: 't3' }, null),
    ]);
    const sure: Erring = { ...light, halfWidth: 2.5758 };
    const what = '99 in 100 inside';
    yield cellOf('interval_score@0.99', 'atMost', rows, [what, () => estimators(sure, null)]);
    yield cellOf('interval_score@0.99', 'superiority', rows, [what, () => estimators(sure, sure)]);
    yield cellOf('interval_score@0.99', 'non-inferiority', rows, [
      '95 in 100 inside against 99',
      () => estimators({ ...light, halfWidth: 1.96 }, sure),
    ]);
  }
}

/** Coverage of a quantile, and errors that most samples do not have. */
function* rareErrors(): Generator<Cell> {
  const light: Erring = { tail: 'normal', scale: 1, signs: 'both' };
  const high: Erring = { ...light, shift: -1.2816 };
  for (const rows of [30, 500]) {
    for (const rule of ['atLeast', 'atMost'] as const) {
      yield cellOf('coverage_error@0.9', rule, rows, ['nine in ten covered', () => estimators(high, null)]);
    }
    yield cellOf('coverage_error@0.9', 'superiority', rows, [
      'nine in ten covered',
      () => estimators(high, high),
    ]);
  }
  const rare: Erring = { ...light, tail: 'one in 100 two hundredfold' };
  for (const rows of [30, 100, 500]) {
    yield cellOf('mae', 'atMost', rows, [`errors of which ${rare.tail}`, () => estimators(rare, null)], {
      known: unseen,
    });
  }
}
