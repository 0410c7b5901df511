/** node train.ts --data FOLDER --manifest FILE --out FOLDER [--epochs N] [--seed N] */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toCsv } from './csv.ts';
import { slotsOf } from './features.ts';
import { newModel, randomFrom, saveModel, trainEpoch } from './model.ts';
import { readManifest, readTrainingRows } from './rows.ts';
import { logMetrics } from './tracking.ts';

const learningRate = 2;

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    manifest: { type: 'string' },
    out: { type: 'string' },
    epochs: { type: 'string', default: '6' },
    seed: { type: 'string', default: '1' },
  },
});
if (!values.data || !values.manifest || !values.out) {
  throw new Error('train.ts needs --data FOLDER, --manifest FILE and --out FOLDER');
}
const epochs = Number(values.epochs);
if (!Number.isInteger(epochs) || epochs < 1) {
  throw new Error(`train.ts: --epochs must be a whole number of at least 1, got ${values.epochs}`);
}

const manifest = readManifest(values.manifest);
const rows = readTrainingRows(values.data, manifest);
const spam = rows.filter((row) => row.label === 1).length;
console.log(`${manifest.train.length} partitions, ${rows.length} mails to learn from, ${spam} of them spam`);
if (spam === 0 || spam === rows.length) {
  throw new Error(
    `train.ts: ${rows.length} mails of one kind only; a filter needs both spam and ham to learn from`,
  );
}

const examples = rows.map((row) => ({ slots: slotsOf(row.text), label: row.label }));
const model = newModel();
const random = randomFrom(Number(values.seed));
const losses: number[] = [];
for (let epoch = 1; epoch <= epochs; epoch++) {
  const loss = trainEpoch(model, examples, learningRate, random);
  losses.push(loss);
  console.log(`epoch ${epoch}/${epochs} loss ${loss.toFixed(4)}`);
}

saveModel(values.out, model, { runId: manifest.runId, trainedOn: rows.length, spam, epochs });
// What it has learnt from, for the gate that looks for held-out mails among it.
writeFileSync(join(values.out, 'train-ids.csv'), toCsv([['id'], ...rows.map(({ id }) => [id])]));
await logMetrics([
  ...losses.map((value, index) => ({ key: 'loss', value, step: index + 1 })),
  { key: 'rows', value: rows.length },
]);
