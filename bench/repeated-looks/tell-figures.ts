import { renderTable } from '../measure/table.ts';
import { type Settings, type Share, ways } from './simulate.ts';

export interface Lives {
  readonly rule: string;
  readonly holdout: 'the same' | 'a quarter fresh each time';
  readonly judgings: number;
  readonly worlds: Readonly<Record<(typeof ways)[number], Share>>;
}

interface Power {
  readonly rows: number;
  /** By look, and for a holdout that is renewed by a quarter at every look. */
  readonly atLooks: readonly Share[];
  readonly renewed: Share;
}

export interface Figures {
  readonly settings: Settings;
  readonly alpha: number;
  readonly lives: readonly Lives[];
  readonly looks: readonly number[];
  readonly trueGain: number;
  readonly power: readonly Power[];
  /** Rows at which schedules are compared. */
  readonly comparedAt: number;
  readonly schedules: readonly { readonly name: string; readonly atLooks: readonly Share[] }[];
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function ranged({ share, low, high }: Share): string {
  return `${percent(share)} (${percent(low)} to ${percent(high)})`;
}

export function tellFigures(figures: Figures): string {
  const { settings, lives, looks, trueGain, power, comparedAt } = figures;
  const { worlds, rows } = settings;
  const lifeRows = lives.map((life) => [
    `${life.rule}, ${life.holdout}`,
    String(life.judgings),
    ...ways.map((way) => ranged(life.worlds[way])),
  ]);
  const ofLooks = looks.map((look) => `look ${look}`);
  return [
    `Of ${worlds} worlds, those with at least one false promotion, ${rows} rows (95 % interval of the simulation); at most ${percent(figures.alpha)} is promised:`,
    '',
    renderTable(['rule, holdout', 'judgings', 'point alone', '95 % each time', 'ledger of looks'], lifeRows),
    '',
    `A true gain of ${trueGain} passes superiority:`,
    '',
    renderTable(
      ['rows', ...ofLooks, 'a quarter fresh'],
      power.map((each) => [
        String(each.rows),
        ...each.atLooks.map(({ share }) => percent(share)),
        percent(each.renewed.share),
      ]),
    ),
    '',
    `The same at ${comparedAt} rows by schedules (share of the error at look k):`,
    '',
    renderTable(
      ['schedule', ...ofLooks],
      figures.schedules.map(({ name, atLooks }) => [name, ...atLooks.map(({ share }) => percent(share))]),
    ),
  ].join('\n');
}
