/** A linear regression without any package. Yours takes its place: train.mjs and evaluate.mjs need what is here, and no more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGET } from './rows.mjs';
import { measure, scale, shuffle } from './scaling.mjs';

export const label = (row) => Number(row[TARGET]);

export function learn(rows, labels, epochs) {
  const scaling = measure(rows);
  const [{ mean, deviation }] = measure(labels.map((y) => [y]));
  const examples = rows.map((values, at) => ({
    values: scale(scaling, values),
    y: (labels[at] - mean) / deviation,
  }));
  let weights = examples[0].values.map(() => 0);
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(examples, epoch);
    for (const { values, y } of examples) {
      const error = y - product(weights, values);
      weights = weights.map((weight, at) => weight + 0.005 * error * values[at]);
    }
  }
  return { scaling, weights, mean, deviation };
}

const product = (weights, values) => weights.reduce((sum, weight, at) => sum + weight * values[at], 0);

/** The number that the model expects: Ratchet computes every metric from it. */
export function predict({ scaling, weights, mean, deviation }, values) {
  return mean + deviation * product(weights, scale(scaling, values));
}

export function save(model, folder) {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
}

export function load(folder) {
  return JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
}
