/** How scores become decisions, and what wrong ones cost: `evaluation.threshold` and `evaluation.costs` of the model file. */
export interface DecisionRule {
  /** A score of at least this is a decision for class 1. When omitted, 0.5. */
  readonly threshold?: number | undefined;
  /** Where training chose it, each side's own: then `thresholds` has the numbers, as soon as they are read. */
  readonly thresholdFrom?: 'training' | undefined;
  readonly thresholds?: Thresholds | undefined;
  /** When omitted, each wrong decision costs 1. */
  readonly costs?: Costs | undefined;
  /** Class shares of production, by class; those of the rows when omitted. */
  readonly priors?: Readonly<Record<string, number>> | undefined;
}

export interface Thresholds {
  readonly challenger: number;
  /** Null where there are no scores of a champion. */
  readonly champion: number | null;
}

export interface Costs {
  readonly falsePositive?: number | undefined;
  readonly falseNegative?: number | undefined;
  readonly truePositive?: number | undefined;
  readonly trueNegative?: number | undefined;
  /** By the true class and the class decided for. */
  readonly matrix?: Readonly<Record<string, Readonly<Record<string, number>>>> | undefined;
  /** Of wrong decisions that the matrix does not name. */
  readonly otherwise?: number | undefined;
}

/** What the gates of a model file decide by. */
export const decisionRuleOf = ({
  evaluation: { threshold, costs, priors },
}: {
  readonly evaluation: Omit<DecisionRule, 'threshold'> & {
    readonly threshold?: number | { readonly from: 'training' } | undefined;
  };
}): DecisionRule =>
  typeof threshold === 'object'
    ? { thresholdFrom: threshold.from, costs, priors }
    : { threshold, costs, priors };

const usualThreshold = 0.5;

/** The challenger's, where each side has its own. */
export const thresholdOf = (rule: DecisionRule | undefined): number =>
  rule?.thresholds?.challenger ?? rule?.threshold ?? usualThreshold;

/** The rule of one side's scores. */
export function ruleOfSide(
  rule: DecisionRule | undefined,
  side: 'challenger' | 'champion',
): DecisionRule | undefined {
  if (!rule?.thresholds) return rule;
  const { thresholds, ...rest } = rule;
  return { ...rest, threshold: thresholds[side] ?? thresholds.challenger };
}

/** ` at threshold 0.3`, where it is not the usual one, and whose choice it is where it is not the model file's. */
export function describeThreshold(rule: DecisionRule | undefined): string {
  if (rule?.thresholds) {
    const { challenger, champion } = rule.thresholds;
    return champion === null || champion === challenger
      ? ` at threshold ${challenger} from training`
      : ` at thresholds from training, ${challenger} and the champion's ${champion},`;
  }
  if (rule?.thresholdFrom) return ' at the threshold from training';
  const threshold = thresholdOf(rule);
  return threshold === usualThreshold ? '' : ` at threshold ${threshold}`;
}

/** Scores of one side, or the numbers of classes. */
export interface Decided {
  readonly scores: Float64Array;
  readonly classes: { readonly names: readonly string[] } | null;
  readonly rule?: DecisionRule | undefined;
}

/** The class each row is decided for. */
export function decisionsOf({ scores, classes, rule }: Decided): (row: number) => number {
  const threshold = thresholdOf(rule);
  return classes ? (row) => scores[row]! : (row) => (scores[row]! >= threshold ? 1 : 0);
}
