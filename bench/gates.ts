/**
 * How long it takes to judge a million rows by several gates, and how much memory, against stated limits.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type Judging, listManyClasses, type ManyClasses } from './gates/many-classes.ts';
import { makePredictions, writeCsv, writeParquet } from './gates/write-predictions.ts';
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:gates -- [options]

Writes predictions of ten columns as CSV and as Parquet, and judges each, from the first byte to the report, by gates
as a model file may have them: an exact bound, an area, a ranking, a mean and decisions by empirical likelihood, and
slices of two columns. Each time in a fresh process, the two formats in turns; then each gate by itself over CSV. Then
the same of many classes: decisions, as CSV and as Parquet, with weights, groups and slices, by every metric of decisions,
and as many probabilities as a file may have by every metric of those.
Prints times and the most memory ever resident, and their ratios to the limits. Every report must pass.

  --rows N        rows (default 1000000)
  --rounds N      rounds (default 5)
  --classes N     of the model of many classes, one in 400 rows at most (default 1000)
  --seconds N     the limit in seconds (default 10); reported, never a failure
  --memory N      the limit in MB (default 1024); reported, never a failure
`;

const gates = [
  { gate: 'accurate', kind: 'bound', metric: 'accuracy', atLeast: 0.8, confidence: 0.95 },
  { gate: 'calibrated', kind: 'bound', metric: 'ece', atMost: 0.2, confidence: 0.95 },
  { gate: 'roc', kind: 'against-champion', metric: 'roc_auc', margin: 0.01 },
  { gate: 'precision-recall', kind: 'against-champion', metric: 'pr_auc', margin: 0.01 },
  {
    gate: 'precision-recall-by-region',
    kind: 'against-champion',
    metric: 'pr_auc',
    margin: 0.05,
    slices: { by: 'region' },
  },
  {
    gate: 'loss-by-source',
    kind: 'against-champion',
    metric: 'log_loss',
    margin: 0.01,
    slices: { by: 'source' },
  },
  { gate: 'f1-by-region', kind: 'against-champion', metric: 'f1', margin: 0.02, slices: { by: 'region' } },
];

const JudgedSchema = z.object({
  readMs: z.number(),
  totalMs: z.number(),
  cpuMs: z.number(),
  peakMb: z.number(),
  verdict: z.string(),
  sentence: z.string(),
  rows: z.int().nullable(),
});
type Judged = z.infer<typeof JudgedSchema>;

interface FormatFigures {
  readonly format: string;
  readonly fileMb: number;
  readonly readMs: Spread;
  readonly totalMs: Spread;
  readonly cpuMs: Spread;
  readonly peakMb: Spread;
}

interface Figures {
  readonly rows: number;
  readonly formats: readonly FormatFigures[];
  /** Of each gate by itself: judging, without reading. */
  readonly gates: readonly { readonly gate: string; readonly judgeMs: number }[];
  readonly many: readonly ManyFigures[];
  readonly limits: { readonly seconds: number; readonly memoryMb: number };
  /** The slower format's median, and the greatest peak, by the limits. */
  readonly timeByLimit: number;
  readonly memoryByLimit: number;
  /** The most CPU time and the greatest peak of a file of decisions among many classes. */
  readonly manyTimeByLimit: number;
  readonly manyMemoryByLimit: number;
}

/** Reading and judging one file of many classes. */
interface ManyFigures extends Pick<ManyClasses, 'name' | 'rows' | 'classes' | 'format'> {
  readonly gates: number;
  readonly fileMb: number;
  readonly judged: Judged;
}

await runBenchmark({
  name: 'gates',
  help,
  options: {
    rows: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
    classes: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '10' },
    memory: { type: 'string', default: '1024' },
  },
  async measure(values, measuring): Promise<Figures> {
    const rows = readCount('rows', values.rows, 10_000);
    const rounds = readCount('rounds', values.rounds, 1);
    // Each slice needs some rows of each class.
    const classes = Math.min(readCount('classes', values.classes, 2), Math.floor(rows / 400));
    const limits = {
      seconds: readCount('seconds', values.seconds, 1),
      memoryMb: readCount('memory', values.memory, 1),
    };
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    measuring.say(`writing ${rows} rows`);
    const files = [join(home, 'predictions.csv'), join(home, 'predictions.parquet')] as const;
    const predictions = makePredictions(rows);
    await writeCsv(files[0], predictions);
    await writeParquet(files[1], predictions);
    const judged = await takeTurns(files, rounds, rows, measuring);
    const formats = files.map((file, at) => figuresOf(file, judged[at]!));
    const alone: { gate: string; judgeMs: number }[] = [];
    for (const gate of gates) {
      measuring.say(`gate ${gate.gate} by itself`);
      const judging = { task: 'binary', gates: [gate] } as const;
      const { totalMs, readMs } = await judgeOnce(files[0], judging, rows, measuring);
      alone.push({ gate: gate.gate, judgeMs: totalMs - readMs });
    }
    const many: ManyFigures[] = [];
    for (const each of listManyClasses(rows, classes)) many.push(await judgeMany(each, home, measuring));
    const ofDecisions = many.filter(({ name }) => name.startsWith('decisions'));
    const most = (key: 'cpuMs' | 'peakMb'): number =>
      Math.max(...ofDecisions.map(({ judged }) => judged[key]));
    return {
      rows,
      formats,
      gates: alone,
      many,
      limits,
      timeByLimit: Math.max(...formats.map(({ totalMs }) => totalMs.median)) / (1000 * limits.seconds),
      memoryByLimit: Math.max(...formats.map(({ peakMb }) => peakMb.most)) / limits.memoryMb,
      manyTimeByLimit: most('cpuMs') / (1000 * limits.seconds),
      manyMemoryByLimit: most('peakMb') / limits.memoryMb,
    };
  },
  tell,
});

