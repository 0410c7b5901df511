/**
 * The ledger: every decision, every run, every operator's word, every verdict on uploaded data, every look at a holdout,
 * and what serves where, in tables of Azure Table Storage.
 *
 * Owns: the rows, their keys, and that repeated or late writes do no harm.
 * Does not own: what is decided, and when it is written (the record activities).
 *
 * Invariants
 * 1. One row for each signal: its latest answer. One row for each run: as far as it has come. One row for each content
 *    of a file: the latest verdict.
 * 2. A run's row only moves forward, whatever order its writes come in: each is conditional on what was read.
 * 3. A run's look is in every part of its holdout before the run is judged, and counts there once.
 * 4. Decisions and verdicts sort newest first by their keys.
 * 5. One row for each endpoint: the latest deployment, whatever order the events come in.
 */
import type { TableClient } from '@azure/data-tables';
import { azureError } from '../azure/azure-error.ts';
import { callLimit } from '../azure/call-limits.ts';
import type { DataVerdict } from '../domain/data-verdict.ts';
import type { Decision } from '../domain/decision.ts';
import { type Deployment, isLater } from '../domain/deployment.ts';
import type { Operation } from '../domain/operation.ts';
import { modelOfRun, type Run } from '../domain/run.ts';
import { findRow, retryLostRaces, writeForward, writeRow } from './conditional-writes.ts';
import { type KnownVerdict, listVerdicts, readKnownVerdicts, verdictRow } from './data-row.ts';
import { decisionOf, decisionRow } from './decision-row.ts';
import { deploymentOf, deploymentRow } from './deployment-row.ts';
import { operationRow, readOperations } from './operations.ts';
import { listPartitions, quote } from './partitions.ts';
import { type DecisionQuery, readDecisions } from './read-decisions.ts';
import { isAsFarAs, runOf, runRow } from './run-row.ts';
import { type AskedLook, type TakenLook, takeLook } from './take-look.ts';

export const decisionsTable = 'RatchetDecisions';
export const runsTable = 'RatchetRuns';
export const operationsTable = 'RatchetOperations';
export const dataTable = 'RatchetData';
export const deploymentsTable = 'RatchetDeployments';
export const holdoutsTable = 'RatchetHoldouts';

export class Ledger {
  readonly #decisions: TableClient;
  readonly #runs: TableClient;
  readonly #operations: TableClient;
  readonly #data: TableClient;
  readonly #deployments: TableClient;
  readonly #holdouts: TableClient;
  readonly #ready = new Map<TableClient, Promise<void>>();

  constructor(openTable: (name: string) => TableClient) {
    this.#decisions = openTable(decisionsTable);
    this.#runs = openTable(runsTable);
    this.#operations = openTable(operationsTable);
    this.#data = openTable(dataTable);
    this.#deployments = openTable(deploymentsTable);
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
      writeForward(table, row, (known) => isAsFarAs(run, runOf(known))),
    );
  }

  /** Changes the row of a run that has settled; one the ledger does not know stays unknown. */
  async changeRun(runId: string, change: (run: Run) => Run): Promise<void> {
    const model = modelOfRun(runId);
    if (model === null) return;
    await this.#in(this.#runs, `changing run ${runId}`, { model, run: runId }, (table) =>
      retryLostRaces(async () => {
        const known = await findRow(table, model, runId);
        if (known) await writeRow(table, runRow(change(runOf(known))), known);
      }),
    );
  }

  /** Writes what an endpoint serves unless the ledger knows of a later deployment to it. */
  async recordDeployment(deployment: Deployment): Promise<void> {
    const { endpoint } = deployment;
    const row = deploymentRow(deployment);
    await this.#in(this.#deployments, `recording the deployment to ${endpoint}`, { endpoint }, (table) =>
      writeForward(table, row, (known) => isLater(deployment, deploymentOf(known))),
    );
  }

  /** What every endpoint serves. */
  listDeployments(): Promise<readonly Deployment[]> {
    return this.#in(this.#deployments, 'listing deployments', {}, async (table) => {
      const found: Deployment[] = [];
      for await (const row of table.listEntities(callLimit())) found.push(deploymentOf(row));
      return found;
    });
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

  /** Writes what an operator did; a repetition writes the same row. */
  async recordOperation(operation: Operation): Promise<void> {
    const subject = { operation: operation.id };
    await this.#in(this.#operations, `recording operation ${operation.id}`, subject, (table) =>
      table.upsertEntity(operationRow(operation), 'Replace', callLimit()),
    );
  }

  /** Newest first: of one model, of the fleet (null), or of all. */
  listOperations(query: {
    readonly model?: string | null | undefined;
    readonly limit: number;
  }): Promise<readonly Operation[]> {
    return this.#in(this.#operations, 'listing operations', {}, (table) => readOperations(table, query));
  }

  /** Writes the verdict on a file's content over an earlier one. */
  async recordVerdict(verdict: DataVerdict): Promise<void> {
    const { model, file } = verdict;
    const row = verdictRow(verdict);
    await this.#in(this.#data, `recording the verdict on ${file}`, { model, file }, (table) =>
      table.upsertEntity(row, 'Replace', callLimit()),
    );
  }

  /** Verdicts on a model's files, the latest upload first. */
  listVerdicts(model: string, limit: number): Promise<readonly DataVerdict[]> {
    return this.#in(this.#data, 'listing verdicts', { model }, (table) => listVerdicts(table, model, limit));
  }

  /** What is known of a model's files under these expectations, by `verdictKey`. */
  knownVerdicts(model: string, expectHash: string): Promise<ReadonlyMap<string, KnownVerdict>> {
    return this.#in(this.#data, 'reading verdicts', { model }, (table) =>
      readKnownVerdicts(table, model, expectHash),
    );
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
