/** How often any test can pass that keeps its word whatever rows of bounded values are drawn from. */
import { findShare } from '../../shared/gates/metrics/shares.ts';
import { isComparison, type Rule, type RuleName } from './rules.ts';
import type { WorldLaw } from './world.ts';

interface Asked {
  readonly metric: string;
  readonly rule: RuleName;
  readonly law: WorldLaw;
}

/**
 * Among the rows may be a kind that is as bad as can be, and so rare that few samples have one. Where its share makes the rule
 * be broken by nothing, samples without it pass as those do that are drawn where it is not: so these pass at most as often as
 * is stated, divided by the chance of such a sample (Bahadur and Savage, Annals of Mathematical Statistics 27, 1956, for values without
 * bounds). Null where values have none, or nobody asked for a distance.
 */
export function ceilingOf(
  { metric, rule, law }: Asked,
  { truth, goal }: Pick<Rule, 'truth' | 'goal'>,
  limit: number,
  stated: number,
): number | null {
  const range = rangeOf(metric, rule, law);
  if (!range) return null;
  const worst = goal === 'above' ? range.least : range.greatest;
  const share = (truth - limit) / (truth - worst);
  // Of all rows, so that those of the other kinds are drawn as they are.
  const ofAll = (range.among * share) / (1 - share * (1 - range.among));
  return Math.min(1, stated / (1 - ofAll) ** law.rows);
}

/** The least and the greatest that a row can add, and the share of rows that a metric of a class is of. */
function rangeOf(metric: string, rule: RuleName, { parts }: WorldLaw) {
  if (rule === 'relative non-inferiority' || rule === 'gap' || rule === 'slices') return null;
  const [{ task, labels }] = parts as [WorldLaw['parts'][0]];
  const ofRange = (greatest: number, among = 1) => ({
    least: isComparison(rule) ? -greatest : 0,
    greatest,
    among,
  });
  if (metric === 'roc_auc') return ofRange(1, Math.min(...labels.shares));
  if (metric === 'brier') return ofRange(task === 'multiclass' ? 2 : 1);
  return findShare(metric, null)?.among === 'all' ? ofRange(1) : null;
}
