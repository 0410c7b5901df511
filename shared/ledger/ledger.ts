/**
 * The ledger: every decision, every run, every operator's word, every verdict on uploaded data, every look at a holdout,
 * and what serves where, in tables of Azure Table Storage.
 *
 * Owns: the rows, their keys, and that repeated or late writes do no harm.
 * Does not own: what is decided, and when it is written (the record activities).
 *
 * Invariants
 * 1. Each signal is listed once: its latest answer. So is each run, as far as it has come, and each content of a file
 *    with its latest verdict.
 * 2. A run only moves forward, whatever order its writes come in: each is conditional on what was read.
 * 3. A run's look is in every part of its holdout before the run is judged, and counts there once.
 * 4. What is listed sorts newest first by its keys, and what has an id is found by keys alone. Where that takes two
 *    rows, they are written in one transaction; ledgers of before there were two are completed (second-rows.ts).
 * 5. One row for each endpoint: the latest deployment, whatever order the events come in.
 * 6. What is decided, done and released is in a chain of hashes, too, in the same transaction (decision-log.ts).
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { DataVerdict } from '../domain/data-verdict.ts';
import type { Decision } from '../domain/decision.ts';
import { type Deployment, isLater } from '../domain/deployment.ts';
import type { NoticeRow } from '../domain/notice.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import type { Run } from '../domain/run.ts';
import { retryLostRaces, writeForward } from './conditional-writes.ts';
import {
  type KnownVerdict,
  readKnownVerdicts,
  readVerdicts,
  type VerdictQuery,
  verdictRow,
} from './data-row.ts';
import { type DecisionQuery, readDecision, readDecisions, writeDecision } from './decisions.ts';
import { deploymentOf, deploymentRow } from './deployment-row.ts';
import { LogReader } from './log-reader.ts';
import { readNotices, writeNotice } from './notices.ts';
import { onReadyTables } from './on-ready-tables.ts';
import { type OperationQuery, readOperations, readOperationsAbout, writeOperation } from './operations.ts';
import type { Page } from './read-newest.ts';
import { type ReleaseQuery, readRelease, readReleases, readReleasesOf, writeRelease } from './releases.ts';
import { changeRun, type RunQuery, readRun, readRuns, writeRun } from './runs.ts';
import { type AskedLook, type TakenLook, takeLook } from './take-look.ts';

export const decisionsTable = 'RatchetDecisions';
export const runsTable = 'RatchetRuns';
const operationsTable = 'RatchetOperations';
const dataTable = 'RatchetData';
const deploymentsTable = 'RatchetDeployments';
const holdoutsTable = 'RatchetHoldouts';
const releasesTable = 'RatchetReleases';
const noticesTable = 'RatchetNotices';

export class Ledger {
  readonly #decisions: TableClient;
  readonly #runs: TableClient;
  readonly #operations: TableClient;
  readonly #data: TableClient;
  readonly #deployments: TableClient;
  readonly #holdouts: TableClient;
  readonly #releases: TableClient;
  readonly #notices: TableClient;
  readonly #in = onReadyTables();
  /** What is decided, done and released, as a chain of hashes. */
  readonly log: LogReader;

  constructor(openTable: (name: string) => TableClient) {
    this.#decisions = openTable(decisionsTable);
    this.#runs = openTable(runsTable);
    this.#operations = openTable(operationsTable);
    this.#data = openTable(dataTable);
    this.#deployments = openTable(deploymentsTable);
    this.#holdouts = openTable(holdoutsTable);
    this.#releases = openTable(releasesTable);
    this.#notices = openTable(noticesTable);
    const logged = {
      decisions: this.#decisions,
      runs: this.#runs,
      operations: this.#operations,
      releases: this.#releases,
    };
    this.log = new LogReader((name, asked, work) => this.#in(logged[name], asked, {}, work));
  }

  /** Writes the answer to a signal over an earlier one. */
  async recordDecision(decision: Decision): Promise<void> {
    const { id: signal, model } = decision.signal;
    const asked = `recording the decision on signal ${signal}`;
    await this.#in(this.#decisions, asked, { model, signal }, (table) => writeDecision(table, decision));
  }

  /** Writes a run unless the ledger knows it to be further. */
  async recordRun(run: Run): Promise<void> {
    const subject = { model: run.model, run: run.runId };
    await this.#in(this.#runs, `recording run ${run.runId}`, subject, (table) => writeRun(table, run));
  }

  /** Changes the row of a run that has settled; one the ledger does not know stays unknown. */
  async changeRun(runId: string, change: (run: Run) => Run): Promise<void> {
    const subject = { run: runId };
    await this.#in(this.#runs, `changing run ${runId}`, subject, (table) => changeRun(table, runId, change));
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
    return this.#in(
      this.#holdouts,
      `recording the interim look of run ${runId} at its holdout`,
      subject,
      (table) => retryLostRaces(() => takeLook(table, asked, spend)),
    );
  }

  /** A page of decisions. */
  listDecisions(query: DecisionQuery): Promise<Page<Decision>> {
    return this.#in(this.#decisions, 'listing decisions', {}, (table) => readDecisions(table, query));
  }

  getDecision(model: string, signalId: string): Promise<Decision | null> {
    const subject = { model, signal: signalId };
    return this.#in(this.#decisions, `reading the decision on signal ${signalId}`, subject, (table) =>
      readDecision(table, model, signalId),
    );
  }

  /** A page of runs. */
  listRuns(query: RunQuery): Promise<Page<Run>> {
    return this.#in(this.#runs, 'listing runs', {}, (table) => readRuns(table, query));
  }

  getRun(runId: string): Promise<Run | null> {
    return this.#in(this.#runs, `reading run ${runId}`, { run: runId }, (table) => readRun(table, runId));
  }

  /** Writes what an operator did; a repetition writes the same row. */
  async recordOperation(operation: Operation): Promise<void> {
    const subject = { operation: operation.id };
    await this.#in(this.#operations, `recording operation ${operation.id}`, subject, (table) =>
      writeOperation(table, operation),
    );
  }

  /** A page of what operators did. */
  listOperations(query: OperationQuery): Promise<Page<Operation>> {
    return this.#in(this.#operations, 'listing operations', {}, (table) => readOperations(table, query));
  }

  /** What was ordered of a run or a release, newest first. */
  listOperationsAbout(about: { readonly model: string; readonly subject: string; readonly limit: number }) {
    const { model, subject } = about;
    return this.#in(this.#operations, `reading operations on ${subject}`, { model }, (table) =>
      readOperationsAbout(table, about),
    );
  }

  /** Writes a release unless the ledger has a later word of it. */
  async recordRelease(release: ReleaseRow): Promise<void> {
    const { releaseId, model } = release;
    const subject = { model: model.name, release: releaseId };
    await this.#in(this.#releases, `recording release ${releaseId}`, subject, (table) =>
      writeRelease(table, release),
    );
  }

  /** A page of releases, the newest first. */
  listReleases(query: ReleaseQuery): Promise<Page<ReleaseRow>> {
    return this.#in(this.#releases, 'listing releases', {}, (table) => readReleases(table, query));
  }

  /** The releases of one version of a model, newest first. */
  listReleasesOf(of: { readonly model: string; readonly version: string; readonly limit: number }) {
    const { model, version } = of;
    return this.#in(this.#releases, `reading releases of ${model}:${version}`, { model, version }, (table) =>
      readReleasesOf(table, of),
    );
  }

  getRelease(releaseId: string): Promise<ReleaseRow | null> {
    const subject = { release: releaseId };
    return this.#in(this.#releases, `reading release ${releaseId}`, subject, (table) =>
      readRelease(table, releaseId),
    );
  }

  /** Writes what became of a notice to one receiver, unless the ledger knows of a later try. */
  async recordNotice(notice: NoticeRow): Promise<void> {
    const { id, to } = notice;
    await this.#in(this.#notices, `recording notice ${id} to ${to}`, { notice: id }, (table) =>
      writeNotice(table, notice),
    );
  }

  /** What people were told of a release or a run, the latest first. */
  listNotices(subject: string): Promise<readonly NoticeRow[]> {
    return this.#in(this.#notices, `listing the notices of ${subject}`, { subject }, (table) =>
      readNotices(table, subject),
    );
  }

  /** Writes the verdict on a file's content over an earlier one. */
  async recordVerdict(verdict: DataVerdict): Promise<void> {
    const { model, file } = verdict;
    const row = verdictRow(verdict);
    await this.#in(this.#data, `recording the verdict on ${file}`, { model, file }, (table) =>
      table.upsertEntity(row, 'Replace', callLimit()),
    );
  }

  /** A page of verdicts on a model's files, the latest upload first. */
  listVerdicts(query: VerdictQuery): Promise<Page<DataVerdict>> {
    const { model } = query;
    return this.#in(this.#data, 'listing verdicts', { model }, (table) => readVerdicts(table, query));
  }

  /** What is known of a model's files under these expectations, by `verdictKey`. */
  knownVerdicts(model: string, expectHash: string): Promise<ReadonlyMap<string, KnownVerdict>> {
    return this.#in(this.#data, 'reading verdicts', { model }, (table) =>
      readKnownVerdicts(table, model, expectHash),
    );
  }
}
