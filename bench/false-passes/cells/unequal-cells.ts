/** Two sides with as large a loss, one with heavier tails: what most of it is made of, few rows do not have. */
import { type Cell, type Circumstances, cellOf } from '../cell.ts';
import { trueValue } from '../populations/population.ts';
import { type Erring, estimators, type Tail } from '../populations/regression.ts';
import type { RuleName } from '../rules.ts';

const tails: readonly Tail[] = ['lognormal', 't3', 'Pareto 2.5'];
const light: Erring = { tail: 'normal', scale: 1, signs: 'both' };

export function* unequalCells(): Generator<Cell> {
  // The better side but for one row in 100, which is as wrong as can be.
  const rare: Erring = { ...light, tail: 'one in 100 two hundredfold', scale: 0.08 };
  for (const rows of [100, 500]) {
    const pair = () => estimators(rare, { ...light, scale: 0.1 }, 'share');
    yield cellOf('smape', 'superiority', rows, [`errors of which ${rare.tail} against normal`, pair]);
  }
  const what = 'errors Pareto 1.5 against normal, as large';
  // Half of the rows cost a ninth as much: the others alone tell how heavy the tail is.
  for (const rows of [100, 250, 500]) {
    yield gainOf('pinball@0.9', rows, 'Pareto 1.5', what);
    yield cellOf('pinball@0.9', 'atMost', rows, [
      'errors Pareto 1.5',
      () => estimators({ ...light, tail: 'Pareto 1.5' }, null),
    ]);
  }
  for (const tail of ['Pareto 1.5', 'Pareto 1.8'] as const) {
    for (const rows of [100, 500, 2000]) {
      yield cellOf('mae', 'atMost', rows, [`errors ${tail}`, () => estimators({ ...light, tail }, null)]);
    }
  }
  for (const rows of [30, 100, 250, 500, 2000]) {
    yield gainOf('mae', rows, 'Pareto 1.5', 'errors Pareto 1.5 against normal, as large on average');
  }
  for (const tail of tails) {
    const as = `errors ${tail} against normal, as large`;
    for (const rows of [30, 100, 1000]) yield gainOf('mae', rows, tail, `${as} on average`);
    for (const rows of [30, 100, 250, 500, 1000]) yield gainOf('rmse', rows, tail, `${as} in squares`);
    for (const rows of [100, 500]) {
      yield gainOf('r2', rows, tail, `${as} in squares`, { sizedBy: 'rmse' });
      for (const metric of ['bias', 'pinball@0.9', 'mape', 'median_absolute_error', 'mae_trimmed@0.1']) {
        yield gainOf(metric, rows, tail, as);
      }
      yield gainOf('interval_score@0.9', rows, tail, as);
      for (const rule of ['non-inferiority', 'relative non-inferiority'] as const) {
        yield gainOf('rmse', rows, tail, `${as} in squares but for a tenth`, { rule, times: 1.1 });
      }
    }
    const told = { dependence: { kind: 'clusters', size: 10, correlation: 0.3 } } as const;
    yield gainOf('rmse', 1000, tail, `${as} in squares`, {}, told);
    for (const weights of ['lognormal', 'Pareto 1.5'] as const) {
      yield gainOf('rmse', 500, tail, `${as} in squares`, {}, { weights });
    }
  }
}

interface Gain {
  readonly rule?: RuleName;
  /** The metric by which both sides are as large. */
  readonly sizedBy?: string;
  /** How many times as large the challenger's errors are. */
  readonly times?: number;
}

function gainOf(
  metric: string,
  rows: number,
  tail: Tail,
  what: string,
  { rule = 'superiority', sizedBy = metric, times = 1 }: Gain = {},
  circumstances: Circumstances = {},
): Cell {
  const base = sizedBy.split('@')[0]!;
  const signs = base === 'bias' ? 'up' : 'both';
  const unit = base === 'mape' ? 'share' : 'label';
  const errors = (tail: Tail, scale: number): Erring => ({
    ...{ tail, signs, scale },
    // As wide as nine in ten normal errors need, of either tail.
    ...(base === 'interval_score' && { halfWidth: 1.6449 * scale }),
  });
  const size = (of: Tail): number => {
    const population = estimators(errors(of, 1), null, unit);
    return trueValue(sizedBy, population, population.challenger);
  };
  const pair = () => {
    const smaller = unit === 'share' ? 0.1 : 1;
    const scale = (smaller * times * size('normal')) / size(tail);
    return estimators(errors(tail, scale), errors('normal', smaller), unit);
  };
  return cellOf(metric, rule, rows, [what, pair], circumstances);
}
