/** How often looks at the labelled rows of a probation settle a version, or take it back, by luck. */
import { setImmediate } from 'node:timers/promises';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { alpha, cells, judgeAtLimit } from './probation-looks/simulate.ts';
import { type Figures, tellFigures } from './probation-looks/tell-figures.ts';

const help = `npm run bench:probation-looks -- [options]

Simulates versions on probation that stand exactly at the limit of a gate, whose labelled rows grow from look to look. Counts the worlds in which
one is settled at any look, and those in which one is taken back, by looks that share one error as a probation does, and by looks that each spend all
of it. Every look is judged by the release's own code, from a file of predictions. The same seed gives the same figures.

  --worlds N   worlds of a cell (default 400)
  --seed TEXT  (default ratchet)
`;

await runBenchmark({
  name: 'probation-looks',
  help,
  options: {
    worlds: { type: 'string', default: '400' },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    const settings = { seed: values.seed, worlds: readCount('worlds', values.worlds, 20) };
    const judged: Figures['cells'][number][] = [];
    for (const cell of cells) {
      say(`${settings.worlds} worlds: ${cell.name}, ${cell.rows} rows, ${cell.looks} looks`);
      const outcome = await judgeAtLimit(cell, settings, async () => {
        // Lets an interruption be heard.
        await setImmediate();
        signal.throwIfAborted();
      });
      const { gates: _, ...named } = cell;
      judged.push({ ...named, outcome });
    }
    return { settings, alpha, cells: judged };
  },
  tell: tellFigures,
  wrong({ cells: judged }) {
    const broken = judged.find(({ outcome }) => Object.values(outcome.shared).some(({ low }) => low > alpha));
    return broken
      ? `${broken.name}, ${broken.rows} rows, ${broken.looks} looks: at most ${alpha} of the worlds may err in one direction`
      : null;
  },
});
