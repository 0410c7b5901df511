/**
 * Predictions of a binary model that never was: ten columns, scores of 16 digits, ids in no order, the same for the
 * same number of rows.
 */
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type ColumnSource, parquetWriteFile } from 'hyparquet-writer';
import { type Random, seedRandom } from '../../shared/gates/statistics/random.ts';

export interface Predictions {
  readonly columns: readonly ColumnSource[];
  readonly rows: number;
}

const regions = Array.from({ length: 20 }, (_, at) => `region-${at}`);
const sources = ['shop', 'web', 'app', 'mail', 'phone'];

export function makePredictions(rows: number): Predictions {
  const random = seedRandom(`${rows} predictions`);
  // A step without a divisor in common with the rows meets each once.
  let step = Math.floor(rows * 0.618) | 1;
  while (rows > 1 && greatestCommonDivisor(step, rows) > 1) step += 2;
  const label = new Int32Array(rows);
  const scores = [new Float64Array(rows), new Float64Array(rows)] as const;
  for (let row = 0; row < rows; row++) {
    label[row] = random.unit() < 0.2 ? 1 : 0;
    const shared = drawNormal(random.unit);
    for (const [side, column] of scores.entries()) {
      const own = drawNormal(random.unit);
      column[row] = 1 / (1 + Math.exp(1.5 - (2.2 - 0.2 * side) * label[row]! - 0.9 * shared - 0.9 * own));
    }
  }
  const pick = (names: readonly string[]) =>
    Array.from({ length: rows }, () => names[random.index(names.length)]!);
  const columns: ColumnSource[] = [
    {
      name: 'id',
      type: 'STRING',
      data: Array.from({ length: rows }, (_, row) => `tx-${(row * step) % rows}`),
    },
    { name: 'label', type: 'INT32', data: label },
    { name: 'challenger', type: 'DOUBLE', data: scores[0] },
    { name: 'champion', type: 'DOUBLE', data: scores[1] },
    { name: 'source', type: 'STRING', data: pick(sources) },
    { name: 'region', type: 'STRING', data: pick(regions) },
    { name: 'week', type: 'STRING', data: pick(Array.from({ length: 52 }, (_, at) => `w${at}`)) },
    { name: 'device', type: 'STRING', data: pick(['desktop', 'mobile', 'tablet']) },
    { name: 'amount', type: 'DOUBLE', data: scores[0].map((score) => Math.round(score * 1e6) / 100) },
    { name: 'note', type: 'STRING', data: pick(['plain', 'with, comma', 'with "quotes"']) },
  ];
  return { columns, rows };
}

/** Columns beside those that say what a row is: a weight, one of the groups of ten rows, one of 20 slices. */
const moreColumns = {
  weight: (rows, { unit }) => ({
    type: 'DOUBLE',
    data: Float64Array.from({ length: rows }, () => 0.5 + unit()),
  }),
  customer: (rows, { index }) => ({
    type: 'STRING',
    data: Array.from({ length: rows }, () => `c-${index(Math.ceil(rows / 10))}`),
  }),
  region: (rows, { index }) => ({
    type: 'STRING',
    data: Array.from({ length: rows }, () => regions[index(regions.length)]!),
  }),
} satisfies Record<string, (rows: number, random: Random) => Omit<ColumnSource, 'name'>>;

type MoreColumn = keyof typeof moreColumns;

/** Of a model of many classes, both of whose sides are right in most rows: labels and decisions, no probabilities. */
export function makeDecisions(rows: number, classes: number, more: readonly MoreColumn[] = []): Predictions {
  const random = seedRandom(`${rows} decisions of ${classes}`);
  const label = Uint16Array.from({ length: rows }, () => random.index(classes));
  const decide = (right: number): string[] =>
    Array.from(label, (of) => `class-${random.unit() < right ? of : random.index(classes)}`);
  const columns: ColumnSource[] = [
    ...idAndLabel(label),
    { name: 'challenger', type: 'STRING', data: decide(0.9) },
    { name: 'champion', type: 'STRING', data: decide(0.88) },
    ...more.map((name) => ({ name, ...moreColumns[name](rows, random) })),
  ];
  return { columns, rows };
}

const idAndLabel = (label: Uint16Array): ColumnSource[] => [
  { name: 'id', type: 'STRING', data: Array.from(label, (_, row) => `tx-${row}`) },
  { name: 'label', type: 'STRING', data: Array.from(label, (of) => `class-${of}`) },
];

/** The same with a probability of 16 digits for each class from either side, in place of decisions. */
export function makeProbabilities(rows: number, classes: number): Predictions {
  const random = seedRandom(`${rows} probabilities of ${classes}`);
  // Each class has as many rows as the next.
  const label = Uint16Array.from({ length: rows }, (_, row) => row % classes);
  const columns = idAndLabel(label);
  for (const [side, right] of [
    ['challenger', 0.9],
    ['champion', 0.88],
  ] as const) {
    const values = Array.from({ length: classes }, () => new Float64Array(rows));
    for (let row = 0; row < rows; row++) {
      const top = random.unit() < right ? label[row]! : random.index(classes);
      let sum = 0;
      for (const [of, column] of values.entries()) {
        column[row] = random.unit() * (of === top ? 3 * classes : 1);
        sum += column[row]!;
      }
      for (const column of values) column[row]! /= sum;
    }
    for (const [of, data] of values.entries())
      columns.push({ name: `${side}:class-${of}`, type: 'DOUBLE', data });
  }
  return { columns, rows };
}

const greatestCommonDivisor = (a: number, b: number): number =>
  b === 0 ? a : greatestCommonDivisor(b, a % b);

/** Box and Muller, Annals of Mathematical Statistics 29 (1958). */
function drawNormal(unit: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - unit())) * Math.cos(2 * Math.PI * unit());
}

export async function writeCsv(file: string, predictions: Predictions): Promise<void> {
  await pipeline(Readable.from(linesOf(predictions)), createWriteStream(file));
}

function* linesOf({ columns, rows }: Predictions): Generator<string> {
  const cell = (value: unknown): string => {
    const text = String(value);
    if (typeof value === 'number') return text;
    return /[",]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  yield `${columns.map(({ name }) => name).join(',')}\n`;
  let lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    lines.push(columns.map(({ data }) => cell(data[row])).join(','));
    if (lines.length * columns.length < 100_000 && row < rows - 1) continue;
    yield `${lines.join('\n')}\n`;
    lines = [];
  }
}

export async function writeParquet(file: string, { columns }: Predictions): Promise<void> {
  await parquetWriteFile({ filename: file, columnData: [...columns], codec: 'SNAPPY' });
}
