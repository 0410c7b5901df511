/** What models of many classes are judged by: every metric of the catalogue that they have, over files as users write them. */
import type { Task } from '../../shared/config/metric-catalog.ts';
import { findMetric, metricNames } from '../../shared/config/metric-catalog.ts';
import type { JudgeRequest } from '../../shared/gates/evidence.ts';
import { makeDecisions, makeProbabilities, type Predictions } from './write-predictions.ts';

/** What bench/gates/judge-once.ts judges a file by. */
export interface Judging extends Pick<JudgeRequest, 'evaluation' | 'rule'> {
  readonly task: Task;
  readonly gates: readonly object[];
}

/** A file of one kind, and how it is judged. */
export interface ManyClasses {
  readonly name: string;
  readonly rows: number;
  readonly classes: number;
  readonly format: 'csv' | 'parquet';
  readonly make: () => Predictions;
  readonly judging: Judging;
}

const ofClasses = metricNames
  .filter((name) => findMetric(name)!.tasks.includes('multiclass'))
  .map((name) => name.replace('CLASS', 'class-1'));
const thatSee = (what: 'decision' | 'score'): string[] =>
  ofClasses.filter((name) => findMetric(name)!.sees === what);

/** Each metric once, bounds and gains in turns: both sides are much alike, and of one class there are few rows. */
const gatesOn = (metrics: readonly string[], more: object = {}): object[] =>
  metrics.map((metric, at) => {
    const { better, highest } = findMetric(metric)!;
    const limit = better === 'higher' ? { atLeast: 0.2 } : { atMost: Math.min(20, 0.99 * highest) };
    const rule =
      at % 2 === 0
        ? { kind: 'bound', ...limit, confidence: 0.95 }
        : { kind: 'against-champion', margin: better === 'higher' ? 0.3 : 0.6 };
    return { gate: metric.replaceAll(/[_@]/g, '-'), metric, ...rule, ...more };
  });

/** Probabilities in a file of such: as many numbers as one may have (docs/jobs.md). */
const numbers = 40_000_000;

export function listManyClasses(rows: number, classes: number): ManyClasses[] {
  const rule = { costs: { matrix: { 'class-1': { 'class-2': 5, 'class-3': 2 } }, otherwise: 1 } };
  const gates = gatesOn(thatSee('decision'));
  const judging: Judging = { task: 'multiclass', rule, gates };
  const plain: ManyClasses = {
    ...{ name: 'decisions', rows, classes, format: 'csv', judging },
    make: () => makeDecisions(rows, classes),
  };
  const grouped = { ...judging, evaluation: { groups: 'customer' } };
  // Of a class there are too few rows in a slice to show anything of it.
  const sliced = gatesOn(
    thatSee('decision').filter((name) => !name.includes('@')),
    { slices: { by: 'region', tooSmall: 'ignore' } },
  );
  const scored = { ...judging, gates: gatesOn(thatSee('score')) };
  const ofProbabilities = (of: number, among: number): ManyClasses => ({
    ...{ name: 'probabilities', rows: of, classes: among, format: 'csv', judging: scored },
    make: () => makeProbabilities(of, among),
  });
  return [
    plain,
    { ...plain, format: 'parquet' },
    { ...plain, name: 'decisions, weights', make: () => makeDecisions(rows, classes, ['weight']) },
    {
      ...{ ...plain, name: 'decisions, groups', judging: grouped },
      make: () => makeDecisions(rows, classes, ['customer']),
    },
    {
      ...{ ...plain, name: 'decisions, 20 slices', judging: { ...judging, gates: sliced } },
      make: () => makeDecisions(rows, classes, ['region']),
    },
    {
      ...{
        ...plain,
        name: 'decisions, weights, groups and 20 slices',
        judging: { ...grouped, gates: sliced },
      },
      make: () => makeDecisions(rows, classes, ['weight', 'customer', 'region']),
    },
    ofProbabilities(Math.min(rows, Math.floor(numbers / (2 * classes))), classes),
    ofProbabilities(rows, Math.max(2, Math.min(classes, Math.floor(numbers / (2 * rows))))),
  ];
}
