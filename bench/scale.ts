/** What ten thousand models take: of the one entity of the fleet, of a host's scans and lists, and of a year of them all. */
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { renderTable } from './measure/table.ts';
import { type FleetPlay, playFleet } from './scale/play-fleet.ts';
import { type Answered, playHost } from './scale/play-host.ts';
import { playYear, tellYear, type YearPlay } from './scale/play-year.ts';

const help = `npm run bench:scale -- [options]

Plays the fleet's entity, with slots for a tenth of the models and a budget over 30 days:
- a month and a half in which each model runs twice a month, one after the other;
- a morning on which every model asks at once, and those that wait ask again every hour until the last has run.
Prints the operations, CPU milliseconds of each on the average, and the largest state, with a tenth of the models, a third, and
all of them.

With --host it is asked through the embedded host instead, with models that have schedules, absences and endpoints: what each
scan takes before anything is known of any model, after every model was reported on, and once more; what lists and one report
take. Printed are the host's processor time and real time, with a hundredth of the models, a tenth, and all of them.

With --year every model reports every week and is asked by a schedule every month, for a year: through the parsers, the operations of the
entities and the ledger of a storage emulator in this process, on a clock of its own. After every quarter the ledger is asked for pages,
for one decision and one run. Ten thousand models take most of an hour, and a heap of 12 GB: NODE_OPTIONS=--max-old-space-size=12000.

  --models N     how many models (default 10000)
  --host         through the host
  --year         a year of them
  --seed TEXT    of the year (default ratchet)
`;

interface Figures {
  readonly plays: readonly FleetPlay[];
  readonly answers: readonly Answered[];
  readonly year: YearPlay | null;
}

await runBenchmark({
  name: 'scale',
  help,
  options: {
    models: { type: 'string', default: '10000' },
    host: { type: 'boolean', default: false },
    year: { type: 'boolean', default: false },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, measuring): Promise<Figures> {
    const models = readCount('models', values.models, 30);
    if (values.year) return { plays: [], answers: [], year: await playYear(models, values.seed, measuring) };
    if (values.host) {
      const answers: Answered[] = [];
      for (const part of [100, 10, 1]) answers.push(...(await playHost(Math.ceil(models / part), measuring)));
      return { plays: [], answers, year: null };
    }
    const plays = [models / 10, models / 3, models].map(Math.round).flatMap((count) => {
      measuring.say(`${count} models`);
      return playFleet(count);
    });
    return { plays, answers: [], year: null };
  },
  tell: ({ plays, answers, year }) =>
    year ? tellYear(year) : answers.length > 0 ? tellAnswers(answers) : tellPlays(plays),
});

function tellPlays(plays: Figures['plays']): string {
  return renderTable(
    ['models', '', 'operations', 'CPU ms each', 'operations/s', 'largest state, MB'],
    plays.map(({ models, play, operations, cpuMs, stateBytes }) => [
      models.toLocaleString('en'),
      play,
      operations.toLocaleString('en'),
      cpuMs.toFixed(2),
      Math.round(1_000 / cpuMs).toLocaleString('en'),
      (stateBytes / 1e6).toFixed(2),
    ]),
  );
}

/** A line for each thing asked, with the models beside each other. */
function tellAnswers(answers: Figures['answers']): string {
  const counts = [...new Set(answers.map(({ models }) => models))];
  const asked = [...new Set(answers.map(({ what }) => what))];
  const cell = (what: string, count: number): string => {
    const found = answers.find((one) => one.what === what && one.models === count)!;
    const size = found.bytes === null ? '' : `, ${(found.bytes / 1e6).toFixed(2)} MB`;
    return `${(found.cpuMs / 1_000).toFixed(2)} (${(found.ms / 1_000).toFixed(2)})${size}`;
  };
  return renderTable(
    ['CPU s (real s)', ...counts.map((count) => `${count.toLocaleString('en')} models`)],
    asked.map((what) => [what, ...counts.map((count) => cell(what, count))]),
  );
}
