/**
 * Signals per second, from the HTTP request to the recorded decision, against reports that ask for nothing.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalCloud } from '../local/launch/local-cloud.ts';
import { type Measuring, readCount, runBenchmark } from './measure/run-benchmark.ts';
import { quantile, ratiosOf, type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';
import { awaitDecisions, readRecordTimes } from './signals/recorded-decisions.ts';
import { type Sent, sendReports } from './signals/send-reports.ts';
import { startCloud } from './signals/start-cloud.ts';

const help = `npm run bench:signals -- [options]

Launches the local cloud and the host with the application and several models, and posts metric reports to
/api/models/{model}/metrics. First one report for each model starts a run, whose training job waits till the end. Then,
in rounds, as many reports that break a rule (each is a signal, and joins the run under way: outcome coalesced) as
reports about a metric that no rule watches (read, checked, answered, nothing more). Prints signals per second up to the last recorded
decision, p50 and p99 from request to recorded decision, the same for plain reports up to their answer, and the ratio.
Every signal must have exactly one decision, or the benchmark fails.

  --signals N       signals a round (default 300), and as many plain reports
  --rounds N        rounds (default 3)
  --models N        models the reports go to, in turn (default 20)
  --concurrency N   requests under way at once (default 16)
`;

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface SideFigures {
  readonly perSecond: Spread;
  /** From request to recorded decision; for plain reports, to the answer. */
  readonly latency: Latency;
  /** From request to answer. */
  readonly answer: Latency;
}

interface Figures {
  readonly signalsPerRound: number;
  readonly rounds: number;
  readonly models: number;
  readonly concurrency: number;
  readonly signals: SideFigures;
  readonly plainReports: SideFigures;
  readonly signalsByPlain: Spread;
  /** The reports that started the runs: one for each model, before the rounds. */
  readonly starts: Latency;
  /** Decisions by outcome, those of the starts included. */
  readonly outcomes: Readonly<Record<string, number>>;
  readonly sent: number;
  readonly lost: number;
}

await runBenchmark({
  name: 'signals',
  help,
  options: {
    signals: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '3' },
    models: { type: 'string', default: '20' },
    concurrency: { type: 'string', default: '16' },
  },
  async measure(values, measuring): Promise<Figures> {
    const load: Load = {
      count: readCount('signals', values.signals, 1),
      rounds: readCount('rounds', values.rounds, 1),
      models: readCount('models', values.models, 1),
      concurrency: readCount('concurrency', values.concurrency, 1),
    };
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    measuring.say('starting the local cloud and the host');
    const { cloud, models } = await startCloud(home, load.models, measuring);
    return measureSignals(cloud, models, load, measuring);
  },
  tell,
});

interface Load {
  readonly count: number;
  readonly rounds: number;
  readonly models: number;
  readonly concurrency: number;
}

async function measureSignals(
  cloud: LocalCloud,
  models: readonly string[],
  { count, rounds, concurrency }: Load,
  { say }: Measuring,
): Promise<Figures> {
  const since = new Date().toISOString();
  const send = (name: string, breaking: boolean, number: number): Promise<Sent[]> =>
    sendReports({ apiRoot: cloud.apiRoot, models, count: number, concurrency, breaking, name });
  const signalIds: string[] = [];
  const sendSignals = async (name: string, number: number): Promise<Sent[]> => {
    const sent = await send(name, true, number);
    signalIds.push(...sent.map(({ signalId }) => signalId!));
    await awaitDecisions(cloud, signalIds, since);
    return sent;
  };

  await send('warm-up', false, count);
  const starts = await sendSignals('start', models.length);
  await sendSignals('join', count);

  const signals: Sent[][] = [];
  const plain: Sent[][] = [];
  for (let round = 0; round < rounds; round++) {
    say(`round ${round + 1} of ${rounds}`);
    const takeSignals = async (): Promise<unknown> =>
      signals.push(await sendSignals(`signal-${round}`, count));
    const takePlain = async (): Promise<unknown> => plain.push(await send(`plain-${round}`, false, count));
    for (const take of round % 2 === 0 ? [takePlain, takeSignals] : [takeSignals, takePlain]) await take();
  }

  const outcomes = await awaitDecisions(cloud, signalIds, since);
  const recorded = await readRecordTimes(cloud);
  const recordedAtMs = ({ signalId }: Sent): number => recorded.get(signalId!)!;
  const answeredAtMs = (sent: Sent): number => sent.answeredAtMs;
  const signalSide = describe(signals, recordedAtMs);
  const plainSide = describe(plain, answeredAtMs);
  return {
    signalsPerRound: count,
    rounds,
    models: models.length,
    concurrency,
    signals: signalSide,
    plainReports: plainSide,
    signalsByPlain: ratiosOf(
      signals.map((batch) => rateOf(batch, recordedAtMs)),
      plain.map((batch) => rateOf(batch, answeredAtMs)),
    ),
    starts: latencyOf(starts, recordedAtMs),
    outcomes: countBy([...outcomes.values()]),
    sent: signalIds.length,
    lost: signalIds.filter((id) => !recorded.has(id)).length,
  };
}

type EndOf = (sent: Sent) => number;

function describe(rounds: readonly (readonly Sent[])[], endOf: EndOf): SideFigures {
  return {
    perSecond: spreadOf(rounds.map((batch) => rateOf(batch, endOf))),
    latency: latencyOf(rounds.flat(), endOf),
    answer: latencyOf(rounds.flat(), ({ answeredAtMs }) => answeredAtMs),
  };
}

function rateOf(batch: readonly Sent[], endOf: EndOf): number {
  const beganAtMs = Math.min(...batch.map(({ sentAtMs }) => sentAtMs));
  return (1000 * batch.length) / (Math.max(...batch.map(endOf)) - beganAtMs);
}

function latencyOf(batch: readonly Sent[], endOf: EndOf): Latency {
  const took = batch.map((sent) => endOf(sent) - sent.sentAtMs);
  return { p50Ms: quantile(took, 0.5), p99Ms: quantile(took, 0.99) };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function tell(figures: Figures): string {
  const { signalsPerRound, rounds, models, concurrency, signals, plainReports, starts } = figures;
  const row = (name: string, { perSecond, latency, answer }: SideFigures): string[] => [
    name,
    figure(perSecond.median),
    `${figure(perSecond.least)} to ${figure(perSecond.most)}`,
    `${figure(latency.p50Ms)} ms`,
    `${figure(latency.p99Ms)} ms`,
    `${figure(answer.p50Ms)} ms`,
  ];
  const outcomes = Object.entries(figures.outcomes).map(([outcome, count]) => `${count} ${outcome}`);
  return [
    `${rounds} rounds of ${signalsPerRound} signals and ${signalsPerRound} plain reports, ${models} models, ${concurrency} requests at once:`,
    '',
    renderTable(
      ['', 'per second', 'least to most', 'p50', 'p99', 'p50 of the answer'],
      [row('signal, to its recorded decision', signals), row('plain report, to its answer', plainReports)],
    ),
    '',
    `signals : plain reports  ${figure(figures.signalsByPlain.median)} of the rate`,
    `A signal that starts a run: p50 ${figure(starts.p50Ms)} ms, p99 ${figure(starts.p99Ms)} ms to its recorded decision (${models} of them, once).`,
    `${figures.sent} signals sent, ${figures.lost} lost; decisions: ${outcomes.join(', ')}.`,
  ].join('\n');
}
