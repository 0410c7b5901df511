import { counted } from '../domain/plural.ts';
import { countUnitsOfClasses, findPlainUnits } from './dependence.ts';
import { remember } from './remember.ts';
import type { Rows } from './rows.ts';
import type { NoInference } from './statistics/inference.ts';
import { leastUnits } from './statistics/likelihood-inference.ts';

/** Why a class with too few rows gives no interval; null where none has. */
export function findSmallClass(metric: string, rows: Rows): NoInference | null {
  const small = describeSmallClass(rows);
  return small === null
    ? null
    : { why: `${small}, and an interval of ${metric} needs ${leastUnits} of each class` };
}

/** The first class with too few rows, weighed as so many of equal weight (Kish, "Survey sampling", 1965), or units of them. */
const describeSmallClass = remember((rows: Rows): string | null => {
  const classes = rows.classes?.names.length ?? 2;
  const [sums, squares] = [new Float64Array(classes), new Float64Array(classes)];
  for (let row = 0; row < rows.labels.length; row++) {
    const [label, weight] = [rows.labels[row]!, rows.weights ? rows.weights[row]! : 1];
    sums[label]! += weight;
    squares[label]! += weight * weight;
  }
  const units = findPlainUnits(rows);
  const unitsOf = units && countUnitsOfClasses(units, rows.labels, classes);
  for (let of = 0; of < classes; of++) {
    if (rows.classes?.challenger.known[of] === false) continue;
    const worth = squares[of]! > 0 ? Math.floor(sums[of]! ** 2 / squares[of]! + 1e-9) : 0;
    if (worth >= leastUnits && (unitsOf?.[of] ?? leastUnits) >= leastUnits) continue;
    const name = JSON.stringify(rows.classes?.names[of] ?? String(of));
    const weighed = rows.weights ? ' of equal weight' : '';
    const has =
      units && worth >= leastUnits
        ? `is in ${unitsOf![of]} of ${units.seen.words}`
        : `has ${counted(worth, 'row')}${weighed}`;
    return `class ${name} ${has}`;
  }
  return null;
});
