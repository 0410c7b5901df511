/** Which models an AutoML job tries here, and when it has tried enough. Pure. */
import type { AutomlStep } from './definition.ts';

/** One algorithm with its settings. */
export interface Candidate {
  /** As the service names it. */
  readonly algorithm: 'LogisticRegression' | 'BernoulliNaiveBayes' | 'ElasticNet' | 'DecisionTree';
  readonly settings: Readonly<Record<string, number>>;
}

/** The algorithms that run here, by the names in which a step has them. */
const available = {
  classification: {
    logistic_regression: 'LogisticRegression',
    decision_tree: 'DecisionTree',
    bernoulli_naive_bayes: 'BernoulliNaiveBayes',
  },
  regression: { elastic_net: 'ElasticNet', decision_tree: 'DecisionTree' },
} as const;

const trees = [4, 2, 6, 3, 8, 5].flatMap((depth) => [5, 20].map((leaf) => ({ depth, leaf })));
const settingsOf: Readonly<Record<Candidate['algorithm'], readonly Candidate['settings'][]>> = {
  LogisticRegression: [0.001, 0.1, 0.01, 1, 0.0001, 10, 0.03, 0.3].map((l2) => ({ l2 })),
  BernoulliNaiveBayes: [1, 0.1, 10, 0.01].map((alpha) => ({ alpha })),
  ElasticNet: [0.01, 0.1, 0.001, 1].flatMap((alpha) => [0.5, 0, 1].map((l1Ratio) => ({ alpha, l1Ratio }))),
  DecisionTree: trees,
};

type Choice = Pick<AutomlStep, 'task' | 'training'>;

/** In turns: the first of each algorithm, then the second of each. */
export function candidatesOf(step: Choice): readonly Candidate[] {
  const algorithms = algorithmsOf(step);
  const rounds = Math.max(0, ...algorithms.map((algorithm) => settingsOf[algorithm].length));
  return Array.from({ length: rounds }, (_, at) => at).flatMap((at) =>
    algorithms.flatMap((algorithm): Candidate[] => {
      const settings = settingsOf[algorithm][at];
      return settings ? [{ algorithm, settings }] : [];
    }),
  );
}

function algorithmsOf({ task, training }: Choice): readonly Candidate['algorithm'][] {
  const { allowed_training_algorithms: allowed, blocked_training_algorithms: blocked = [] } = training;
  return Object.entries(available[task])
    .filter(([name]) => (!allowed || allowed.includes(name)) && !blocked.includes(name))
    .map(([, algorithm]) => algorithm);
}

/** Those that are asked for and do not run here. */
export function unavailable({ task, training }: Choice): readonly string[] {
  return (training.allowed_training_algorithms ?? []).filter((name) => !Object.hasOwn(available[task], name));
}

/** A metric as MLflow has it: a step has it in small letters. */
export const metricName = (metric: string): string => metric.replace(/^auc_/, 'AUC_');

const isError = (metric: string): boolean => metric.endsWith('_error');

/** Whether a value of the metric is better than another. */
export const isBetter = (metric: string, value: number, than: number): boolean =>
  isError(metric) ? value < than : value > than;

/** "No score improvement in last 20 iterations" (TableVerticalLimitSettings.enableEarlyTermination). */
const patience = 20;

/** Why no further trial begins; null where one may. `scores`: of the trials that have ended, in the order they began. */
export function whyEnough(
  { primary_metric: metric, limits }: Pick<AutomlStep, 'primary_metric' | 'limits'>,
  scores: readonly number[],
): 'exit score' | 'no improvement' | null {
  let [best, bestAt] = [Number.NaN, -1];
  scores.forEach((score, at) => {
    if (bestAt >= 0 && !isBetter(metric, score, best)) return;
    if (!Number.isNaN(score)) [best, bestAt] = [score, at];
  });
  const { exit_score: exit, enable_early_termination: early = true } = limits;
  if (bestAt >= 0 && exit !== undefined && (best === exit || isBetter(metric, best, exit)))
    return 'exit score';
  return early && bestAt >= 0 && scores.length - 1 - bestAt >= patience ? 'no improvement' : null;
}
