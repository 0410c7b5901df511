import type { TableClient, TransactionAction } from '@azure/data-tables';
import { type ChainHead, makeEntry, noHash } from '../../shared/audit/log-entry.ts';
import type { Decision } from '../../shared/domain/decision.ts';
import type { Run } from '../../shared/domain/run.ts';
import { logRows } from '../../shared/ledger/decision-log.ts';
import { rowsOfDecision } from '../../shared/ledger/decisions.ts';
import { recordOfDecision } from '../../shared/ledger/log-records.ts';
import { runRow, runsByTime } from '../../shared/ledger/runs.ts';

/** How much a ledger holds, divided evenly among its models. */
export interface Size {
  readonly decisions: number;
  readonly runs: number;
  readonly models: number;
}

export const modelName = (index: number): string => `model-${String(index).padStart(2, '0')}`;

/** No two models at the same moment. */
const offsetMs = (model: string): number => Number(model.replace('model-', ''));

/** One decision a minute of each model. */
export function nthDecision(model: string, index: number): Decision {
  const at = new Date(Date.UTC(2020, 0, 1) + index * 60_000 + offsetMs(model)).toISOString();
  const id = `metric:${model}:accuracy-low:${index}`;
  return {
    signal: {
      id,
      model,
      kind: 'metric',
      observedAt: at,
      source: 'metrics-api',
      summary: 'accuracy 0.871 is below 0.95 (n=214, window 2020-W01)',
      evidence: { metric: 'accuracy', value: 0.871, bound: 0.95, sample: 214 },
    },
    outcome: index % 10 === 0 ? 'admitted' : 'coalesced',
    reason: index % 10 === 0 ? 'idle' : 'run-live',
    sentence: 'Joins the run under way, which is asked for more than one reason.',
    changedBy: 'A run of its own starts once that one has ended.',
    runId: runIdOf(model, Math.floor(index / 10)),
    offerAgainAt: null,
    signals: index % 10 === 0 ? [id] : [],
    freedRunId: null,
    offeredAt: at,
    decidedAt: at,
    configHash: 'c0ffee'.repeat(10),
  };
}

export function runIdOf(model: string, index: number): string {
  const day = new Date(Date.UTC(2020, 0, 1) + index * 600_000).toISOString().slice(0, 10).replaceAll('-', '');
  return `${model}-${day}-${index.toString(16).padStart(8, '0')}`;
}

/** One run every ten minutes of each model. */
export function nthRun(model: string, index: number): Run {
  const startedAt = new Date(Date.UTC(2020, 0, 1) + index * 600_000 + offsetMs(model)).toISOString();
  return {
    runId: runIdOf(model, index),
    model,
    kind: 'retrain',
    signalKind: 'metric',
    signals: [`metric:${model}:accuracy-low:${index * 10}`],
    phase: 'settled',
    outcome: 'gate-failed',
    sentence: 'accuracy: gain 0.001 is below 0.002 (n=4120).',
    startedAt,
    endedAt: startedAt,
    champion: null,
    challenger: { name: model, version: String(index), modelUri: `azureml://jobs/${index}/outputs/model` },
    registeredVersion: null,
    released: false,
    verdict: 'failed',
    configHash: 'c0ffee'.repeat(10),
  };
}

/** A transaction holds 100 rows: a decision has two, and two in the log. */
const atOnce = 25;

/** Writes what so many signals and runs leave behind: the rows that the ledger writes, many in a transaction. */
export async function fillLedger(
  decisions: TableClient,
  runs: TableClient,
  { decisions: decisionCount, runs: runCount, models }: Size,
): Promise<void> {
  for (let index = 0; index < models; index++) {
    const model = modelName(index);
    let head: ChainHead = { chain: `decisions/${model}`, count: 0, hash: noHash };
    await write(decisions, decisionCount / models, (nth) => {
      const decision = nthDecision(model, nth);
      const rows = rowsOfDecision(decision);
      const entry = makeEntry(head, recordOfDecision(rows[0], decision));
      head = { ...head, count: entry.n, hash: entry.hash };
      return [...rows, ...logRows(model, entry)];
    });
    await write(runs, runCount / models, (nth) => {
      const row = runRow(nthRun(model, nth));
      return [row, runsByTime.of(row)!];
    });
  }
}

type Row = { readonly partitionKey: string; readonly rowKey: string };

async function write(
  table: TableClient,
  count: number,
  rowsOf: (nth: number) => readonly Row[],
): Promise<void> {
  for (let first = 0; first < count; first += atOnce) {
    const actions: TransactionAction[] = [];
    for (let nth = first; nth < Math.min(first + atOnce, count); nth++) {
      for (const row of rowsOf(nth)) actions.push(['create', row]);
    }
    await table.submitTransaction(actions);
  }
}
