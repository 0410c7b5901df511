/** Rules with a confidence, and the promise that the fleet file makes of all of them together. Pure. */
import type { Together } from '../domain/breach-test.ts';
import type { FleetPolicy } from './fleet-schema.ts';
import type { ModelConfig } from './schema.ts';

/** The confidence of each of a model's rules that has one. */
export function listConfidences({ triggers }: Pick<ModelConfig, 'triggers'>): readonly number[] {
  const { metrics, queries, runs } = triggers;
  return [...metrics, ...queries, ...runs].flatMap(({ confidence }) =>
    confidence === undefined ? [] : [confidence],
  );
}

export function countSureRules(configs: Iterable<Pick<ModelConfig, 'triggers'>>): number {
  let rules = 0;
  for (const config of configs) rules += listConfidences(config).length;
  return rules;
}

/** `rules`: those with a confidence in all model files. Null: each rule has a promise of its own, and no more. */
export function togetherOf(fleet: FleetPolicy | null, rules: number): Together | null {
  const falseAlarms = fleet?.falseAlarms;
  return falseAlarms === undefined || rules === 0 ? null : { falseAlarms, rules };
}
