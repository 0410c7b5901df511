/** node evaluate.ts --data FOLDER --manifest FILE --challenger FOLDER [--champion FOLDER] --out FOLDER */
import { copyFileSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { toCsv } from './csv.ts';
import { slotsOf } from './features.ts';
import { loadModel, type SpamModel, score } from './model.ts';
import { type Row, readHoldoutRows, readManifest } from './rows.ts';
import { logMetrics, type Metric } from './tracking.ts';

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    manifest: { type: 'string' },
    challenger: { type: 'string' },
    champion: { type: 'string' },
    out: { type: 'string' },
  },
});
if (!values.data || !values.manifest || !values.challenger || !values.out) {
  throw new Error('evaluate.ts needs --data FOLDER, --manifest FILE, --challenger FOLDER and --out FOLDER');
}

const manifest = readManifest(values.manifest);
const rows = readHoldoutRows(values.data, manifest);
console.log(`${manifest.evaluate.length} partitions, ${rows.length} held-out mails to judge by`);

const folders = { challenger: values.challenger, ...(values.champion ? { champion: values.champion } : {}) };
const columns: [string, number[]][] = [];
const sizes: Record<string, { size_bytes: number }> = {};
const metrics: Metric[] = [];
for (const [side, folder] of Object.entries(folders)) {
  const scores = scoreRows(loadModel(folder), rows);
  const accuracy = shareRight(rows, scores);
  console.log(`${side}: accuracy ${accuracy.toFixed(4)} on ${rows.length} mails`);
  columns.push([side, scores]);
  sizes[side] = { size_bytes: statSync(join(folder, 'weights.f32')).size };
  if (rows.length > 0) metrics.push({ key: `${side}/accuracy`, value: accuracy });
}

mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, 'predictions.csv'), toPredictions(rows, columns));
writeFileSync(join(values.out, 'metrics.json'), `${JSON.stringify(sizes, null, 2)}\n`);
copyFileSync(join(values.challenger, 'train-ids.csv'), join(values.out, 'train-ids.csv'));
await logMetrics(metrics);

function scoreRows(model: SpamModel, mails: readonly Row[]): number[] {
  return mails.map((mail) => score(model, slotsOf(mail.text)));
}

function shareRight(mails: readonly Row[], scores: readonly number[]): number {
  return mails.filter((mail, index) => (scores[index]! >= 0.5 ? 1 : 0) === mail.label).length / mails.length;
}

/** `id,label,challenger[,champion],source,week`, one line a mail. */
function toPredictions(mails: readonly Row[], scored: readonly [string, readonly number[]][]): string {
  const header = ['id', 'label', ...scored.map(([side]) => side), 'source', 'week'];
  const lines = mails.map(({ id, label, source, week }, index) => [
    ...[id, String(label)],
    ...scored.map(([, scores]) => scores[index]!.toFixed(6)),
    ...[source, week],
  ]);
  return toCsv([header, ...lines]);
}
