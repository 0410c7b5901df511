/**
 * How often gates pass what they must not, beside what they state: worlds in which the truth is exactly on the limit,
 * judged by the gates' own code, for metrics, rules, sizes and data that are not nice.
 */
import { allCells } from './false-passes/all-cells.ts';
import { keepFigures } from './false-passes/keep-figures.ts';
import { isCompared, simulateCell } from './false-passes/simulate.ts';
import { type Figures, listBad, tellFigures } from './false-passes/tell-figures.ts';
import { readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';

const help = `npm run bench:false-passes -- [options]

Simulates worlds in which the truth lies exactly on a gate's limit, and counts how often the gate passes: at looks 1,
2 and 5 at the same rows, for each cell of metric, rule, rows and data. Beside it the share of worlds without an
interval, the power where the truth is better than the limit, and what other methods do; a table at the end says, by
metric, which of these keep what is stated and how often the gate is behind them. Everything is judged by the gates'
own code. The same seed gives the same figures. Exit code 1, with a list, where the exact 99 % interval of a cell lies
above what the gate states.

  --worlds N     worlds for each cell (default 1000); a cell that looks bad is judged again in four times as many others
  --cells TEXT   only cells whose name has all of these words, such as 'roc_auc atLeast'
  --compared     only cells in which other methods are judged, too
  --keep FILE    write each cell's figures to this file as they are measured, and take those that it has already from there
  --list         print the names of the cells and stop
  --seed TEXT    (default ratchet)
`;

/** Of the intervals that say whether a cell is bad. */
const sureness = 0.99;

await runBenchmark({
  name: 'false-passes',
  help,
  options: {
    worlds: { type: 'string', default: '1000' },
    cells: { type: 'string', default: '' },
    compared: { type: 'boolean', default: false },
    keep: { type: 'string' },
    list: { type: 'boolean', default: false },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say, signal }): Promise<Figures> {
    const settings = { seed: values.seed, worlds: readCount('worlds', values.worlds, 100) };
    const words = values.cells.split(/\s+/).filter((word) => word !== '');
    const named = allCells().filter(({ name }) => words.every((word) => name.includes(word)));
    const cells = values.compared ? named.filter(isCompared) : named;
    if (cells.length === 0) {
      throw new UsageError(
        `--cells: no cell ${values.compared ? 'with other methods ' : ''}has all of ${JSON.stringify(values.cells)} in its name; see --list`,
      );
    }
    if (values.list) return { settings, cells: [], names: cells.map(({ name }) => name) };
    const kept = values.keep === undefined ? null : keepFigures(values.keep, settings);
    const figures = [];
    for (const [at, cell] of cells.entries()) {
      // Lets Ctrl-C be heard.
      await new Promise(setImmediate);
      signal.throwIfAborted();
      const before = kept?.find(cell.name);
      if (before) {
        figures.push(before);
        continue;
      }
      const first = simulateCell(cell, { ...settings, sureness });
      // Of so many cells some look bad by chance: fresh worlds say whether this one is.
      const again = { seed: `${settings.seed}/again`, worlds: 4 * settings.worlds, sureness };
      const found = first.bad && first.known === null ? simulateCell(cell, again) : first;
      const share = (100 * found.atLooks[0]!.share).toFixed(1);
      say(
        `${at + 1} of ${cells.length}: ${cell.name}: ${share} %${found.bad ? ' BAD' : ''}, ${found.msPerWorld.toFixed(1)} ms a world`,
      );
      figures.push(found);
      kept?.add(found);
    }
    return { settings, cells: figures, names: null };
  },
  tell: (figures) => figures.names?.join('\n') ?? tellFigures(figures),
  wrong: ({ cells }) => listBad(cells),
});
