/** A logistic regression without any package. Yours takes its place: train.mjs and evaluate.mjs need what is here, and no more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { POSITIVE, TARGET } from './rows.mjs';
import { measure, scale, shuffle } from './scaling.mjs';

export const label = (row) => (row[TARGET] === POSITIVE ? 1 : 0);

export function learn(rows, labels, epochs) {
  const scaling = measure(rows);
  const examples = rows.map((values, at) => ({ values: scale(scaling, values), y: labels[at] }));
  let weights = examples[0].values.map(() => 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(examples, epoch);
    for (const { values, y } of examples) {
      const error = y - probability(weights, values);
      weights = weights.map((weight, at) => weight + 0.02 * error * values[at]);
    }
  }
  return { scaling, weights };
}

function probability(weights, values) {
  const score = weights.reduce((sum, weight, at) => sum + weight * values[at], 0);
  return 1 / (1 + Math.exp(-Math.max(-30, Math.min(30, score))));
}

/** The probability of class 1: Ratchet computes every metric from it. */
export const predict = (model, values) => probability(model.weights, scale(model.scaling, values));

export function save(model, folder) {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
}

export function load(folder) {
  return JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
}
