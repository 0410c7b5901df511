/** Classes that costs are given for and no row is of or decided for. */
import type { DecisionRule } from './metrics/decision-rule.ts';
import { lookOf, suggestAlike } from './predictions/spellings.ts';
import type { Rows } from './rows.ts';

interface UnknownCosts {
  /** Where one looks like a class of the rows: its costs would count for nothing. */
  readonly broken: string | null;
  readonly notes: readonly string[];
}

export function findUnknownCosts(rows: Rows | null, rule: DecisionRule | undefined): UnknownCosts {
  const matrix = rule?.costs?.matrix;
  const names = rows?.classes?.names;
  if (!matrix || !names) return { broken: null, notes: [] };
  const given = new Set(Object.entries(matrix).flatMap(([label, row]) => [label, ...Object.keys(row)]));
  const [known, looks] = [new Set(names), new Set(names.map(lookOf))];
  const unknown = [...given].filter((name) => !known.has(name));
  const say = (name: string): string =>
    `evaluation.costs names the class ${JSON.stringify(name)}, which no row is of or decided for`;
  const misspelt = unknown.find((name) => looks.has(lookOf(name)));
  return {
    broken: misspelt === undefined ? null : `${say(misspelt)}${suggestAlike(misspelt, names)}`,
    notes: unknown.map(say),
  };
}
