/**
 * The jobs of the workspace, on disk.
 *
 * Owns: every change of a job, with the events that tell of it in the same transaction.
 * Does not own: when a job changes (job-runner, arm/jobs.ts).
 *
 * Invariants
 * 1. A job moves forward only (job-status.ts) and ends once.
 * 2. Each status a job takes puts its events into the outbox, once.
 */
import type { DatabaseSync } from 'node:sqlite';
import { crashPoint } from '../../crash-point.ts';
import { inTransaction } from '../../process/in-transaction.ts';
import type { Details } from '../details.ts';
import { runEvents } from '../events.ts';
import { isTerminal, type JobStatus, mayMove, type TerminalStatus } from '../job-status.ts';
import type { AnyDefinition } from '../pipeline-definition.ts';
import type { Outbox } from './outbox.ts';

export interface JobError {
  readonly code: string;
  readonly message: string;
}

/** Enough to know a process again after a restart: a process id alone may be somebody else's by then. */
export interface ProcessMark {
  readonly pid: number;
  readonly startedAs: string;
}

/** Which step of which pipeline a job is; or which trial of which sweep, by its number. */
interface StepMark {
  readonly pipeline: string;
  readonly step: string;
}

export interface Job {
  readonly seq: number;
  readonly name: string;
  readonly definition: AnyDefinition;
  readonly details: Details;
  readonly status: JobStatus;
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly startedMs: number | null;
  readonly endedMs: number | null;
  readonly attempts: number;
  readonly process: ProcessMark | null;
  readonly error: JobError | null;
  /** Null for a job that somebody submitted. */
  readonly partOf: StepMark | null;
}

export class JobStore {
  readonly #database: DatabaseSync;
  readonly #outbox: Outbox;
  readonly #now: () => number;
  /** Told of each job that has ended, once that is kept. */
  whenEnded: (job: Job) => void = () => {};

  constructor(database: DatabaseSync, outbox: Outbox, now: () => number) {
    this.#database = database;
    this.#outbox = outbox;
    this.#now = now;
  }

  find(name: string): Job | undefined {
    const row = this.#database.prepare(`${select} WHERE name = ?`).get(name);
    return row && jobOf(row as unknown as JobRow);
  }

  /** Newest first. */
  all(): Job[] {
    const rows = this.#database.prepare(`${select} ORDER BY seq DESC`).all();
    return (rows as unknown as JobRow[]).map(jobOf);
  }

  /** The steps of a pipeline, or the trials of a sweep, that have been submitted, in that order. */
  stepsOf(pipeline: string): Job[] {
    const rows = this.#database.prepare(`${select} WHERE job_steps.pipeline = ? ORDER BY seq`).all(pipeline);
    return (rows as unknown as JobRow[]).map(jobOf);
  }

  unfinished(): Job[] {
    return this.all()
      .filter((job) => !isTerminal(job.status))
      .reverse();
  }

  experimentExists(experiment: string): boolean {
    return (
      this.#database.prepare('SELECT 1 FROM jobs WHERE experiment = ? LIMIT 1').get(experiment) !== undefined
    );
  }

