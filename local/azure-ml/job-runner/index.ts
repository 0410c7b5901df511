/**
 * Runs the workspace's jobs as processes on this machine.
 *
 * Owns: the queue, how many jobs run at once, and a job's walk from NotStarted to its end.
 * Does not own: what a job may be (job-definition.ts), what is kept of it (store/jobs.ts), in which order the steps of a
 * pipeline come (pipelines.ts).
 *
 * Invariants
 * 1. Every job that was accepted ends in exactly one of Completed, Failed and Canceled, however often this program is
 *    killed on the way. A job caught running starts again from nothing; one caught uploading goes on uploading.
 * 2. At most `slots` jobs run at once; the rest wait in the order they were submitted.
 * 3. A job counts as work until its end is published.
 */
import { realpathSync } from 'node:fs';
import { type FileHandle, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { maskSecrets } from '../../../shared/mask-secrets.ts';
import type { CloudContext } from '../../cloud-context.ts';
import { ServiceError } from '../../http/service-error.ts';
import type { Blobs } from '../blobs.ts';
import { declaredNames, type JobDefinition, jobTimeoutMs } from '../job-definition.ts';
import type { JobFaults } from '../job-faults.ts';
import { isTerminal } from '../job-status.ts';
import type { Locator } from '../locate.ts';
import type { Job, JobError, JobStore } from '../store/jobs.ts';
import { fillWords, parseCommandLine } from './command-line.ts';
import { findFolder, makeEmpty, makeFolder, openInside } from './contained.ts';
import { jobEnvironment, secretsIn } from './environment.ts';
import { failUnlessWell, JobFailure } from './failure.ts';
import { prepareCode, prepareInputs } from './inputs.ts';
import { prepareOutputs, storeOutputs } from './outputs.ts';
import { runProcess } from './process.ts';
import { endLeftovers, killOrphan, killTree, markProcess } from './process-tree.ts';
import { wordsOf } from './run-ranks.ts';

interface RunnerDependencies {
  readonly cloud: Pick<CloudContext, 'home' | 'work' | 'log'>;
  readonly jobs: JobStore;
  readonly blobs: Blobs;
  readonly locator: Locator;
  readonly faults: Pick<JobFaults, 'take'>;
  readonly slots: number;
  readonly caFile: string;
  readonly trackingUri: string;
  /** A token for one attempt of a job; those of earlier attempts are worth nothing any more. */
  issueToken(job: string, attempt: number): string;
}

const logName = 'std_log.txt';

type StopReason = 'cancel' | 'stop';

export class JobRunner {
  readonly #deps: RunnerDependencies;
  /** Without links: what is below it is compared with what the system says. */
  readonly #home: string;
  readonly #waiting = new Map<string, () => void>();
  readonly #running = new Map<string, { readonly abort: AbortController; readonly done: Promise<void> }>();
  #stopping = false;

  constructor(dependencies: RunnerDependencies) {
    this.#deps = dependencies;
    this.#home = realpathSync(dependencies.cloud.home);
  }

  /** Takes up every job that has not ended. */
  start(): void {
    for (const job of this.#deps.jobs.unfinished()) {
      if (job.definition.jobType !== 'Command') continue;
      if (job.process && killOrphan(job.process)) {
        this.#deps.cloud.log(
          'warn',
          `azure-ml: job ${job.name}: ended its process, left over from the previous start of the local cloud`,
        );
      }
      if (job.status !== 'CancelRequested') this.submit(job.name);
      else void this.#endLeftovers(job.name).then(() => this.#deps.jobs.finish(job.name, 'Canceled'));
    }
  }

  submit(name: string): void {
    if (this.#waiting.has(name) || this.#running.has(name)) return;
    this.#waiting.set(name, this.#deps.cloud.work.begin());
    this.#deps.jobs.advance(name, 'Queued');
    this.#fillSlots();
  }

  /** Whether the job has ended by now; otherwise it will shortly. */
  cancel(name: string): boolean {
    const running = this.#running.get(name);
    if (running) {
      this.#deps.jobs.advance(name, 'CancelRequested');
      running.abort.abort('cancel' satisfies StopReason);
      return false;
    }
    this.#deps.jobs.finish(name, 'Canceled');
    this.#waiting.get(name)?.();
    this.#waiting.delete(name);
    return true;
  }

  /** Ends the processes and leaves their jobs as a kill would: the next start takes them up again. */
  async stop(): Promise<void> {
    this.#stopping = true;
    for (const { abort } of this.#running.values()) abort.abort('stop' satisfies StopReason);
    await Promise.all([...this.#running.values()].map((running) => running.done));
    for (const endWork of this.#waiting.values()) endWork();
    this.#waiting.clear();
  }

  folderOf(name: string): string {
    return join(this.#home, 'jobs', name);
  }

  logFileOf(name: string): string {
    return join(this.folderOf(name), 'logs', logName);
  }

  /** The log for reading; null where there is none, or the job has put something else there. */
  async openLog(name: string): Promise<FileHandle | null> {
    const folder = await findFolder(this.folderOf(name), 'logs');
    if (folder === null) return null;
    return openInside(`the log of job ${name}`, folder, join(folder, logName)).catch(() => null);
  }

  #fillSlots(): void {
    for (const [name, endWork] of this.#waiting) {
      if (this.#stopping || this.#running.size >= this.#deps.slots) return;
      this.#waiting.delete(name);
      const abort = new AbortController();
      const done = this.#run(name, abort.signal).finally(async () => {
        if (!this.#stopping) await this.#discard(name);
        this.#running.delete(name);
        endWork();
        this.#fillSlots();
      });
      this.#running.set(name, { abort, done });
    }
  }

  async #run(name: string, signal: AbortSignal): Promise<void> {
    const { jobs, cloud } = this.#deps;
    try {
      const job = jobs.find(name);
      if (!job || isTerminal(job.status) || job.definition.jobType !== 'Command') return;
      const { definition } = job;
      if (job.status !== 'Finalizing') await this.#attempt(job, definition, signal);
      signal.throwIfAborted();
      jobs.advance(name, 'Finalizing');
      await storeOutputs({ name, definition }, this.folderOf(name), this.#deps, signal);
      signal.throwIfAborted();
      jobs.finish(name, 'Completed');
    } catch (error) {
      if (signal.aborted && signal.reason === 'stop') return;
      if (signal.aborted) jobs.finish(name, 'Canceled');
      else jobs.finish(name, 'Failed', errorOf(error));
      if (!signal.aborted) cloud.log('warn', `azure-ml: job ${name} failed: ${errorOf(error).message}`);
    }
  }

  /** Runs the process once, in folders made anew. Throws unless it ends well. */
  async #attempt(job: Job, definition: JobDefinition, signal: AbortSignal): Promise<void> {
    const { name, partOf } = job;
    const { jobs } = this.#deps;
    const attempt = jobs.beginAttempt(name);
    jobs.advance(name, 'Starting');
    const folder = this.folderOf(name);
    await this.#endLeftovers(name); // of an attempt that ended with this program
    await emptyFolders(this.#home, name);
    const workingFolder = join(folder, 'code');
    await prepareCode(definition, workingFolder, this.#deps, signal);
    const inputs = await prepareInputs(definition, folder, this.#deps, signal);
    const outputs = await prepareOutputs(definition, folder);
    const words = parseCommandLine(definition.command, declaredNames(definition));
    const env = jobEnvironment(
      { name, definition },
      {
        folder,
        caFile: this.#deps.caFile,
        trackingUri: this.#deps.trackingUri,
        trackingToken: this.#deps.issueToken(name, attempt),
      },
    );
    const fault = this.#deps.faults.take(partOf ? `${partOf.pipeline}/${partOf.step}` : name);
    if (fault && !fault.whileItRuns) throw fault.failure;
    const taken = new AbortController();
    const filled = await wordsOf(definition, fillWords(words, { inputs, outputs }));
    signal.throwIfAborted();
    jobs.advance(name, 'Running');
    const end = await runProcess({
      words: filled,
      cwd: workingFolder,
      env,
      secrets: secretsIn(env),
      folder,
      logFile: this.logFileOf(name),
      timeoutMs: jobTimeoutMs(definition),
      signal: AbortSignal.any([signal, taken.signal]),
      onSpawn: (pid) => {
        this.#remember(name, pid);
        // Once somebody listens.
        if (fault) setImmediate(() => taken.abort());
      },
    });
    signal.throwIfAborted();
    if (fault) throw fault.failure;
    failUnlessWell(end, words[0] ? fillWords([words[0]], { inputs, outputs })[0]! : '');
  }

  async #endLeftovers(name: string): Promise<void> {
    if (await endLeftovers(this.folderOf(name))) return;
    this.#deps.cloud.log(
      'error',
      `azure-ml: job ${name}: processes that it left behind could not be ended; end them by hand`,
    );
  }

  /** What a job read can be had again; its code, outputs and log stay for whoever wants to know. */
  async #discard(name: string): Promise<void> {
    const folder = await findFolder(this.folderOf(name));
    if (folder === null) return; // never made, or a link by now: what it leads to is not the job's
    for (const part of ['inputs', 'tmp', 'home']) {
      await rm(join(folder, part), { recursive: true, force: true }).catch((error: unknown) =>
        this.#deps.cloud.log('warn', `azure-ml: job ${name}: ${part} stays on disk: ${String(error)}`),
      );
    }
  }

  #remember(name: string, pid: number): void {
    try {
      this.#deps.jobs.setProcess(name, markProcess(pid));
    } catch (error) {
      killTree(pid); // a process nobody would know of after a restart must not run
      throw error;
    }
  }
}

async function emptyFolders(home: string, job: string): Promise<void> {
  const folder = await makeFolder(home, 'jobs', job);
  for (const name of ['code', 'inputs', 'outputs', 'tmp', 'home']) await makeEmpty(folder, name);
  await makeFolder(folder, 'logs');
}

function errorOf(error: unknown): JobError {
  const code = error instanceof JobFailure || error instanceof ServiceError ? error.code : 'SystemError';
  return { code, message: maskSecrets(error instanceof Error ? error.message : String(error)) };
}
