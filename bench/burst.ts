/**
 * A burst of signals: all are sent at once, and every one must have its recorded decision.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readCount, runBenchmark } from './measure/run-benchmark.ts';
import { quantile } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';
import { awaitDecisions, readRecordTimes } from './signals/recorded-decisions.ts';
import { type Sent, sendReports } from './signals/send-reports.ts';
import { startCloud } from './signals/start-cloud.ts';

const help = `npm run bench:burst -- [options]

Launches the local cloud and the host with the application and many models in mode observe, so that every signal is
decided for good and no job runs, and posts metric reports that break a rule, all at once. Prints p50 and p99 from request
to answer and to recorded decision. Every signal must have exactly one decision, or the benchmark fails.

  --signals N   signals of the burst (default 1000); a tenth of them comes first, one after another, and is not counted
  --models N    models they go to, in turn (default 100)
`;

interface Latency {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly lastMs: number;
}

interface Figures {
  readonly signals: number;
  readonly models: number;
  readonly answered: Latency;
  readonly decided: Latency;
  /** Signals decided in a second, from the first request to the last recorded decision. */
  readonly perSecond: number;
  readonly outcomes: Readonly<Record<string, number>>;
  readonly lost: number;
}

await runBenchmark({
  name: 'burst',
  help,
  options: { signals: { type: 'string', default: '1000' }, models: { type: 'string', default: '100' } },
  async measure(values, measuring): Promise<Figures> {
    const count = readCount('signals', values.signals, 10);
    const modelCount = readCount('models', values.models, 1);
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    measuring.say('starting the local cloud and the host');
    const { cloud, models } = await startCloud(home, modelCount, measuring, { mode: 'observe' });
    const since = new Date().toISOString();
    const send = (name: string, number: number, concurrency: number): Promise<Sent[]> =>
      sendReports({ apiRoot: cloud.apiRoot, models, count: number, concurrency, breaking: true, name });
    const warm = await send('warm-up', Math.ceil(count / 10), 1);
    await awaitDecisions(
      cloud,
      warm.map(({ signalId }) => signalId!),
      since,
    );
    measuring.say(`sending ${count} signals at once`);
    const burst = await send('burst', count, count);
    const ids = burst.map(({ signalId }) => signalId!);
    const outcomes = await awaitDecisions(cloud, ids, since);
    const recorded = await readRecordTimes(cloud);
    const beganAtMs = Math.min(...burst.map(({ sentAtMs }) => sentAtMs));
    const decided = latencyOf(burst, ({ signalId }) => recorded.get(signalId!)!, beganAtMs);
    return {
      signals: count,
      models: models.length,
      answered: latencyOf(burst, ({ answeredAtMs }) => answeredAtMs, beganAtMs),
      decided,
      perSecond: (1000 * count) / decided.lastMs,
      outcomes: countBy(ids.map((id) => outcomes.get(id)!)),
      lost: ids.filter((id) => !recorded.has(id)).length,
    };
  },
  tell: ({ signals, models, answered, decided, perSecond, outcomes, lost }) =>
    [
      `${signals} signals at once over HTTP, ${models} models:`,
      '',
      renderTable(
        ['from the request', 'p50', 'p99', 'the last, from the first request'],
        [row('to the answer', answered), row('to the recorded decision', decided)],
      ),
      '',
      `${figure(perSecond)} decisions a second; ${lost} lost; decisions: ${Object.entries(outcomes)
        .map(([outcome, number]) => `${number} ${outcome}`)
        .join(', ')}.`,
    ].join('\n'),
});

function row(name: string, { p50Ms, p99Ms, lastMs }: Latency): string[] {
  return [name, `${figure(p50Ms)} ms`, `${figure(p99Ms)} ms`, `${figure(lastMs)} ms`];
}

function latencyOf(burst: readonly Sent[], endOf: (sent: Sent) => number, beganAtMs: number): Latency {
  const took = burst.map((sent) => endOf(sent) - sent.sentAtMs);
  return {
    p50Ms: quantile(took, 0.5),
    p99Ms: quantile(took, 0.99),
    lastMs: Math.max(...burst.map(endOf)) - beganAtMs,
  };
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