  add(name: string, definition: AnyDefinition, details: Details, partOf: StepMark | null = null): Job {
    const job = this.#change(() => {
      const nowMs = this.#now();
      this.#database
        .prepare(
          `INSERT INTO jobs (name, experiment, definition, details, status, created_ms, modified_ms)
           VALUES (?, ?, ?, ?, 'NotStarted', ?, ?)`,
        )
        .run(
          name,
          definition.experimentName,
          JSON.stringify(definition),
          JSON.stringify(details),
          nowMs,
          nowMs,
        );
      if (partOf) {
        this.#database
          .prepare('INSERT INTO job_steps (job, pipeline, step) VALUES (?, ?, ?)')
          .run(name, partOf.pipeline, partOf.step);
      }
      const added = this.find(name)!;
      this.#outbox.put(this.#eventsOf(added, nowMs));
      crashPoint('job-before-submit-commit');
      return added;
    }, 'job-after-submit-commit');
    return job;
  }

  setDetails(name: string, details: Details): void {
    this.#database
      .prepare('UPDATE jobs SET details = ?, modified_ms = ? WHERE name = ?')
      .run(JSON.stringify(details), this.#now(), name);
  }

  /** Whether the job moved: false when it is already there, beyond, or gone. */
  advance(name: string, status: Exclude<JobStatus, TerminalStatus>): boolean {
    return this.#change(() => this.#move(name, status, null));
  }

  finish(name: string, status: TerminalStatus, error: JobError | null = null): boolean {
    const atEnd = status === 'Completed';
    const moved = this.#change(
      () => {
        const didMove = this.#move(name, status, error);
        if (atEnd) crashPoint('job-before-complete-commit');
        return didMove;
      },
      atEnd ? 'job-after-complete-commit' : undefined,
    );
    const job = moved ? this.find(name) : undefined;
    if (job) this.whenEnded(job);
    return moved;
  }

  /** Counts the attempt and forgets what an earlier one logged: a job run again starts from nothing. */
  beginAttempt(name: string): number {
    return inTransaction(this.#database, () => {
      this.#database.prepare('DELETE FROM metrics WHERE run = ?').run(name);
      this.#database.prepare('DELETE FROM params WHERE run = ?').run(name);
      this.#database
        .prepare(
          'UPDATE jobs SET attempts = attempts + 1, process = NULL, started_ms = ifnull(started_ms, ?) WHERE name = ?',
        )
        .run(this.#now(), name);
      return this.find(name)?.attempts ?? 0;
    });
  }

  setProcess(name: string, mark: ProcessMark | null): void {
    this.#database
      .prepare('UPDATE jobs SET process = ? WHERE name = ?')
      .run(mark && JSON.stringify(mark), name);
  }

  remove(name: string): void {
    inTransaction(this.#database, () => {
      for (const table of ['metrics', 'params']) {
        this.#database.prepare(`DELETE FROM ${table} WHERE run = ?`).run(name);
      }
      this.#database.prepare('DELETE FROM job_steps WHERE job = ?').run(name);
      this.#database.prepare('DELETE FROM jobs WHERE name = ?').run(name);
    });
  }

  #move(name: string, status: JobStatus, error: JobError | null): boolean {
    const job = this.find(name);
    if (!job || !mayMove(job.status, status)) return false;
    const nowMs = this.#now();
    this.#database
      .prepare('UPDATE jobs SET status = ?, modified_ms = ?, ended_ms = ?, error = ? WHERE name = ?')
      .run(status, nowMs, isTerminal(status) ? nowMs : null, error && JSON.stringify(error), name);
    if (isTerminal(status)) this.setProcess(name, null);
    this.#outbox.put(this.#eventsOf(this.find(name)!, nowMs));
    return true;
  }

  #eventsOf(job: Job, nowMs: number) {
    const { name, seq, definition, details, status, partOf } = job;
    const facts = {
      ...{ job: name, seq, experiment: definition.experimentName, tags: details.tags },
      ...{ jobType: definition.jobType, pipeline: partOf?.pipeline, isTrial: isTrial(partOf) },
    };
    return runEvents({ ...facts, properties: jobProperties(job) }, status, nowMs);
  }

  #change<T>(change: () => T, crashAfterCommit?: string): T {
    const result = inTransaction(this.#database, change);
    if (crashAfterCommit) crashPoint(crashAfterCommit);
    this.#outbox.drain();
    return result;
  }
}

/** No step's name begins with a digit. */
const isTrial = (partOf: StepMark | null): boolean => /^\d/.test(partOf?.step ?? '');

/** The properties a caller gave, with what the service has to say about the job's course. */
export function jobProperties(job: Job): Record<string, string> {
  return {
    ...job.details.properties,
    ...(job.attempts > 0 && { attempts: String(job.attempts) }),
    ...(job.error && { errorCode: job.error.code, errorMessage: job.error.message }),
  };
}

const select = 'SELECT jobs.*, pipeline, step FROM jobs LEFT JOIN job_steps ON job_steps.job = jobs.name';

interface JobRow {
  seq: number;
  name: string;
  definition: string;
  details: string;
  status: JobStatus;
  created_ms: number;
  modified_ms: number;
  started_ms: number | null;
  ended_ms: number | null;
  attempts: number;
  process: string | null;
  error: string | null;
  pipeline: string | null;
  step: string | null;
}

function jobOf(row: JobRow): Job {
  return {
    seq: row.seq,
    name: row.name,
    definition: JSON.parse(row.definition) as AnyDefinition,
    details: JSON.parse(row.details) as Details,
    status: row.status,
    createdMs: row.created_ms,
    modifiedMs: row.modified_ms,
    startedMs: row.started_ms,
    endedMs: row.ended_ms,
    attempts: row.attempts,
    process: row.process === null ? null : (JSON.parse(row.process) as ProcessMark),
    error: row.error === null ? null : (JSON.parse(row.error) as JobError),
    partOf: row.pipeline === null ? null : { pipeline: row.pipeline, step: row.step! },
  };
}
