/** How long a backtest of a year of a busy model takes: two policies side by side, with all scores known. */
import { backtest } from '../shared/backtest/backtest.ts';
import type { HistoryLine } from '../shared/backtest/history-schema.ts';
import { sortLines } from '../shared/backtest/read-history.ts';
import { pinModel } from '../shared/config/pin.ts';
import { type ModelConfig, ModelConfigSchema } from '../shared/config/schema.ts';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:backtest -- [options]

Plays a year of a model that reports every 20 minutes, gets a file every day and is asked by a schedule every week, under two
policies, in which a version could be trained every week whose score in every window is known; one core.

  --days N          days of the history (default 365)
  --repetitions N   repetitions (default 5)
`;

const dayMs = 86_400_000;
const startMs = Date.parse('2026-01-01T00:00:00.000Z');
const at = (ms: number): string => new Date(startMs + ms).toISOString();

function modelOf(policy: object): ModelConfig {
  const job = { code: 'azureml:busy:1', environment: 'azureml:node:24', compute: 'cpu', timeout: 'PT1H' };
  return ModelConfigSchema.parse({
    model: 'busy',
    data: { path: 'busy/', evaluateOn: 1 },
    training: { ...job, command: 'node train.js --out ${{outputs.model}}' },
    evaluation: {
      ...job,
      command: 'node evaluate.js --challenger ${{inputs.challenger}} --out ${{outputs.evidence}}',
    },
    triggers: {
      metrics: [{ name: 'low', metric: 'accuracy', below: 0.9, breaches: 2, windows: 3 }],
      schedules: [{ name: 'weekly', cron: '0 6 * * 1' }],
      data: true,
    },
    policy,
    gates: [{ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.75 }],
    release: { stages: [{ stage: 'production', channel: 'service-bus' }] },
  });
}

/** A version decays by a point a day, and a little with the time of day. */
function makeHistory(days: number): readonly HistoryLine[] {
  const lines: HistoryLine[] = [{ type: 'champion', at: at(0), version: 'v0', run: null }];
  for (let day = 0; day < days; day++) {
    if (day % 7 === 0) lines.push({ type: 'version', at: at(day * dayMs), version: `v${day}` });
    const file = { path: `busy/${day}.csv`, etag: String(day), bytes: 1000 };
    lines.push({
      type: 'data',
      at: at(day * dayMs + 1000),
      file,
      rows: null,
      refused: null,
      observedAt: null,
      source: 'bench',
    });
    for (let tick = 1; tick <= 72; tick++) {
      const observedAt = at(day * dayMs + tick * 1_200_000);
      const value = (trained: number): number =>
        0.97 - 0.01 * Math.min(60, day - trained) - (0.02 * ((tick * 7) % 5)) / 5;
      const scores = Object.fromEntries(
        Array.from({ length: Math.floor(day / 7) + 1 }, (_, week) => [`v${week * 7}`, value(week * 7)]),
      );
      const window = `${day}-${tick}`;
      lines.push({ type: 'scores', at: observedAt, window, metric: 'accuracy', scores });
      const report = { window, observedAt, sample: 500, metrics: { accuracy: value(0) } };
      lines.push({ type: 'metrics', at: observedAt, report, version: 'v0' });
    }
  }
  return sortLines(lines);
}

interface Figures {
  readonly days: number;
  readonly lines: number;
  readonly seconds: Spread;
  readonly policies: readonly {
    readonly name: string;
    readonly signals: number;
    readonly runs: number;
    readonly regret: number | null;
  }[];
}

const policies = [
  { name: 'cooldown of a day', policy: { cooldown: 'P1D' } },
  {
    name: 'a week, two hours of quiet',
    policy: { cooldown: 'P7D', quietPeriod: 'PT2H', mostRuns: { count: 3, window: 'P30D' } },
  },
];

await runBenchmark({
  name: 'backtest',
  help,
  options: {
    days: { type: 'string', default: '365' },
    repetitions: { type: 'string', default: '5' },
  },
  async measure(values): Promise<Figures> {
    const days = readCount('days', values.days, 1);
    const repetitions = readCount('repetitions', values.repetitions, 1);
    const lines = makeHistory(days);
    const pinned = policies.map(({ name, policy }) => ({ name, pinned: pinModel(modelOf(policy)) }));
    const assumptions = {
      runLastsMs: null,
      runHours: null,
      runOutcome: 'released',
      pricePerHour: 1,
      unknownVersions: 'nearest',
    } as const;
    const fleet = { policy: null, models: ['busy'] };
    const play = () =>
      backtest({ lines, policies: pinned, fleet, assumptions, from: null, until: null, measure: null });
    const seconds: number[] = [];
    let found = play();
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const beganMs = performance.now();
      found = play();
      seconds.push((performance.now() - beganMs) / 1000);
    }
    const told = found.policies.map(({ name, signals, runs, regret }) => ({
      name,
      signals: signals.reduce((sum, each) => sum + each.signals, 0),
      runs: runs.started,
      regret: regret.said ? regret.regret : null,
    }));
    return { days, lines: lines.length, seconds: spreadOf(seconds), policies: told };
  },
  tell: ({ days, lines, seconds, policies: told }) =>
    [
      `${figure(days)} days, ${figure(lines)} lines, ${told.length} policies: ${seconds.median.toFixed(2)} s, ${seconds.least.toFixed(2)} to ${seconds.most.toFixed(2)} s`,
      renderTable(
        ['', 'signals', 'runs', 'regret'],
        told.map(({ name, signals, runs, regret }) => [
          name,
          figure(signals),
          figure(runs),
          regret === null ? 'not said' : regret.toFixed(2),
        ]),
      ),
    ].join('\n\n'),
});
