/**
 * How often looking at a running canary again and again lets a version forward, or rolls it back, by luck; and how soon a
 * broken one is found.
 */
import { setImmediate } from 'node:timers/promises';
import { atMost, cells, worseBy } from './canary-looks/cells.ts';
import { compareMethods, methodCells } from './canary-looks/methods.ts';
import { alpha, findBroken, judgeAtLimit } from './canary-looks/simulate.ts';
import { type Figures, tellFigures } from './canary-looks/tell-figures.ts';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';

const help = `npm run bench:canary-looks -- [options]

Simulates canaries that stand exactly at the limit of a check, whose requests grow from look to look. Counts the worlds
in which one is let forward at any look, and those in which one is rolled back, by looks that share one error as a release
does, and by looks that each spend all of it. Then what the score interval would do in place of the exact one, and after
how many looks and requests a broken version is rolled back. Everything is judged by the release's own code. The same seed
gives the same figures.

  --worlds N   worlds of a cell (default 1000)
  --seed TEXT  (default ratchet)
`;

/** Shares of bad answers of versions that are broken, and requests at each look. */
const brokenRates = [1, 0.3, 0.1, 0.05];
const requestsALook = [1, 10, 100];

await runBenchmark({
  name: 'canary-looks',
  help,
  options: {
    worlds: { type: 'string', default: '1000' },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    const settings = { seed: values.seed, worlds: readCount('worlds', values.worlds, 20) };
    const judged: Figures['cells'][number][] = [];
    for (const cell of cells) {
      say(`${settings.worlds} worlds: ${cell.name}, ${cell.requests} requests, ${cell.looks} looks`);
      const { check: _, ...named } = cell;
      judged.push({ ...named, outcome: judgeAtLimit(cell, settings) });
      // Lets an interruption be heard.
      await setImmediate();
      signal.throwIfAborted();
    }
    const few = { ...settings, worlds: Math.min(settings.worlds, 200) };
    const found = [atMost(0.01), worseBy(0.01)].flatMap((check) =>
      brokenRates.flatMap((rate) =>
        requestsALook.map((requests) => {
          say(`broken in ${rate} of the answers, ${requests} requests a look`);
          return findBroken({ check, rate, championRate: 0.005, requestsALook: requests }, few);
        }),
      ),
    );
    return { settings, alpha, cells: judged, methods: methodCells.map(compareMethods), found };
  },
  tell: tellFigures,
  wrong({ cells: judged }) {
    const broken = judged.find(({ outcome }) => Object.values(outcome.shared).some(({ low }) => low > alpha));
    return broken
      ? `${broken.name}, ${broken.requests} requests, ${broken.looks} looks: at most ${alpha} of the worlds may err in one direction`
      : null;
  },
});
