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
 * 7. What is written is noted on the model's card before its writer is told that it is (cards.ts).
 */
import type { TableClient } from '@azure/data-tables';
import { callLimit } from '../azure/call-limits.ts';
import type { Decision } from '../domain/decision.ts';
import { type Deployment, isLater } from '../domain/deployment.ts';
import { noteDecision, noteOperation, noteRelease, noteRun } from '../domain/model-card.ts';
import type { Operation } from '../domain/operation.ts';
import type { ReleaseRow } from '../domain/release-state.ts';
import { modelOfRun, type Run } from '../domain/run.ts';
import { buildCard } from './build-card.ts';
import { Cards } from './cards.ts';
import { ChangeWatch } from './change-watch.ts';
import { Checks } from './checks.ts';
import { retryLostRaces, writeForward } from './conditional-writes.ts';
import { type DecisionQuery, readDecision, readDecisions, writeDecision } from './decisions.ts';
import { deploymentOf, deploymentRow } from './deployment-row.ts';
import { LogReader } from './log-reader.ts';
import { Notices } from './notices.ts';
import { onReadyTables } from './on-ready-tables.ts';
import { type OperationQuery, readOperations, readOperationsAbout, writeOperation } from './operations.ts';
import { listPartitions } from './partitions.ts';
import type { Page } from './read-newest.ts';
import { type ReleaseQuery, readRelease, readReleases, readReleasesOf, writeRelease } from './releases.ts';
import { changeRun, type RunQuery, readRun, readRuns, writeRun } from './runs.ts';
import { type AskedLook, type TakenLook, takeLook } from './take-look.ts';
import { Trainings } from './trainings.ts';
import { Verdicts } from './verdicts.ts';

export const decisionsTable = 'RatchetDecisions';
export const runsTable = 'RatchetRuns';
const operationsTable = 'RatchetOperations';
const dataTable = 'RatchetData';
const deploymentsTable = 'RatchetDeployments';
const holdoutsTable = 'RatchetHoldouts';
const releasesTable = 'RatchetReleases';
const noticesTable = 'RatchetNotices';
const cardsTable = 'RatchetCards';
const checksTable = 'RatchetChecks';
const trainingsTable = 'RatchetTrainings';

export class Ledger {
  readonly #decisions: TableClient;
  readonly #runs: TableClient;
  readonly #operations: TableClient;
  readonly #deployments: TableClient;
  readonly #holdouts: TableClient;
  readonly #releases: TableClient;
  readonly #in = onReadyTables();
  /** What is decided, done and released, as a chain of hashes. */
  readonly log: LogReader;
  /** How each model stands, and what has changed. */
  readonly cards: Cards;
  readonly changes: ChangeWatch;
  /** What people were told. */
  readonly notices: Notices;
  /** What is known of uploaded files. */
  readonly verdicts: Verdicts;
  /** What rules have found, nothing included. */
  readonly checks: Checks;
  /** Trainings that may be taken again, by what went into them. */
  readonly trainings: Trainings;

  constructor(openTable: (name: string) => TableClient) {
    this.#decisions = openTable(decisionsTable);
    this.#runs = openTable(runsTable);
    this.#operations = openTable(operationsTable);
    this.#deployments = openTable(deploymentsTable);
    this.#holdouts = openTable(holdoutsTable);
    this.#releases = openTable(releasesTable);
    const [decisions, runs] = [this.#decisions, this.#runs];
    const logged = { decisions, runs, operations: this.#operations, releases: this.#releases };
    this.log = new LogReader((name, asked, work) => this.#in(logged[name], asked, {}, work));
    const [cards, checks] = [openTable(cardsTable), openTable(checksTable)];
    const [data, notices] = [openTable(dataTable), openTable(noticesTable)];
    const trainings = openTable(trainingsTable);
    this.cards = new Cards((asked, work) => this.#in(cards, asked, {}, work), {
      namesAfter: async (name, atMost) => {
        const asked = { after: name, atMost };
        const found = await Promise.all(
          Object.values(logged).map((table) =>
            this.#in(table, 'listing models', {}, (open) => listPartitions(open, asked)),
          ),
        );
        return [...new Set(found.flat())].sort().slice(0, atMost);
      },
      readCard: (model) => buildCard(this, model),
    });
    this.changes = new ChangeWatch(this.cards);
    this.notices = new Notices((asked, work) => this.#in(notices, asked, {}, work));
    this.trainings = new Trainings((asked, work) => this.#in(trainings, asked, {}, work));
    this.verdicts = new Verdicts((asked, work) => this.#in(data, asked, {}, work), this.cards);
    this.checks = new Checks((asked, work) => this.#in(checks, asked, {}, work), this.cards);
  }

  /** Writes the answer to a signal over an earlier one. */
  async recordDecision(decision: Decision): Promise<void> {
    const { id: signal, model } = decision.signal;
    const asked = `recording the decision on signal ${signal}`;
    await this.#in(this.#decisions, asked, { model, signal }, (table) => writeDecision(table, decision));
    await this.cards.note(model, { kind: 'decision', id: signal }, (card) => noteDecision(card, decision));
  }

  /** Writes a run unless the ledger knows it to be further. `since`: when its phase began (ISO 8601, UTC), where known. */
  async recordRun(run: Run, since?: string): Promise<void> {
    const { model, runId } = run;
    const subject = { model, run: runId };
    await this.#in(this.#runs, `recording run ${runId}`, subject, (table) => writeRun(table, run, since));
    await this.cards.note(model, { kind: 'run', id: runId }, (card) => noteRun(card, run));
  }

  /** Changes the row of a run that has settled; one the ledger does not know stays unknown. */
  async changeRun(runId: string, change: (run: Run) => Run): Promise<void> {
    const subject = { run: runId };
    await this.#in(this.#runs, `changing run ${runId}`, subject, (table) => changeRun(table, runId, change));
    const model = modelOfRun(runId);
    if (model !== null) await this.cards.note(model, { kind: 'run', id: runId });
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
  async listDecisions(query: DecisionQuery): Promise<Page<Decision>> {
    const latest = query.model === undefined ? await this.cards.latest('decision') : undefined;
    return this.#in(this.#decisions, 'listing decisions', {}, (table) => readDecisions(table, query, latest));
  }

  getDecision(model: string, signalId: string): Promise<Decision | null> {
    const subject = { model, signal: signalId };
    return this.#in(this.#decisions, `reading the decision on signal ${signalId}`, subject, (table) =>
      readDecision(table, model, signalId),
    );
  }

  /** A page of runs. */
  async listRuns(query: RunQuery): Promise<Page<Run>> {
    const latest = query.model === undefined ? await this.cards.latest('run') : undefined;
    return this.#in(this.#runs, 'listing runs', {}, (table) => readRuns(table, query, latest));
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
    const { model, id } = operation;
    await this.cards.note(model, { kind: 'operation', id }, (card) => noteOperation(card, operation));
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
    const note = { kind: 'release', id: releaseId } as const;
    await this.cards.note(model.name, note, (card) => noteRelease(card, release));
  }

  /** A page of releases, the newest first. */
  async listReleases(query: ReleaseQuery): Promise<Page<ReleaseRow>> {
    const latest = query.model === undefined ? await this.cards.latest('release') : undefined;
    return this.#in(this.#releases, 'listing releases', {}, (table) => readReleases(table, query, latest));
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
}