/** Judged by file. Who goes first changes with every round. */
async function takeTurns(
  files: readonly string[],
  rounds: number,
  rows: number,
  measuring: Measuring,
): Promise<Judged[][]> {
  const judged: Judged[][] = files.map(() => []);
  for (let round = 0; round < rounds; round++) {
    measuring.say(`round ${round + 1} of ${rounds}`);
    for (let place = 0; place < files.length; place++) {
      const at = (round + place) % files.length;
      judged[at]!.push(await judgeOnce(files[at]!, { task: 'binary', gates }, rows, measuring));
    }
  }
  return judged;
}

async function judgeMany(
  { name, rows, classes, format, make, judging }: ManyClasses,
  home: string,
  measuring: Measuring,
): Promise<ManyFigures> {
  measuring.say(`${classes} classes, ${name}, ${format}`);
  const file = join(home, `many.${format}`);
  await (format === 'csv' ? writeCsv : writeParquet)(file, make());
  const judged = await judgeOnce(file, judging, rows, measuring);
  return {
    ...{ name, rows, classes, format, judged },
    gates: judging.gates.length,
    fileMb: statSync(file).size / 2 ** 20,
  };
}

async function judgeOnce(file: string, by: Judging, rows: number, { signal }: Measuring): Promise<Judged> {
  const script = fileURLToPath(new URL('./gates/judge-once.ts', import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script, file, JSON.stringify(by)], {
    signal,
  });
  const judged = JudgedSchema.parse(JSON.parse(stdout));
  if (judged.verdict !== 'passed' || judged.rows !== rows) {
    throw new Error(
      `expected ${rows} rows that pass; got ${judged.rows}, ${judged.verdict}: ${judged.sentence}`,
    );
  }
  return judged;
}

function figuresOf(file: string, judged: readonly Judged[]): FormatFigures {
  const spread = (key: 'readMs' | 'totalMs' | 'cpuMs' | 'peakMb') =>
    spreadOf(judged.map((each) => each[key]));
  return {
    format: file.endsWith('.csv') ? 'CSV' : 'Parquet, snappy',
    fileMb: statSync(file).size / 2 ** 20,
    readMs: spread('readMs'),
    totalMs: spread('totalMs'),
    cpuMs: spread('cpuMs'),
    peakMb: spread('peakMb'),
  };
}

function tell(figures: Figures): string {
  const { rows, formats, limits, timeByLimit, memoryByLimit, many } = figures;
  const seconds = (ms: number): string => `${figure(ms / 1000)} s`;
  const table = formats.map(({ format, fileMb, readMs, totalMs, cpuMs, peakMb }) => [
    format,
    `${figure(fileMb)} MB`,
    seconds(readMs.median),
    seconds(totalMs.median),
    `${figure(totalMs.least / 1000)} to ${figure(totalMs.most / 1000)} s`,
    seconds(cpuMs.median),
    `${figure(peakMb.most)} MB`,
  ]);
  const alone = figures.gates.map(({ gate, judgeMs }) => [gate, seconds(judgeMs)]);
  return [
    `${rows} rows of 10 columns by ${gates.length} gates, a fresh process each time, median of ${formats[0]!.totalMs.repetitions}:`,
    '',
    renderTable(['', 'file', 'read', 'read and judged', 'least to most', 'CPU', 'peak'], table),
    '',
    renderTable(['gate by itself, without reading', ''], alone),
    '',
    renderTable(
      ['many classes', 'classes', 'rows', 'gates', 'file', 'read', 'read and judged', 'CPU', 'peak'],
      many.map(({ name, classes, rows, format, gates, fileMb, judged }) => [
        `${name}, ${format === 'csv' ? 'CSV' : 'Parquet'}`,
        ...[classes, rows, gates].map(String),
        `${figure(fileMb)} MB`,
        ...[judged.readMs, judged.totalMs, judged.cpuMs].map(seconds),
        `${figure(judged.peakMb)} MB`,
      ]),
    ),
    '',
    `time : limit of ${limits.seconds} s     ${figure(timeByLimit)}`,
    `memory : limit of ${limits.memoryMb} MB  ${figure(memoryByLimit)}`,
    `CPU time of decisions among many classes : limit of ${limits.seconds} s  ${figure(figures.manyTimeByLimit)}`,
    `their memory : limit of ${limits.memoryMb} MB  ${figure(figures.manyMemoryByLimit)}`,
  ].join('\n');
}
