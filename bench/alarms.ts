/** How many false alarms a year ways of watching a metric raise, and how late they are where a model falls. */
import { setImmediate } from 'node:timers/promises';
import { confidence, ownMethods, watchStream } from './alarms/simulate.ts';
import { streams } from './alarms/streams.ts';
import { type Figures, tellFigures } from './alarms/tell-figures.ts';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';

const help = `npm run bench:alarms -- [options]

Simulates a year of windows of a model whose true accuracy is known: some that never fall below a threshold of 0.9, some that do.
All ways of watching see the same windows: the value alone, 2 of 3 values, the interval of each window by itself, Ratchet's rules
with a confidence through its own code, ADWIN, Page-Hinkley and KSWIN. The same seed gives the same figures.

  --worlds N   worlds of a stream (default 200); of a stream of hours a tenth
  --seed TEXT  (default ratchet)
`;

await runBenchmark({
  name: 'alarms',
  help,
  options: {
    worlds: { type: 'string', default: '200' },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    const settings = { seed: values.seed, worlds: readCount('worlds', values.worlds, 20) };
    const watched: Figures['streams'][number][] = [];
    for (const stream of streams) {
      const worlds = stream.windows > 365 ? Math.ceil(settings.worlds / 10) : settings.worlds;
      say(`${worlds} worlds: ${stream.name}, ${stream.rows} rows, ${stream.windows} windows`);
      const { truth: _, ...named } = stream;
      watched.push({ ...named, watched: watchStream(stream, { ...settings, worlds }) });
      // Lets an interruption be heard.
      await setImmediate();
      signal.throwIfAborted();
    }
    return { settings, streams: watched };
  },
  tell: tellFigures,
  wrong({ streams: all }) {
    const broken = all.find(
      ({ fallsAt, watched }) =>
        fallsAt === null &&
        watched.some(
          ({ method, anyFalse }) => ownMethods.some((own) => own === method) && anyFalse.low > 1 - confidence,
        ),
    );
    return broken
      ? `${broken.name}, ${broken.rows} rows: at most ${1 - confidence} of the models that never fall may have any alarm`
      : null;
  },
});
