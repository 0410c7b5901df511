import { figure, renderTable } from '../measure/table.ts';
import type { FleetSettings, FleetStream, FleetWatched } from './fleet.ts';
import type { Settings, Watched } from './simulate.ts';
import type { Stream } from './streams.ts';

export interface Figures {
  readonly settings: Settings | FleetSettings;
  readonly streams: readonly (Omit<Stream, 'truth'> & { readonly watched: readonly Watched[] })[];
  /** Of many models beside each other, where these were asked for. */
  readonly fleets: readonly (FleetStream & { readonly watched: readonly FleetWatched[] })[];
}

const percent = (share: number): string => `${figure(100 * share)} %`;
const nameOf = ({ name, rows, windows }: Figures['streams'][number]): string =>
  `${name}, ${rows} rows${windows === 365 ? '' : `, ${windows} windows`}`;

export function tellFigures(figures: Figures): string {
  return 'models' in figures.settings ? tellFleets(figures.fleets, figures.settings) : tellStreams(figures);
}

function tellFleets(fleets: Figures['fleets'], { seed, worlds, models }: FleetSettings): string {
  const rows = fleets.flatMap(({ rows, after, watched }) =>
    watched.map(({ falseAlarms, falseModels, anyFalse, falseShare, delay, missed }) => [
      `0.93 to ${after}, ${rows} rows, ${falseAlarms === null ? 'own confidence' : `falseAlarms ${falseAlarms}`}`,
      figure(falseModels),
      `${percent(anyFalse.share)} (${percent(anyFalse.low)} to ${percent(anyFalse.high)})`,
      percent(falseShare),
      delay === null ? 'never' : figure(delay),
      percent(missed),
    ]),
  );
  return [
    `Seed ${seed}, ${worlds} worlds of ${models} models, 19 of 20 at the threshold of 0.9; a rule with confidence 0.95 each.`,
    '',
    renderTable(
      [
        '',
        'models with a false alarm',
        'worlds with any (95 % interval)',
        'false among alarms',
        'windows to the first, median',
        'falls without any',
      ],
      rows,
    ),
  ].join('\n');
}

function tellStreams({ settings, streams }: Figures): string {
  const methods = streams[0]!.watched.map(({ method }) => method);
  const stable = streams.filter(({ fallsAt }) => fallsAt === null);
  const falling = streams.filter(({ fallsAt }) => fallsAt !== null);
  const table = (of: readonly Figures['streams'][number][], cell: (watched: Watched) => string): string =>
    renderTable(
      ['', ...methods],
      of.map((stream) => [nameOf(stream), ...stream.watched.map(cell)]),
    );
  return [
    `Seed ${settings.seed}, ${settings.worlds} worlds of each stream; the threshold is 0.9.`,
    '',
    'False alarms a year of models that never fall below the threshold:',
    '',
    table(stable, ({ falseAlarms }) => figure(falseAlarms)),
    '',
    'Worlds with any false alarm in the year (95 % interval of the simulation):',
    '',
    table(
      stable,
      ({ anyFalse }) => `${percent(anyFalse.share)} (${percent(anyFalse.low)} to ${percent(anyFalse.high)})`,
    ),
    '',
    'Of models that fall: windows to the first alarm, median; worlds without any until the end; false alarms a year before:',
    '',
    table(
      falling,
      ({ delay, missed, falseAlarms }) =>
        `${delay === null ? 'never' : figure(delay)}; ${percent(missed!)}; ${figure(falseAlarms)}`,
    ),
  ].join('\n');
}
