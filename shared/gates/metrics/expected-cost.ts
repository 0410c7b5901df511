import { type Costs, type Decided, decisionsOf } from './decision-rule.ts';
import { meanOf, type PrepareMetric, type Range } from './measure.ts';

/**
 * Mean of what the decisions cost (Elkan, "The foundations of cost-sensitive learning", IJCAI 2001). What a row of a class
 * can cost is known, whatever has been seen. Undefined without rows.
 */
export const expectedCost: PrepareMetric = (rows) => {
  const { labels, classes } = rows;
  const [decide, cost] = [decisionsOf(rows), costsOf(rows)];
  const costs = labels.map((label, row) => cost(label, decide(row)));
  const count = classes?.names.length ?? 2;
  return {
    ...meanOf(costs),
    extremes: (weights) => {
      const weightOf = (row: number): number => (weights ? weights[row]! : 1);
      const total = costs.reduce((sum, _, row) => sum + weightOf(row), 0);
      const mean = costs.reduce((sum, each, row) => sum + weightOf(row) * each, 0) / total;
      const [least, greatest] = [new Float64Array(count), new Float64Array(count)];
      const rangeOf = costRangesOf(rows);
      for (let label = 0; label < count; label++) {
        const range = rangeOf(label);
        least[label] = (range.least - mean) / total;
        greatest[label] = (range.greatest - mean) / total;
      }
      return { least, greatest };
    },
  };
};

/** What a decision costs, by the numbers of the true class and of the one decided for. */
export function costsOf({
  classes,
  rule,
}: Omit<Decided, 'scores'>): (label: number, decision: number) => number {
  const costs = rule?.costs ?? {};
  if (!classes) {
    const { falsePositive = 1, falseNegative = 1, truePositive = 0, trueNegative = 0 } = costs;
    return (label, decision) =>
      label === 1
        ? decision === 1
          ? truePositive
          : falseNegative
        : decision === 1
          ? falsePositive
          : trueNegative;
  }
  const { otherwise = 1 } = costs;
  const named = namedCosts(classes.names, costs);
  return (label, decision) => named[label]?.[decision] ?? (label === decision ? 0 : otherwise);
}

/** What a row of a class can cost, whatever it is decided for. */
export function costRangesOf(decided: Omit<Decided, 'scores'>): (label: number) => Range {
  const { classes, rule } = decided;
  const cost = costsOf(decided);
  const named = classes ? namedCosts(classes.names, rule?.costs ?? {}) : [];
  const last = (classes?.names.length ?? 2) - 1;
  return (label) => {
    // Of a class that the matrix does not name, all other decisions cost the same.
    const all = named[label] ?? [cost(label, label), cost(label, label === last ? 0 : last)];
    return { least: Math.min(...all), greatest: Math.max(...all) };
  };
}

/** Of each class that the matrix names, by its number: what each decision costs. */
function namedCosts(
  names: readonly string[],
  { matrix = {}, otherwise = 1 }: Costs,
): (Float64Array | undefined)[] {
  const places = new Map(names.map((name, at) => [name, at]));
  const named = new Array<Float64Array | undefined>(names.length);
  for (const [label, costs] of Object.entries(matrix)) {
    const of = places.get(label);
    if (of === undefined) continue;
    const row = new Float64Array(names.length).fill(otherwise);
    row[of] = 0;
    for (const [decision, cost] of Object.entries(costs)) {
      const at = places.get(decision);
      if (at !== undefined) row[at] = cost;
    }
    named[of] = row;
  }
  return named;
}
