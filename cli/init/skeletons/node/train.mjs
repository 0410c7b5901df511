/** Learns from the rows that are not held out, and leaves the model in --out. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { label, learn, save } from './model.mjs';
import { csvLine, features, readRows } from './rows.mjs';

const text = { type: 'string' };
const { values: args } = parseArgs({ options: { data: text, manifest: text, out: text, epochs: text } });

const rows = [...readRows(args.data, args.manifest, 'train', false)];
console.log(`${rows.length} rows to learn from`);
if (rows.length === 0)
  throw new Error(
    `no row to learn from in the files of ${args.manifest}: is the column of the target filled?`,
  );
const model = learn(
  rows.map(({ row }) => features(row)),
  rows.map(({ row }) => label(row)),
  Number(args.epochs),
);
mkdirSync(args.out, { recursive: true });
save(model, args.out);
// What it has learnt from, for the gate that looks for rows of the evaluation among it.
writeFileSync(join(args.out, 'train-ids.csv'), [['id'], ...rows.map(({ id }) => [id])].map(csvLine).join(''));
