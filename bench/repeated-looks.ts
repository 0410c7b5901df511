/**
 * How often judging challengers on the same holdout promotes one by luck, with and without the ledger of looks, and
 * what true gains are still found.
 */
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { renderTable } from './measure/table.ts';
import { schedules } from './repeated-looks/schedules.ts';
import {
  alpha,
  judgeAgain,
  judgeRenewed,
  measurePower,
  rules,
  type Settings,
  type Share,
  shareWhenRenewed,
  ways,
} from './repeated-looks/simulate.ts';

const help = `npm run bench:repeated-looks -- [options]

Simulates worlds: in each a champion and a holdout, at which challengers are judged that violate the gate's rule by
nothing, one after the other. Counts the worlds in which at least one is promoted: by the point alone, by a gate
with 95 % confidence each time, and by the same gate with the ledger of looks. Then how often a challenger with a true
gain of 0.02 passes at a later look. Everything is judged by the gates' own code. The same seed gives the same figures.

  --worlds N       worlds (default 1000)
  --retrainings N  challengers judged in each (default 100)
  --rows N         rows of the holdout (default 1000)
  --seed TEXT      (default ratchet)
`;

const looks = [1, 5, 20, 100];
const rowCounts = [500, 1000, 2000, 5000];
const trueGain = 0.02;
/** Rows at which schedules are compared. */
const comparedAt = 2000;

interface Lives {
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

interface Figures {
  readonly settings: Settings;
  readonly alpha: number;
  readonly lives: readonly Lives[];
  readonly looks: readonly number[];
  readonly trueGain: number;
  readonly power: readonly Power[];
  readonly schedules: readonly { readonly name: string; readonly atLooks: readonly Share[] }[];
}

await runBenchmark({
  name: 'repeated-looks',
  help,
  options: {
    worlds: { type: 'string', default: '1000' },
    retrainings: { type: 'string', default: '100' },
    rows: { type: 'string', default: '1000' },
    seed: { type: 'string', default: 'ratchet' },
  },
  async measure(values, { say }): Promise<Figures> {
    const settings = {
      seed: values.seed,
      worlds: readCount('worlds', values.worlds, 1),
      retrainings: readCount('retrainings', values.retrainings, 1),
      rows: readCount('rows', values.rows, 40),
    };
    const lives = simulateLives(settings, say);
    say(`a true gain of ${trueGain}`);
    const at = (rows: number) => ({ seed: settings.seed, worlds: settings.worlds, rows });
    const [superiority] = rules;
    const powerOf = (share: number, rows: number) => measurePower(superiority!, trueGain, share, at(rows));
    const [ours] = schedules;
    const power = rowCounts.map((rows) => ({
      rows,
      atLooks: looks.map((look) => powerOf(ours!.shareAt(look), rows)),
      renewed: powerOf(shareWhenRenewed(), rows),
    }));
    const compared = schedules.map(({ name, shareAt }) => ({
      name,
      atLooks: looks.map((look) => powerOf(shareAt(look), comparedAt)),
    }));
    return { settings, alpha, lives, looks, trueGain, power, schedules: compared };
  },
  tell,
});

function simulateLives(settings: Settings, say: Measuring['say']): Lives[] {
  const lives = rules.flatMap((rule): Lives[] => {
    say(`${settings.worlds} worlds of ${settings.retrainings} retrainings, ${rule.name}`);
    return [
      {
        rule: rule.name,
        holdout: 'the same',
        judgings: settings.retrainings,
        worlds: judgeAgain(rule, settings),
      },
      {
        rule: rule.name,
        holdout: 'a quarter fresh each time',
        judgings: 4,
        worlds: judgeRenewed(rule, settings),
      },
    ];
  });
  const broken = lives.find(({ worlds }) => worlds.ledger.low > alpha);
  if (broken) {
    const { share, low } = broken.worlds.ledger;
    throw new Error(
      `${broken.rule}: at most ${alpha} of the worlds may see a false promotion; found ${share}, surely above ${low}`,
    );
  }
  return lives;
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function ranged({ share, low, high }: Share): string {
  return `${percent(share)} (${percent(low)} to ${percent(high)})`;
}

function tell({ settings, lives, power, schedules: compared }: Figures): string {
  const { worlds, rows } = settings;
  const lifeRows = lives.map((life) => [
    `${life.rule}, ${life.holdout}`,
    String(life.judgings),
    ...ways.map((way) => ranged(life.worlds[way])),
  ]);
  const ofLooks = looks.map((look) => `look ${look}`);
  return [
    `Of ${worlds} worlds, those with at least one false promotion, ${rows} rows (95 % interval of the simulation); at most ${percent(alpha)} is promised:`,
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
      compared.map(({ name, atLooks }) => [name, ...atLooks.map(({ share }) => percent(share))]),
    ),
  ].join('\n');
}
