import { costsOf, decisionsOf } from './decision-rule.ts';
import { meanOf, type PrepareMetric } from './measure.ts';

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
      for (let label = 0; label < count; label++) {
        const all = Array.from({ length: count }, (_, decision) => cost(label, decision));
        least[label] = (all.reduce((a, b) => Math.min(a, b)) - mean) / total;
        greatest[label] = (all.reduce((a, b) => Math.max(a, b)) - mean) / total;
      }
      return { least, greatest };
    },
  };
};
