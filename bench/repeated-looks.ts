/**
 * How often judging challengers on the same holdout promotes one by luck, with and without the ledger of looks, and
 * what true gains are still found.
 */
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { schedules } from './repeated-looks/schedules.ts';
import {
  alpha,
  judgeAgain,
  judgeRenewed,
  measurePower,
  rules,
  type Settings,
  shareWhenRenewed,
} from './repeated-looks/simulate.ts';
import { type Figures, type Lives, tellFigures } from './repeated-looks/tell-figures.ts';

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
    return {
      settings,
      alpha,
      lives,
      looks,
      trueGain,
      power,
      comparedAt,
      schedules: compared,
    };
  },
  tell: tellFigures,
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
