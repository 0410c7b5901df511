/**
 * What an AutoML job in a pipeline may be: the shape of its step, and what must fit together in it. Pure.
 *
 * Source: what azure-ai-ml sends of one (AutoMLNodeMixin and the schemas of table verticals: raw JSON in snake_case), with the tasks,
 * metrics and algorithms of specification 2024-04-01; limits by "Set up AutoML training for tabular data". A field that is not
 * known from there is refused.
 *
 * The narrower reading, where nobody says: a job has 15 minutes at least, which is the least that is named anywhere (AutoMLConfig of
 * the service's first version, `experiment_timeout_hours`), is measured either by folds or by a share, and reads a table that is declared as one.
 */
import { z } from 'zod';
import { userError } from '../../http/service-error.ts';
import { optional } from '../details.ts';
import type { JobInput, JobOutput } from '../job-definition.ts';
import { wordy } from '../job-definition.ts';

const metricsOf = {
  classification: [
    'accuracy',
    'auc_weighted',
    'norm_macro_recall',
    'average_precision_score_weighted',
    'precision_score_weighted',
  ],
  regression: [
    'spearman_correlation',
    'normalized_root_mean_squared_error',
    'r2_score',
    'normalized_mean_absolute_error',
  ],
} as const;

const shared = ['sgd', 'knn', 'decision_tree', 'random_forest', 'extreme_random_trees', 'light_gbm'];
const algorithmsOf = {
  classification: [
    ...shared,
    'logistic_regression',
    'multinomial_naive_bayes',
    'bernoulli_naive_bayes',
    'svm',
    'linear_svm',
    'gradient_boosting',
    'xg_boost_classifier',
  ],
  regression: [...shared, 'elastic_net', 'gradient_boosting', 'lasso_lars', 'xg_boost_regressor'],
} as const;

const minutes = (least: number) => z.int().min(least).max(86_400);

const LimitsSchema = z.strictObject({
  max_trials: optional(z.int().min(1).max(1_000)),
  max_concurrent_trials: optional(z.int().min(1).max(100)),
  trial_timeout_minutes: optional(minutes(1)),
  timeout_minutes: optional(minutes(15)),
  enable_early_termination: optional(z.boolean()),
  exit_score: optional(z.number()),
});

const TrainingSchema = z.strictObject({
  enable_vote_ensemble: optional(z.boolean()),
  enable_stack_ensemble: optional(z.boolean()),
  enable_model_explainability: optional(z.boolean()),
  allowed_training_algorithms: optional(z.array(z.string())),
  blocked_training_algorithms: optional(z.array(z.string())),
});

export const AutomlStepSchema = z.strictObject({
  type: z.literal('automl'),
  task: z.enum(
    ['classification', 'regression'],
    'must be classification or regression; other tasks do not run here',
  ),
  name: optional(z.string()),
  display_name: optional(z.string()),
  primary_metric: z.string(),
  target_column_name: wordy,
  training_data: z
    .string()
    .regex(
      /^\$\{\{parent\.(?:inputs\.\w+|jobs\.\w+\.outputs\.\w+)\}\}$/,
      'must be ${{parent.inputs.NAME}} or ${{parent.jobs.STEP.outputs.NAME}}',
    ),
  limits: LimitsSchema.nullish().transform((limits) => limits ?? ({} as z.infer<typeof LimitsSchema>)),
  featurization: optional(
    z.strictObject({
      mode: z.enum(['auto', 'off'], 'must be auto or off; custom featurization does not run here'),
    }),
  ),
  training: TrainingSchema.nullish().transform(
    (training) => training ?? ({} as z.infer<typeof TrainingSchema>),
  ),
  n_cross_validations: optional(z.int().min(2)),
  validation_data_size: optional(z.number().gt(0).lt(1)),
  weight_column_name: optional(wordy),
  positive_label: optional(z.string().min(1)),
  log_verbosity: optional(z.string()),
  outputs: optional(
    z.strictObject({
      best_model: z.union([
        z.strictObject({
          type: z.literal('literal'),
          value: z.string().regex(/^\$\{\{parent\.outputs\.\w+\}\}$/, 'must be ${{parent.outputs.NAME}}'),
        }),
        z.strictObject({
          job_output_type: z.literal('mlflow_model'),
          uri: optional(z.string().min(1)),
          mode: optional(z.string()),
        }),
      ]),
    }),
  ).default({ best_model: { job_output_type: 'mlflow_model', uri: undefined, mode: undefined } }),
  tags: optional(z.record(z.string(), z.string())),
  properties: optional(z.record(z.string(), z.string())),
});

export type AutomlStep = z.infer<typeof AutomlStepSchema>;

/** An AutoML job as it runs: what its step says, with where its table and its best model lie. */
export interface AutomlDefinition {
  readonly jobType: 'AutoML';
  readonly experimentName: string;
  readonly inputs: { readonly training_data: JobInput };
  readonly outputs: Record<string, JobOutput>;
  readonly step: AutomlStep;
  [more: string]: unknown;
}

/** Throws a UserError. `tableType`: of what it reads; null where that does not exist. */
export function checkAutoml(name: string, step: AutomlStep, tableType: string | null): void {
  const { task, primary_metric: metric, training, n_cross_validations, validation_data_size } = step;
  const refuse = (where: string, why: string) => userError(`properties.jobs.${name}.${where}: ${why}`);
  if (tableType === null) throw refuse('training_data', `${step.training_data} does not exist`);
  if (tableType !== 'mltable') throw refuse('training_data', `must be an mltable, and this is ${tableType}`);
  const metrics: readonly string[] = metricsOf[task];
  if (!metrics.includes(metric))
    throw refuse('primary_metric', `${task} has ${metrics.join(', ')}; found ${metric}`);
  const known: readonly string[] = algorithmsOf[task];
  for (const field of ['allowed_training_algorithms', 'blocked_training_algorithms'] as const) {
    const unknown = training[field]?.find((one) => !known.includes(one));
    if (unknown !== undefined)
      throw refuse(`training.${field}`, `${task} has ${known.join(', ')}; found ${unknown}`);
  }
  if (n_cross_validations !== undefined && validation_data_size !== undefined)
    throw refuse('validation_data_size', 'is given beside n_cross_validations; send one of them');
  if (step.positive_label !== undefined && task !== 'classification')
    throw refuse('positive_label', `${task} has no labels`);
}
