import { describe, expect, it } from 'vitest';
import { candidatesOf, unavailable, whyEnough } from '../../../local/azure-ml/automl/candidates.ts';
import type { AutomlStep } from '../../../local/azure-ml/automl/definition.ts';

type Training = Partial<AutomlStep['training']>;
const choice = (task: AutomlStep['task'], training: Training = {}) => ({
  task,
  training: training as AutomlStep['training'],
});
const limits = (more: object = {}) => ({
  primary_metric: 'accuracy',
  limits: more as AutomlStep['limits'],
});

describe('the models that an AutoML job tries', () => {
  it('are of each algorithm in turn, and the same always', () => {
    const tried = candidatesOf(choice('classification'));
    expect(tried.slice(0, 4).map(({ algorithm }) => algorithm)).toEqual([
      ...['LogisticRegression', 'DecisionTree', 'BernoulliNaiveBayes', 'LogisticRegression'],
    ]);
    expect(new Set(tried.map((one) => JSON.stringify(one))).size).toBe(tried.length);
    expect(tried.length).toBeGreaterThan(21);
    expect(candidatesOf(choice('classification'))).toEqual(tried);
  });

  it('are none that is blocked, and only those that are allowed', () => {
    const names = (training: Training) => [
      ...new Set(candidatesOf(choice('regression', training)).map(({ algorithm }) => algorithm)),
    ];
    expect(names({})).toEqual(['ElasticNet', 'DecisionTree']);
    expect(names({ blocked_training_algorithms: ['elastic_net'] })).toEqual(['DecisionTree']);
    expect(names({ allowed_training_algorithms: ['light_gbm', 'elastic_net'] })).toEqual(['ElasticNet']);
    expect(names({ allowed_training_algorithms: ['light_gbm'] })).toEqual([]);
    expect(
      unavailable(choice('regression', { allowed_training_algorithms: ['light_gbm', 'elastic_net'] })),
    ).toEqual(['light_gbm']);
  });
});

describe('an AutoML job has tried enough', () => {
  it('once a model is as good as it need be', () => {
    expect(whyEnough(limits({ exit_score: 0.9 }), [0.5, 0.89])).toBeNull();
    expect(whyEnough(limits({ exit_score: 0.9 }), [0.5, 0.9])).toBe('exit score');
    const errors = { ...limits({ exit_score: 0.1 }), primary_metric: 'normalized_mean_absolute_error' };
    expect(whyEnough(errors, [0.3, 0.2])).toBeNull();
    expect(whyEnough(errors, [0.3, 0.05])).toBe('exit score');
  });

  it('once the last twenty have found nothing better, unless it is to go on', () => {
    const scores = [0.5, 0.8, ...new Array<number>(20).fill(0.7)];
    expect(whyEnough(limits(), scores)).toBe('no improvement');
    expect(whyEnough(limits(), scores.slice(0, -1))).toBeNull();
    expect(whyEnough(limits({ enable_early_termination: false }), scores)).toBeNull();
    expect(whyEnough(limits(), [])).toBeNull();
  });
});
