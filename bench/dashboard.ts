/**
 * What the page in the browser costs in a large fleet: each question it asks of the API, and what a person waits for.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserFigures, measureBrowser } from './dashboard/measure-browser.ts';
import { type Seeded, seedFleet } from './dashboard/seed-fleet.ts';
import { modelName, nthDecision } from './ledger/fill.ts';
import { type Measuring, readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';
import { quantile } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:dashboard -- [options]

Fills the ledger of a local service, writes its model files and the states of its models, and asks the service what the page
asks, one question after the other. Prints for each how long it takes (median and 95th percentile of the rounds), and with
Chromium on this machine what a person waits for: from opening the page to the first models on it, and from a key or a click
to the answer, with every model there. The limits are 1 s and 100 ms.

  --decisions N     decisions in the ledger (default 100000)
  --runs N          runs in it (default 10000)
  --models N        models they are of (default 1000)
  --rounds N        how often each question is asked (default 30)
  --chromium PATH   the browser (default /usr/bin/chromium); without one the page is not measured
`;

interface QuestionFigures {
  readonly question: string;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly bytes: number;
}

interface Figures {
  readonly size: { readonly decisions: number; readonly runs: number; readonly models: number };
  readonly rounds: number;
  /** The first look at a ledger from before there were cards, and how long it took until the last of them was made. */
  readonly firstLookMs: number;
  readonly cardsMs: number;
  readonly questions: readonly QuestionFigures[];
  /** Null: there was no browser. */
  readonly browser: BrowserFigures | null;
}

/** Paths of one question; several are asked one after the other, as the page does. */
type Ask = (round: number, seeded: Seeded) => readonly string[];

const questions: Readonly<Record<string, Ask>> = {
  'a page of the fleet, 100 models': () => ['overview'],
  'all pages of the fleet': (_round, { continuations }) => [
    'overview?limit=200',
    ...continuations.map((continuation) => `overview?limit=200&continuation=${continuation}`),
  ],
  'a page of the list of models': () => ['models'],
  "a model's time line with its checks": (round, { checked, from, until }) => [
    `models/${checked[round % checked.length]}/timeline?from=${from}&until=${until}`,
  ],
  "a model's policy": (round, { models }) => [`models/${modelName(round % models)}/policy`],
  'the inbox': () => ['inbox'],
  'a decision': (round, { models }) => {
    const model = modelName(round % models);
    return [`decisions/${nthDecision(model, round % 10).signal.id}`];
  },
  'a look for changes': () => ['changes'],
};

await runBenchmark({
  name: 'dashboard',
  help,
  options: {
    decisions: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '10000' },
    models: { type: 'string', default: '1000' },
    rounds: { type: 'string', default: '30' },
    chromium: { type: 'string', default: '/usr/bin/chromium' },
  },
  async measure(values, measuring): Promise<Figures> {
    const models = readCount('models', values.models, 1);
    const size = {
      decisions: readDivisible('decisions', values.decisions, models),
      runs: readDivisible('runs', values.runs, models),
      models,
    };
    const rounds = readCount('rounds', values.rounds, 1);
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    const seeded = await seedFleet(home, size, measuring);
    const figures: QuestionFigures[] = [];
    for (const [question, ask] of Object.entries(questions)) {
      figures.push(await measureQuestion(question, ask, seeded, rounds, measuring));
    }
    const browser = await measureBrowser(seeded, { chromium: values.chromium, rounds: 5 }, measuring);
    return {
      size,
      rounds,
      firstLookMs: seeded.firstLookMs,
      cardsMs: seeded.cardsMs,
      questions: figures,
      browser,
    };
  },
  tell,
});

async function measureQuestion(
  question: string,
  ask: Ask,
  seeded: Seeded,
  rounds: number,
  { say, signal }: Measuring,
): Promise<QuestionFigures> {
  say(question);
  const taken: number[] = [];
  let bytes = 0;
  // The first time a question is asked, what it needs is loaded.
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    const beganAtMs = performance.now();
    bytes = 0;
    for (const path of ask(round, seeded)) {
      const response = await fetch(`${seeded.apiRoot}/${path}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path} answered ${response.status}: ${text.slice(0, 300)}`);
      bytes += text.length;
    }
    if (round > 0) taken.push(performance.now() - beganAtMs);
  }
  return { question, p50Ms: quantile(taken, 0.5), p95Ms: quantile(taken, 0.95), bytes };
}

/** Each model has a whole number of everything. */
function readDivisible(name: string, text: string, models: number): number {
  const count = readCount(name, text, 1);
  if (count % models === 0) return count;
  throw new UsageError(
    `--${name}: expected a multiple of ${models}, the number of models, got ${count}; see --help`,
  );
}

function tell({ size, rounds, firstLookMs, cardsMs, questions: figures, browser }: Figures): string {
  const rows = figures.map(({ question, p50Ms, p95Ms, bytes }) => [
    question,
    `${figure(p50Ms)} ms`,
    `${figure(p95Ms)} ms`,
    `${figure(bytes / 1024)} KiB`,
  ]);
  return [
    `${size.models} models, ${size.runs} runs, ${size.decisions} decisions, ${rounds} rounds:`,
    '',
    renderTable(['', 'p50', 'p95', 'answer'], rows),
    '',
    `a ledger without cards: the first look ${figure(firstLookMs)} ms; all cards made after ${figure(cardsMs / 1000)} s of looking, once`,
    ...(browser === null
      ? ['the page was not measured: there is no browser, or it has no table of models']
      : [
          `in Chromium: first models after ${figure(browser.firstRenderMs)} ms, all after ${figure(browser.allModelsMs)} ms (medians of ${browser.rounds}); with all of them there:`,
          ...browser.interactions.map(({ act, ms }) => `  ${act}: ${figure(ms)} ms`),
        ]),
  ].join('\n');
}
