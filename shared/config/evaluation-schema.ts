/** What the evaluation's scores are taken for: the threshold of decisions, and what they cost. */
import { z } from 'zod';
import type { Problem } from './gate-fields.ts';
import { allowsUnlabelled, type GateConfig, sourceOf } from './gate-schema.ts';
import { parseMetricName, type Task } from './metric-catalog.ts';

const className = z.string().min(1, 'the name of a class is not empty');

const cost = z.number().min(-1e9).max(1e9);

const CostsSchema = z.strictObject({
  falsePositive: cost.optional().describe('Of a row of class 0 that is decided 1. Binary models.'),
  falseNegative: cost.optional().describe('Of a row of class 1 that is decided 0. Binary models.'),
  truePositive: cost
    .optional()
    .describe('Of a row of class 1 that is decided 1; below 0 where it gains. When omitted, 0.'),
  trueNegative: cost
    .optional()
    .describe('Of a row of class 0 that is decided 0; below 0 where it gains. When omitted, 0.'),
  matrix: z
    .record(className, z.record(className, cost))
    .optional()
    .describe(
      'By the true class and the class decided for: `{ cat: { dog: 5 } }`. Multiclass models. Right decisions that it does not name cost 0.',
    ),
  otherwise: cost
    .optional()
    .describe('Of wrong decisions that the matrix does not name. Multiclass models. When omitted, 1.'),
});

export const decisionFields = {
  threshold: z
    .union([
      z.number().gt(0).lte(1),
      z.strictObject({
        from: z
          .literal('training')
          .describe(
            'Each side has the threshold that its own training chose, by rows that training may see: `threshold.json` beside the files of the model, and `thresholds.json` of the evidence (docs/jobs.md).',
          ),
      }),
    ])
    .optional()
    .describe(
      'Binary models: a score of at least this is a decision for class 1, in every metric of decisions and of both sides. Chosen by other rows than those that are evaluated. `{ from: training }`: the one that training chose and wrote down. When omitted, 0.5.',
    ),
  costs: CostsSchema.optional().describe(
    'What decisions cost, for the metric `expected_cost`: for a binary model `falsePositive` and `falseNegative`, for a multiclass one a `matrix`. One unit for all, whichever it is.',
  ),
  priors: z
    .record(className, z.number().gt(0).lt(1))
    .optional()
    .describe(
      "Class shares of production, by class, that sum to 1, such as `{ '0': 0.98, '1': 0.02 }`: rows are weighed so that their classes have them, in every metric that depends on them. When omitted, the shares are those of the rows.",
    ),
};

type Costs = z.infer<typeof CostsSchema>;

interface Decided {
  readonly task: Task;
  readonly evaluation: {
    readonly kind?: string | undefined;
    readonly threshold?: number | { readonly from: 'training' } | undefined;
    readonly costs?: Costs | undefined;
    readonly priors?: Readonly<Record<string, number>> | undefined;
  };
  readonly gates: readonly GateConfig[];
}

/** Thresholds and costs of what models of the task do not have, and gates on costs that are not given. */
export function* findDecisionProblems({ task, evaluation, gates }: Decided): Generator<Problem> {
  const { threshold, costs, priors } = evaluation;
  if (threshold !== undefined && task !== 'binary') {
    const message = `scores of a ${task} model have no threshold; leave it out`;
    yield { path: ['evaluation', 'threshold'], message };
  }
  if (costs) yield* findCostProblems(task, costs);
  if (priors) yield* findPriorProblems(task, priors, gates);
  for (const [index, gate] of gates.entries()) {
    if (gate.kind === 'data' || gate.metric !== 'expected_cost' || sourceOf(gate) === 'reported') continue;
    if (costs) continue;
    const message =
      'expected_cost takes what decisions cost; give evaluation.costs, such as { falsePositive: 1, falseNegative: 20 }';
    yield { path: ['gates', index, 'metric'], message };
  }
}

/** What has no interval that keeps its promise where classes are weighed (`bench:false-passes`). */
const noneWithPriors = ['selection_rate', 'precision_at', 'pr_auc'];

function* findPriorProblems(
  task: Task,
  priors: Readonly<Record<string, number>>,
  gates: readonly GateConfig[],
): Generator<Problem> {
  const path = ['evaluation', 'priors'];
  if (task === 'regression') {
    yield { path, message: 'a regression model has no classes; leave priors out' };
    return;
  }
  const names = Object.keys(priors);
  if (task === 'binary' && names.sort().join() !== '0,1') {
    const message = `the classes of a binary model are '0' and '1', and these are ${names.join(', ') || 'none'}; give both a share, such as { '0': 0.98, '1': 0.02 }`;
    yield { path, message };
    return;
  }
  const sum = Object.values(priors).reduce((total, share) => total + share, 0);
  if (Math.abs(sum - 1) > 1e-6) {
    yield { path, message: `shares of all classes sum to 1, and these to ${Number(sum.toPrecision(6))}` };
  }
  if (allowsUnlabelled(gates)) {
    const message =
      'rows without a label have no class to be weighed by; leave priors out, or the gate with unlabelledShare';
    yield { path, message };
  }
  for (const [index, gate] of gates.entries()) {
    if (gate.kind === 'data' || sourceOf(gate) === 'reported') continue;
    const hasNone = noneWithPriors.includes(parseMetricName(gate.metric)?.base ?? gate.metric);
    if (!hasNone || gate.confidence === undefined) continue;
    const message = `${gate.metric} has no interval where rows are weighed, as by evaluation.priors: the gate would never pass`;
    yield { path: ['gates', index, 'metric'], message };
  }
}

const ofTask = {
  binary: ['falsePositive', 'falseNegative', 'truePositive', 'trueNegative'],
  multiclass: ['matrix', 'otherwise'],
  regression: [],
} as const satisfies Readonly<Record<Task, readonly (keyof Costs)[]>>;

const needed = {
  binary: ['falsePositive', 'falseNegative'],
  multiclass: ['matrix'],
  regression: [],
} as const satisfies Readonly<Record<Task, readonly (keyof Costs)[]>>;

function* findCostProblems(task: Task, costs: Costs): Generator<Problem> {
  const path = ['evaluation', 'costs'];
  if (task === 'regression') {
    yield { path, message: 'a regression model decides nothing; leave costs out' };
    return;
  }
  const known: readonly string[] = ofTask[task];
  for (const name of Object.keys(costs) as (keyof Costs)[]) {
    if (costs[name] === undefined || known.includes(name)) continue;
    const message = `${name} is no cost of a ${task} model; give ${needed[task].join(' and ')}`;
    yield { path: [...path, name], message };
  }
  for (const name of needed[task]) {
    if (costs[name] !== undefined) continue;
    yield { path: [...path, name], message: `is missing: a ${task} model has ${needed[task].join(' and ')}` };
  }
}
