/** Scores the rows that are held out, with the new model and with the released one. It computes no metric: Ratchet does. */
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { label, load, predict } from './model.mjs';
import { csvLine, features, readRows } from './rows.mjs';

const text = { type: 'string' };
const { values: args } = parseArgs({
  options: { data: text, manifest: text, challenger: text, champion: text, out: text },
});

const models = { challenger: load(args.challenger) };
// Not there before the first release.
if (args.champion) models.champion = load(args.champion);
const records = [['id', 'label', ...Object.keys(models)]];
for (const { id, row } of readRows(args.data, args.manifest, 'evaluate', true)) {
  const values = features(row);
  records.push([id, label(row), ...Object.values(models).map((model) => predict(model, values))]);
}
mkdirSync(args.out, { recursive: true });
writeFileSync(join(args.out, 'predictions.csv'), records.map(csvLine).join(''));
copyFileSync(join(args.challenger, 'train-ids.csv'), join(args.out, 'train-ids.csv'));
console.log(`${records.length - 1} rows scored`);
