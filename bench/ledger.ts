/**
 * What the ledger's questions cost, in a large ledger against a small one.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ledger } from '../shared/ledger/ledger.ts';
import { modelName, nthDecision, nthRun, runIdOf, type Size } from './ledger/fill.ts';
import { type FilledLedger, openFilledLedger } from './ledger/open-ledger.ts';
import { type Measuring, readCount, runBenchmark, UsageError } from './measure/run-benchmark.ts';
import { ratiosOf, type Spread, spreadOf } from './measure/statistics.ts';
import { figure, renderTable } from './measure/table.ts';

const help = `npm run bench:ledger -- [options]

Fills two ledgers, one a hundredth of the other, each in a storage emulator of its own in this process, and asks both the
same questions in turns: pages, one decision, one run, and writing one of each. Prints for every question how many requests it sends
to the table service, how long it takes (median of the rounds), and both as ratios of the large ledger to the small one.
The first time a question is asked is not counted.

  --decisions N     decisions in the large ledger (default 100000)
  --runs N          runs in it (default 10000)
  --models N        models they are of (default 10)
  --rounds N        how often each question is asked (default 15)
`;

/** How many times larger the one ledger is. */
const factor = 100;

interface SideFigures {
  readonly requests: number;
  readonly ms: Spread;
}

interface QuestionFigures {
  readonly question: string;
  readonly small: SideFigures;
  readonly large: SideFigures;
  readonly requestsRatio: number;
  readonly timeRatio: Spread;
}

interface Figures {
  readonly small: Size;
  readonly large: Size;
  readonly rounds: number;
  readonly questions: readonly QuestionFigures[];
}

/** Asks a ledger of a size; `round` makes what is written new each time. */
type Ask = (ledger: Ledger, size: Size, round: number) => Promise<unknown>;

const model = modelName(0);
/** So many of each model are in the small ledger, too: a page is as full in both. */
const [decisionsPage, runsPage] = [50, 10];

const questions: Readonly<Record<string, Ask>> = {
  'newest 50 decisions of a model': (ledger) => ledger.listDecisions({ model, limit: decisionsPage }),
  'newest 50 decisions of all models': (ledger) => ledger.listDecisions({ limit: decisionsPage }),
  'one of those, and the page after it': async (ledger) => {
    const { continuation } = await ledger.listDecisions({ limit: 1 });
    return ledger.listDecisions({ limit: decisionsPage, continuation: continuation! });
  },
  'one decision by its signal': async (ledger, { decisions, models }, round) => {
    const { signal } = nthDecision(model, round % (decisions / models));
    if (!(await ledger.getDecision(model, signal.id))) throw new Error(`no decision on ${signal.id}`);
  },
  'a signal that nobody knows': (ledger) => ledger.getDecision(model, `metric:${model}:nobody:1`),
  'newest 10 runs of a model': (ledger) => ledger.listRuns({ model, limit: runsPage }),
  'newest 10 runs of all models': (ledger) => ledger.listRuns({ limit: runsPage }),
  'one run by its id': async (ledger, { runs, models }, round) => {
    const runId = runIdOf(model, round % (runs / models));
    if (!(await ledger.getRun(runId))) throw new Error(`no run ${runId}`);
  },
  'the end of each chain of the log': (ledger) => ledger.log.heads(),
  '50 entries of the log of a model': (ledger) =>
    ledger.log.entries({ table: 'decisions', partition: model }, 0, decisionsPage),
  'recording a decision': (ledger, _size, round) =>
    ledger.recordDecision(nthDecision(model, 1_000_000 + round)),
  'recording a phase of a run': (ledger) =>
    ledger.recordRun({ ...nthRun(model, 1_000_000), phase: 'train', outcome: null, endedAt: null }),
  'recording the end of a run': (ledger, _size, round) => ledger.recordRun(nthRun(model, 2_000_000 + round)),
};

await runBenchmark({
  name: 'ledger',
  help,
  options: {
    decisions: { type: 'string', default: '100000' },
    runs: { type: 'string', default: '10000' },
    models: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '15' },
  },
  async measure(values, measuring): Promise<Figures> {
    const models = readCount('models', values.models, 1);
    const large = {
      decisions: readDivisible('decisions', values.decisions, models),
      runs: readDivisible('runs', values.runs, models),
      models,
    };
    const small = { decisions: large.decisions / factor, runs: large.runs / factor, models };
    const rounds = readCount('rounds', values.rounds, 1);
    const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
    measuring.ends.defer(() => rmSync(home, { recursive: true, force: true }));
    const open = async (name: string, size: Size): Promise<FilledLedger> => {
      measuring.say(`filling the ${name} ledger: ${size.decisions} decisions, ${size.runs} runs`);
      const filled = await openFilledLedger(join(home, name), size);
      measuring.ends.defer(() => filled.stop());
      return filled;
    };
    const sides = { small: await open('small', small), large: await open('large', large) };
    const figures: QuestionFigures[] = [];
    for (const [question, ask] of Object.entries(questions)) {
      figures.push(await measureQuestion(question, ask, sides, { small, large }, rounds, measuring));
    }
    return { small, large, rounds, questions: figures };
  },
  tell,
});

async function measureQuestion(
  question: string,
  ask: Ask,
  ledgers: Readonly<Record<'small' | 'large', FilledLedger>>,
  sizes: Readonly<Record<'small' | 'large', Size>>,
  rounds: number,
  { say, signal }: Measuring,
): Promise<QuestionFigures> {
  say(question);
  const taken = { small: [] as number[], large: [] as number[] };
  const requests = { small: 0, large: 0 };
  for (let round = 0; round <= rounds; round++) {
    signal.throwIfAborted();
    for (const side of round % 2 === 0 ? (['small', 'large'] as const) : (['large', 'small'] as const)) {
      const { ledger, requests: sent } = ledgers[side];
      const [before, beganAtMs] = [sent(), performance.now()];
      await ask(ledger, sizes[side], round);
      if (round === 0) continue;
      taken[side].push(performance.now() - beganAtMs);
      requests[side] = Math.max(requests[side], sent() - before);
    }
  }
  return {
    question,
    small: { requests: requests.small, ms: spreadOf(taken.small) },
    large: { requests: requests.large, ms: spreadOf(taken.large) },
    requestsRatio: requests.large / requests.small,
    timeRatio: ratiosOf(taken.large, taken.small),
  };
}

/** Both ledgers have whole numbers of everything for each model. */
function readDivisible(name: string, text: string, models: number): number {
  const count = readCount(name, text, 1);
  const step = models * factor;
  if (count % step === 0) return count;
  throw new UsageError(
    `--${name}: expected a multiple of ${step} for ${models} models, got ${count}; see --help`,
  );
}

function tell({ small, large, rounds, questions: figures }: Figures): string {
  const rows = figures.map(({ question, small: less, large: more, requestsRatio, timeRatio }) => [
    question,
    String(less.requests),
    String(more.requests),
    figure(requestsRatio),
    `${figure(less.ms.median)} ms`,
    `${figure(more.ms.median)} ms`,
    figure(timeRatio.median),
  ]);
  const sizeOf = ({ decisions, runs }: Size): string => `${decisions} decisions and ${runs} runs`;
  return [
    `${sizeOf(large)} of ${large.models} models against ${sizeOf(small)}, ${rounds} rounds:`,
    '',
    renderTable(['', 'requests', 'large', 'ratio', 'time', 'large', 'ratio'], rows),
  ].join('\n');
}
