/** A year of many models with its ledger, in a storage emulator that grows by quarters. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pinModel } from '../../shared/config/pin.ts';
import { ModelConfigSchema, type PinnedModel } from '../../shared/config/schema.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';
import type { Ledger } from '../../shared/ledger/ledger.ts';
import { completeCards, openEmptyLedger } from '../ledger/open-ledger.ts';
import type { Measuring } from '../measure/run-benchmark.ts';
import { spreadOf } from '../measure/statistics.ts';
import { figure, renderTable } from '../measure/table.ts';
import { nameModels } from './write-models.ts';
import { type Rows, YearRows } from './write-year.ts';
import { dayMs, Year, type YearFigures, yearStartMs } from './year.ts';

const quarters = 4;
const rounds = 5;

interface Answer {
  readonly question: string;
  readonly requests: number;
  /** Median of the rounds. */
  readonly ms: number;
}

interface Quarter {
  readonly decisions: Rows;
  readonly runs: Rows;
  readonly answers: readonly Answer[];
}

export interface YearPlay extends YearFigures {
  readonly models: number;
  readonly quarters: readonly Quarter[];
}

export async function playYear(
  count: number,
  seed: string,
  { say, signal, ends }: Measuring,
): Promise<YearPlay> {
  const home = mkdtempSync(join(tmpdir(), 'ratchet-bench-'));
  ends.defer(() => rmSync(home, { recursive: true, force: true }));
  const opened = await openEmptyLedger(home);
  ends.defer(() => opened.stop());
  const rows = new YearRows(opened);
  const year = new Year(nameModels(count).map(pinOne), seed, rows);
  const found: Quarter[] = [];
  for (let quarter = 1; quarter <= quarters; quarter++) {
    for (let day = 1; day <= 91; day++) {
      signal.throwIfAborted();
      year.playUntil(yearStartMs + (91 * (quarter - 1) + day) * dayMs);
      // Lets Ctrl-C be heard.
      await new Promise(setImmediate);
    }
    say(`quarter ${quarter} is played: writing ${rows.waiting} decisions and runs`);
    await rows.write(signal);
    await rows.note(opened.ledger);
    await completeCards(opened.ledger);
    const { decisions, runs } = rows.figures();
    say(`the ledger has ${decisions.rows + runs.rows} rows: asking it`);
    found.push({ decisions, runs, answers: await ask(opened, rows.last()) });
  }
  return { models: count, ...year.figures(), quarters: found };
}

/** Weekly reports under one rule, a schedule once a month, a week between runs and four hours of jobs a month. */
function pinOne(model: string, index: number): PinnedModel {
  const job = { code: 'azureml:bench:1', environment: 'azureml:node:24', compute: 'cpu', timeout: 'PT20M' };
  const file = {
    model,
    data: { path: `${model}/`, evaluateOn: 1 },
    training: { ...job, command: 'node train.js ${{inputs.manifest}} ${{outputs.model}}' },
    evaluation: { ...job, command: 'node evaluate.js ${{inputs.challenger}} ${{outputs.evidence}}' },
    triggers: {
      metrics: [{ name: 'accuracy-low', metric: 'accuracy', below: 0.9 }],
      schedules: [{ name: 'monthly', cron: `${index % 60} ${index % 24} ${1 + (index % 28)} * *` }],
    },
    policy: { cooldown: 'P7D', budget: { window: 'P30D', computeHours: 4 } },
    gates: [{ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.75 }],
    release: { stages: [{ stage: 'production', channel: 'service-bus' }] },
  };
  return pinModel(ModelConfigSchema.parse(file));
}

interface Last {
  readonly decision: Decision;
  readonly run: Run;
}

async function ask(
  { ledger, requests }: { readonly ledger: Ledger; requests(): number },
  { decision, run }: Last,
): Promise<readonly Answer[]> {
  const { model, id } = decision.signal;
  const questions: Readonly<Record<string, () => Promise<unknown>>> = {
    'newest 50 decisions of all models': () => ledger.listDecisions({ limit: 50 }),
    'newest 50 decisions of a model': () => ledger.listDecisions({ model, limit: 50 }),
    'newest 50 runs of all models': () => ledger.listRuns({ limit: 50 }),
    'one decision by its signal': () => ledger.getDecision(model, id),
    'one run by its id': () => ledger.getRun(run.runId),
    'the cards of all models': () => ledger.cards.list('', 'z'),
    'recording a decision again': () => ledger.recordDecision(decision),
  };
  const answers: Answer[] = [];
  for (const [question, put] of Object.entries(questions)) {
    const taken: number[] = [];
    let sent = 0;
    // The first time is not counted.
    for (let round = 0; round <= rounds; round++) {
      const [before, beganAtMs] = [requests(), performance.now()];
      const answer = await put();
      if (answer === null) throw new Error(`${question}: there is none`);
      if (round > 0) taken.push(performance.now() - beganAtMs);
      sent = requests() - before;
    }
    answers.push({ question, requests: sent, ms: spreadOf(taken).median });
  }
  return answers;
}

export function tellYear({ models, reports, quarters: found, ...year }: YearPlay): string {
  const { modelBytes, fleet, longestWaitDays } = year;
  const whole = (value: number): string => value.toLocaleString('en');
  const [last] = found.slice(-1);
  return [
    `${whole(models)} models, ${whole(reports)} reports, ${whole(last!.decisions.entries)} decisions, ${whole(last!.runs.entries)} runs`,
    `a model's state: ${whole(Math.round(modelBytes.mean))} bytes on the average, ${whole(modelBytes.largest)} at the most`,
    `the fleet's entity: ${whole(fleet.operations)} operations of ${fleet.cpuMs.toFixed(2)} ms of CPU, ${(fleet.stateBytes / 1e6).toFixed(2)} MB at the most`,
    `the longest wait for an answer: ${longestWaitDays.toFixed(1)} days`,
    '',
    renderTable(
      ['table', ...found.map((_, index) => `quarter ${index + 1}: rows`), 'partitions', 'largest, rows'],
      (['decisions', 'runs'] as const).map((name) => [
        name,
        ...found.map((quarter) => whole(quarter[name].rows)),
        whole(last![name].partitions),
        whole(last![name].largest),
      ]),
    ),
    '',
    renderTable(
      ['requests, and ms (median)', ...found.map((_, index) => `quarter ${index + 1}`)],
      last!.answers.map(({ question }, nth) => [
        question,
        ...found.map(({ answers }) => `${answers[nth]!.requests}; ${figure(answers[nth]!.ms)} ms`),
      ]),
    ),
  ].join('\n');
}
