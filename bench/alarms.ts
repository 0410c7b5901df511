/** How many false alarms a year ways of watching a metric raise, and how late they are where a model falls. */
import { setImmediate } from 'node:timers/promises';
import { type FleetWatched, fleetStreams, watchFleet } from './alarms/fleet.ts';
import { confidence, ownMethods, watchStream } from './alarms/simulate.ts';
import { streams } from './alarms/streams.ts';
import { type Figures, tellFigures } from './alarms/tell-figures.ts';
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';

const help = `npm run bench:alarms -- [options]

Simulates a year of windows of a model whose true accuracy is known: some that never fall below a threshold of 0.9, some that do.
All ways of watching see the same windows: the value alone, 2 of 3 values, the interval of each window by itself, Ratchet's rules
with a confidence through its own code, ADWIN, Page-Hinkley and KSWIN. The same seed gives the same figures.

With --models it simulates so many models beside each other instead, 19 of 20 of them exactly at the threshold: false alarms, and how
late those that fall are found, by what the fleet file says of falseAlarms.

  --worlds N   worlds of a stream (default 200); of a stream of hours a tenth
  --models N   models of a world
  --seed TEXT  (default ratchet)
`;

await runBenchmark({
  name: 'alarms',
  help,
  options: {
    worlds: { type: 'string', default: '200' },
    models: { type: 'string' },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    if (values.models !== undefined) return measureFleets(values.models, values, { say, signal });
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
    return { settings, streams: watched, fleets: [] };
  },
  tell: tellFigures,
  wrong({ streams: all, fleets }) {
    const untrue = fleets.flatMap(({ watched }) => watched.filter(breaksPromise));
    if (untrue[0]) return `falseAlarms ${untrue[0].falseAlarms}: so many false alarms in expectation at most`;
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

async function measureFleets(
  models: string,
  { worlds, seed }: { readonly worlds: string; readonly seed: string },
  { say, signal }: Pick<Measuring, 'say' | 'signal'>,
): Promise<Figures> {
  const settings = {
    seed,
    worlds: readCount('worlds', worlds, 2),
    models: readCount('models', models, 20),
  };
  const fleets: Figures['fleets'][number][] = [];
  for (const stream of fleetStreams) {
    say(
      `${settings.worlds} worlds of ${settings.models} models: ${stream.rows} rows, 0.93 to ${stream.after}`,
    );
    fleets.push({ ...stream, watched: watchFleet(stream, settings) });
    await setImmediate();
    signal.throwIfAborted();
  }
  return { settings, streams: [], fleets };
}

/** Any false alarm is no likelier than there are false ones in expectation. */
function breaksPromise({ falseAlarms, anyFalse }: FleetWatched): boolean {
  return falseAlarms !== null && anyFalse.low > falseAlarms;
}
