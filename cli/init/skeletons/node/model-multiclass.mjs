/** A softmax regression without any package. Yours takes its place: train.mjs and evaluate.mjs need what is here, and no more. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TARGET } from './rows.mjs';
import { measure, scale, shuffle } from './scaling.mjs';

export const label = (row) => row[TARGET];

export function learn(rows, labels, epochs) {
  const scaling = measure(rows);
  const classes = [...new Set(labels)].sort();
  const examples = rows.map((values, at) => ({
    values: scale(scaling, values),
    y: classes.indexOf(labels[at]),
  }));
  const weights = classes.map(() => examples[0].values.map(() => 0));
  for (let epoch = 1; epoch <= epochs; epoch++) {
    shuffle(examples, epoch);
    for (const { values, y } of examples) {
      for (const [k, p] of probabilities(weights, values).entries()) {
        const error = (k === y ? 1 : 0) - p;
        weights[k] = weights[k].map((weight, at) => weight + 0.02 * error * values[at]);
      }
    }
  }
  return { scaling, classes, weights };
}

function probabilities(weights, values) {
  const scores = weights.map((row) => row.reduce((sum, weight, at) => sum + weight * values[at], 0));
  const powers = scores.map((score) => Math.exp(score - Math.max(...scores)));
  const total = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / total);
}

/** The class that the model decides for: Ratchet computes every metric from it. */
export function predict({ scaling, classes, weights }, values) {
  const found = probabilities(weights, scale(scaling, values));
  return classes[found.indexOf(Math.max(...found))];
}

export function save(model, folder) {
  writeFileSync(join(folder, 'model.json'), JSON.stringify(model));
}

export function load(folder) {
  return JSON.parse(readFileSync(join(folder, 'model.json'), 'utf8'));
}
