/**
 * The ledger: every decision, every run and every look at a holdout, in three tables of Azure Table Storage.
 *
 * Owns: the rows, their keys, and that repeated or late writes do no harm.
 * Does not own: what is decided, and when it is written (the record activities).
 *
 * Invariants
 * 1. One row for each signal: its latest answer. One row for each run: as far as it has come.
 * 2. A run's row only moves forward, whatever order its writes come in: each is conditional on what was read.
 * 3. A run's look is in every part of its holdout before the run is judged, and counts there once.
 * 4. Decisions sort newest first by their keys.
 */
import type { TableClient } from '@azure/data-tables';
import { azureError } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';
import type { Decision } from '../domain/decision.ts';
import type { Run } from '../domain/run.ts';
import { findRow, retryLostRaces, writeRow } from './conditional-writes.ts';
import { decisionOf, decisionRow } from './decision-row.ts';
import { listPartitions, quote } from './partitions.ts';
import { type DecisionQuery, readDecisions } from './read-decisions.ts';
import { isAsFarAs, modelOfRun, runOf, runRow } from './run-row.ts';
import { type AskedLook, type TakenLook, takeLook } from './take-look.ts';

export const decisionsTable = 'RatchetDecisions';
export const runsTable = 'RatchetRuns';
export const holdoutsTable = 'RatchetHoldouts';

export class Ledger {
  readonly #decisions: TableClient;
  readonly #runs: TableClient;
  readonly #holdouts: TableClient;
  readonly #ready = new Map<TableClient, Promise<void>>();

  constructor(openTable: (name: string) => TableClient) {
    this.#decisions = openTable(decisionsTable);
    this.#runs = openTable(runsTable);
    this.#holdouts = openTable(holdoutsTable);
  }

  /** Writes the answer to a signal over an earlier one. */
  async recordDecision(decision: Decision): Promise<void> {
    const { id: signal, model } = decision.signal;
    const row = decisionRow(decision);
    await this.#in(
      this.#decisions,
      `recording the decision on signal ${signal}`,
      { model, signal },
      (table) => table.upsertEntity(row, 'Replace', callLimit()),
    );
  }

  /** Writes a run unless the ledger knows it to be further. */
  async recordRun(run: Run): Promise<void> {
    const { runId, model } = run;
    const row = runRow(run);
    await this.#in(this.#runs, `recording run ${runId}`, { model, run: runId }, (table) =>
      retryLostRaces(async () => {
        const known = await findRow(table, model, runId);
        if (known && !isAsFarAs(run, runOf(known))) return;
        await writeRow(table, row, known);
      }),
    );
  }

  /** Writes a run's look at every part of its holdout, once however often asked; `spend` says what it spends. */
  takeLook<Taken extends TakenLook>(asked: AskedLook, spend: (parts: TakenLook['parts']) => Taken) {
    const { model, runId } = asked;
    const subject = { model, run: runId };
    return this.#in(this.#holdouts, `recording the look of run ${runId} at its holdout`, subject, (table) =>
      retryLostRaces(() => takeLook(table, asked, spend)),
    );
  }

  /** Newest first. `continuationAfter` of read-decisions.ts gives the way to the next ones. */
  listDecisions(query: DecisionQuery): Promise<readonly Decision[]> {
    return this.#in(this.#decisions, 'listing decisions', {}, (table) => readDecisions(table, query));
  }

  /** Searches the model's decisions: the key of a row has the time of the signal, which the id does not tell. */
  getDecision(model: string, signalId: string): Promise<Decision | null> {
    const filter = `PartitionKey eq ${quote(model)} and signalId eq ${quote(signalId)}`;
    const subject = { model, signal: signalId };
    return this.#in(this.#decisions, `reading the decision on signal ${signalId}`, subject, async (table) => {
      for await (const row of table.listEntities({ queryOptions: { filter }, ...callLimit() }))
        return decisionOf(row);
      return null;
    });
  }

  /** Runs, newest first: of one model, or of all. */
  listRuns(query: { readonly model?: string | undefined; readonly limit: number }): Promise<readonly Run[]> {
    return this.#in(this.#runs, 'listing runs', {}, async (table) => {
      const models = query.model === undefined ? await listPartitions(table) : [query.model];
      const runs: Run[] = [];
      for (const model of models) runs.push(...(await readNewestRuns(table, model, query.limit)));
      return runs.sort(byStartDescending).slice(0, query.limit);
    });
  }

  async getRun(runId: string): Promise<Run | null> {
    const model = modelOfRun(runId);
    if (model === null) return null;
    const row = await this.#in(this.#runs, `reading run ${runId}`, { run: runId }, (table) =>
      findRow(table, model, runId),
    );
    return row && runOf(row);
  }

  /** Runs `work` on a table that exists, and tells its failure in our words. */
  async #in<T>(
    table: TableClient,
    asked: string,
    subject: Readonly<Record<string, string>>,
    work: (table: TableClient) => Promise<T>,
  ): Promise<T> {
    try {
      await this.#ensure(table);
      return await work(table);
    } catch (error) {
      throw azureError(asked, subject, error);
    }
  }

  /** Creates the table once in a process. A failure is not kept: the next caller tries again. */
  #ensure(table: TableClient): Promise<void> {
    let ready = this.#ready.get(table);
    if (!ready) {
      ready = table.createTable(callLimit()).catch((error: unknown) => {
        this.#ready.delete(table);
        throw error;
      });
      this.#ready.set(table, ready);
    }
    return ready;
  }
}

/** A run id begins with model and date, so rows come oldest first: only the last `count` are kept. */
async function readNewestRuns(table: TableClient, model: string, count: number): Promise<Run[]> {
  const filter = `PartitionKey eq ${quote(model)}`;
  let newest: Run[] = [];
  for await (const page of table.listEntities({ queryOptions: { filter }, ...callLimit() }).byPage()) {
    newest = [...newest, ...page.map(runOf)].sort(byStartDescending).slice(0, count);
  }
  return newest;
}

function byStartDescending(a: Run, b: Run): number {
  return a.startedAt < b.startedAt ? 1 : a.startedAt > b.startedAt ? -1 : a.runId < b.runId ? 1 : -1;
}
