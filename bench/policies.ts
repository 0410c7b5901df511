/** When should a model be retrained: rules played over streams of known losses, through the live admission, at equal cost. */
import { readFileSync, writeFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { type Measuring, readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';
import { writeFigures } from './measure/write-figures.ts';
import { compareRules, type StreamResults } from './policies/compare-rules.ts';
import { delays, mostOffsets, priceGroups } from './policies/play-stream.ts';
import type { Task } from './policies/play-worker.ts';
import { generatedNames } from './policies/streams.ts';
import { type Figures, tellFigures } from './policies/tell-figures.ts';

const help = `npm run bench:policies -- [options]

Plays rules that say when to retrain over streams of labelled rows, as docs/policy-benchmark.md has it. Generated streams need nothing;
recorded ones are files that are not part of this project: elec.csv and weather.csv of scikit-multiflow's streaming-datasets collection,
and flights-3m.parquet of the npm package vega-datasets. The same seed gives the same figures.

  --elec2 FILE     the stream of electricity prices
  --weather FILE   the stream of the weather
  --flights FILE   the stream of flights
  --streams NAMES  only these, with commas between
  --offsets N      plays of a stream, 1 to 10 (default 10)
  --workers N      threads (default 2)
  --seed TEXT      (default ratchet)
  --quick          one offset of four streams
  --write FILE     write the figures into a page, between its marks
`;

const quickStreams = ['sea abrupt', 'stagger recurring', 'hyperplane rotating', 'gauss none'];

function listTasks(values: {
  readonly elec2?: string | undefined;
  readonly weather?: string | undefined;
  readonly flights?: string | undefined;
  readonly streams?: string | undefined;
  readonly offsets: string;
  readonly seed: string;
  readonly quick: boolean;
}): readonly Task[] {
  const files = { elec2: values.elec2, weather: values.weather, flights: values.flights };
  const recorded = Object.entries(files).flatMap(([stream, file]) => (file ? [{ stream, file }] : []));
  const all = [...generatedNames.map((stream) => ({ stream, file: null })), ...recorded];
  const named = values.streams?.split(',').map((name) => name.trim());
  const unknown = named?.find((name) => !all.some(({ stream }) => stream === name));
  if (unknown !== undefined)
    throw new UsageError(
      `--streams: expected some of ${all.map(({ stream }) => stream).join(', ')}, got ${unknown}; see --help`,
    );
  const asked = named ?? (values.quick ? quickStreams : all.map(({ stream }) => stream));
  const offsets = values.quick ? 1 : readCount('offsets', values.offsets, 1);
  if (offsets > mostOffsets)
    throw new UsageError(`--offsets: expected ${mostOffsets} at most, got ${offsets}; see --help`);
  return all
    .filter(({ stream }) => asked.includes(stream))
    .map((task) => ({ ...task, seed: values.seed, offsets, delays }));
}

/** Each thread takes the next stream when it has done one. */
async function playAll(
  tasks: readonly Task[],
  threads: number,
  { say, ends }: Measuring,
): Promise<readonly StreamResults[]> {
  const left = [...tasks];
  const found = new Map<string, StreamResults>();
  const work = (worker: Worker): Promise<void> =>
    new Promise((done, failed) => {
      const next = (): void => {
        const task = left.shift();
        if (task) worker.postMessage(task);
        else done();
      };
      worker.on('error', failed);
      worker.on('exit', () => failed(new Error('a thread ended before its work')));
      worker.on('message', (results: StreamResults) => {
        found.set(results.stream, results);
        say(`${results.stream}: ${found.size} of ${tasks.length}`);
        next();
      });
      next();
    });
  const workers = Array.from({ length: Math.min(threads, tasks.length) }, () => {
    const worker = new Worker(new URL('./policies/play-worker.ts', import.meta.url));
    ends.defer(async () => void (await worker.terminate()));
    return worker;
  });
  await Promise.all(workers.map(work));
  return tasks.map(({ stream }) => found.get(stream)!);
}

await runBenchmark({
  name: 'policies',
  help,
  options: {
    elec2: { type: 'string' },
    weather: { type: 'string' },
    flights: { type: 'string' },
    streams: { type: 'string' },
    offsets: { type: 'string', default: '10' },
    workers: { type: 'string', default: '2' },
    seed: { type: 'string', default: 'ratchet' },
    quick: { type: 'boolean', default: false },
    write: { type: 'string' },
  },
  async measure(values, measuring): Promise<Figures> {
    const tasks = listTasks(values);
    const beganMs = performance.now();
    const streams = await playAll(tasks, readCount('workers', values.workers, 1), measuring);
    const isComparable = streams.length >= 2;
    const comparisons = isComparable
      ? (['budget', 'price'] as const).map((view) => compareRules(streams, view, 'all'))
      : [];
    const atPrices = isComparable ? priceGroups.map((group) => compareRules(streams, 'price', group)) : [];
    const figures = {
      settings: { seed: values.seed, offsets: tasks[0]!.offsets },
      ...{ streams, comparisons, atPrices, seconds: (performance.now() - beganMs) / 1000 },
    };
    if (values.write !== undefined) {
      const page = readFileSync(values.write, 'utf8');
      writeFileSync(values.write, writeFigures(page, 'policies', tellFigures(figures)));
    }
    return figures;
  },
  tell: tellFigures,
  wrong({ streams }) {
    const beaten = streams.find(({ results }) => {
      const { budget } = results['all']!;
      return Object.values(budget).some(({ cost }) => cost < budget['oracle']!.cost - 1e-9);
    });
    return beaten ? `${beaten.stream}: a rule costs less than the oracle, which knows everything` : null;
  },
});
