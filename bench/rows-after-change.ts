/** How many rows after a change should a run wait for: numbers, waits and rules played over streams of known losses. */
import { readFileSync, writeFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';
import { writeFigures } from './measure/write-figures.ts';
import { learners } from './policies/learners.ts';
import { LossMatrix, type Stream, ways as trainings } from './policies/loss-matrix.ts';
import { signedRanks } from './policies/rank-tests.ts';
import { referenceOf, type World } from './policies/rule.ts';
import { generatedNames, generateStream } from './policies/streams.ts';
import { type Outcome, playWay } from './rows-after-change/play-way.ts';
import {
  courses,
  type Figures,
  type Group,
  type Standing,
  tellFigures,
} from './rows-after-change/tell-figures.ts';
import { atOnce, ways } from './rows-after-change/ways.ts';

const help = `npm run bench:rows-after-change -- [options]

Plays ways of waiting after a change over the generated streams of bench:policies, as docs/rows-after-change.md has it, with all of
their rows and with every fourth. The same seed gives the same figures.

  --streams NAMES  only these, with commas between
  --offsets N      plays of a stream, 1 to 4 (default 2)
  --seed TEXT      (default rows)
  --write FILE     write the figures into a page, between its marks
`;

const offsets = [12, 42, 27, 54];
const delays = [0, 2];

/** Every so manieth row of each window. */
function thin(stream: Stream, every: number): Stream {
  const { width, features, labels, rowsPerWindow } = stream;
  const kept = Array.from({ length: labels.length / every }, (_, at) => at * every);
  return {
    ...stream,
    rowsPerWindow: rowsPerWindow / every,
    features: Float64Array.from(
      kept.flatMap((row) => [...features.subarray(row * width, (row + 1) * width)]),
    ),
    labels: Uint8Array.from(kept, (row) => labels[row]!),
  };
}

interface Played {
  readonly stream: string;
  readonly training: string;
  readonly rowsPerDay: number;
  /** By way: the means over the plays of a stream. */
  readonly outcomes: ReadonlyMap<string, Outcome>;
}

function playStream(whole: Stream, count: number): readonly Played[] {
  return [1, 4].flatMap((every) => {
    const stream = every === 1 ? whole : thin(whole, every);
    return Object.entries(trainings).map(([training, latest]) => {
      const matrices = Object.values(learners).map((learner) => new LossMatrix(stream, learner, latest));
      const worlds = matrices.flatMap((matrix) =>
        offsets.slice(0, count).flatMap((offset) =>
          delays.map((delay): World => {
            const reference = referenceOf(matrix, offset, delay);
            return { matrix, offset, delay, isGated: true, reference };
          }),
        ),
      );
      const outcomes = new Map(
        ways.map((way) => [way.name, meanOf(worlds.map((world) => playWay(world, way)))]),
      );
      return { stream: whole.name, training, rowsPerDay: stream.rowsPerWindow, outcomes };
    });
  });
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

const meanOf = (outcomes: readonly Outcome[]): Outcome => ({
  loss: mean(outcomes.map(({ loss }) => loss)),
  runs: mean(outcomes.map(({ runs }) => runs)),
  promoted: mean(outcomes.map(({ promoted }) => promoted)),
});

/** A plane that rotates changes gradually, too. */
function lossOf(played: readonly Played[], way: string, course: string): number | null {
  const of = played.filter(({ stream }) => stream.replace('rotating', 'gradual').endsWith(course));
  return of.length === 0 ? null : mean(of.map(({ outcomes }) => outcomes.get(way)!.loss));
}

function standingsOf(played: readonly Played[]): readonly Standing[] {
  const of = (way: string): readonly Outcome[] => played.map(({ outcomes }) => outcomes.get(way)!);
  const first = of(atOnce).map(({ loss }) => loss);
  return ways.map(({ name }) => {
    const own = of(name);
    const { loss, runs, promoted } = meanOf(own);
    const each = own.map((outcome) => outcome.loss);
    const count = (sign: number): number =>
      each.filter((value, at) => Math.sign(value - first[at]!) === sign).length;
    const against =
      name === atOnce ? null : { wins: count(-1), losses: count(1), p: signedRanks(each, first).p };
    const losses = Object.fromEntries(courses.map((course) => [course, lossOf(played, name, course)]));
    return {
      ...{ way: name, loss, losses: losses as Standing['losses'], runs, against },
      promoted: runs === 0 ? null : promoted / runs,
    };
  });
}

function groupPlayed(all: readonly Played[]): readonly Group[] {
  const groups = Map.groupBy(all, ({ training, rowsPerDay }) => `${training} ${rowsPerDay}`);
  return [...groups.values()].map((played) => {
    const { training, rowsPerDay } = played[0]!;
    return { training, rowsPerDay, standings: standingsOf(played) };
  });
}

function readStreams(text: string | undefined): readonly string[] {
  const names = text?.split(',').map((name) => name.trim()) ?? generatedNames;
  const unknown = names.find((name) => !generatedNames.includes(name));
  if (unknown === undefined) return names;
  throw new UsageError(
    `--streams: expected some of ${generatedNames.join(', ')}, got ${unknown}; see --help`,
  );
}

await runBenchmark({
  name: 'rows-after-change',
  help,
  options: {
    streams: { type: 'string' },
    offsets: { type: 'string', default: '2' },
    seed: { type: 'string', default: 'rows' },
    write: { type: 'string' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    const names = readStreams(values.streams);
    const count = readCount('offsets', values.offsets, 1);
    if (count > offsets.length)
      throw new UsageError(`--offsets: expected ${offsets.length} at most, got ${count}; see --help`);
    const beganMs = performance.now();
    const played: Played[] = [];
    for (const [at, name] of names.entries()) {
      played.push(...playStream(generateStream(name, values.seed), count));
      say(`${name}: ${at + 1} of ${names.length}`);
      // Lets an interruption be heard.
      await setImmediate();
      signal.throwIfAborted();
    }
    const figures = {
      settings: { seed: values.seed, offsets: count, streams: names.length },
      ...{ groups: groupPlayed(played), seconds: (performance.now() - beganMs) / 1000 },
    };
    if (values.write !== undefined) {
      const page = readFileSync(values.write, 'utf8');
      writeFileSync(values.write, writeFigures(page, 'rows-after-change', tellFigures(figures)));
    }
    return figures;
  },
  tell: tellFigures,
});
