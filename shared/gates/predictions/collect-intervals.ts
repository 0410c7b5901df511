/** Intervals that a regression model predicts: the columns `challenger:lower` and `challenger:upper`, and the champion's. */
import type { Intervals } from '../metrics/measure.ts';
import { findNumberProblem, type Problem } from './problems.ts';
import type { Side } from './sides.ts';
import type { ReadTable } from './table.ts';

type ReadIntervals = Readonly<Record<Side, Intervals | null>>;

/** Null where no side has any. */
export function collectIntervals({ table, rows }: ReadTable): ReadIntervals | null | { problems: Problem[] } {
  const problems: Problem[] = [];
  const intervalsOf = (side: Side): Intervals | null => {
    const [lower, upper] = [table.numbers.get(`${side}:lower`), table.numbers.get(`${side}:upper`)];
    const given = [lower, upper].filter(
      (column) => column && (side === 'challenger' || column.missing < rows),
    );
    if (given.length === 0) return null;
    if (!lower || !upper || given.length === 1) {
      const [has, lacks] = given[0] === lower ? ['lower', 'upper'] : ['upper', 'lower'];
      const sentence = `it has ${side}:${has} and no ${side}:${lacks}: an interval has two ends`;
      problems.push({
        faults: { count: rows, row: 0, text: '' },
        sentence,
        rule: `have no ${side}:${lacks}`,
      });
      return null;
    }
    const bad = [
      ...findNumberProblem(`${side}:lower`, lower, -Number.MAX_VALUE, Number.MAX_VALUE, 'a finite number'),
      ...findNumberProblem(`${side}:upper`, upper, -Number.MAX_VALUE, Number.MAX_VALUE, 'a finite number'),
    ];
    problems.push(...(bad.length > 0 ? bad : findCrossed(side, lower.values, upper.values)));
    return { lower: lower.values, upper: upper.values };
  };
  const found = { challenger: intervalsOf('challenger'), champion: intervalsOf('champion') };
  if (problems.length > 0) return { problems };
  return found.challenger || found.champion ? found : null;
}

function findCrossed(side: Side, lower: Float64Array, upper: Float64Array): Problem[] {
  let [count, row] = [0, -1];
  for (let at = 0; at < lower.length; at++) if (lower[at]! > upper[at]! && count++ === 0) row = at;
  if (count === 0) return [];
  const sentence = `${side}:lower is ${lower[row]}, above ${side}:upper, which is ${upper[row]}`;
  const faults = { count, row, text: String(lower[row]) };
  return [{ faults, sentence, rule: `have a ${side}:lower above their ${side}:upper` }];
}
