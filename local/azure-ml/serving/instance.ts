/**
 * One deployment's process: started, watched, started again.
 *
 * Owns: when the process runs, which port it has, whether it is ready.
 * Does not own: its files (prepare.ts), how it is run and ended (job-runner/process.ts), which instances there are
 * (serving.ts).
 *
 * Invariants
 * 1. At most one process runs; after `stop` none does.
 * 2. Requests are for it only while it is ready: from the success of its readiness probe until its end.
 * 3. A process that ends, or fails its liveness probe, is started again: at once, then after ever longer pauses. One that
 *    ends before it was ready for the first time is not: its deployment has failed.
 * 4. A start counts as work until it is ready, but not those of a process that ends again and again.
 */
import { freePort } from '../free-port.ts';
import { type ProcessEnd, runProcess } from '../job-runner/process.ts';
import { Hold } from './hold.ts';
import { type ProbePlan, pauseFor, watchProbe } from './probes.ts';

export interface InstancePlan {
  readonly words: readonly string[];
  readonly cwd: string;
  readonly folder: string;
  readonly logFile: string;
  readonly env: (port: number) => Readonly<Record<string, string>>;
  readonly secrets: readonly string[];
  readonly liveness: ProbePlan;
  readonly readiness: ProbePlan;
  readonly scoringPath: string;
}

interface Watchers {
  /** Begins work; the function that comes back ends it. */
  beginWork(): () => void;
  onSpawn(pid: number): void;
  onOutput(chunk: Buffer): void;
  /** Of a process that was not stopped. */
  onEnd(why: string): void;
}

/** In the service's words: the process is no use. */
export class NotReadyError extends Error {
  override readonly name = 'NotReadyError';
}

/** A tenth of Kubernetes' pauses (10 s, doubled up to 5 min, forgotten after 10 min), which nobody would wait for here. */
const firstPauseMs = 1_000;
const longestPauseMs = 30_000;
const forgivenAfterMs = 60_000;
/** How long a start counts as work at most, and how long it is waited for the word that a process has ended. */
const startHoldMs = 30_000;
const startsHeld = 3;
const endHoldMs = 2_000;

export class Instance {
  readonly plan: InstancePlan;
  readonly #watchers: Watchers;
  readonly #stop = new AbortController();
  readonly #hold: Hold;
  #attempt: { readonly port: number; readonly abort: AbortController } | null = null;
  #isReady = false;
  #lastProblem = 'no answer yet';
  #done: Promise<void> = Promise.resolve();
  readonly #requests = new Set<Promise<unknown>>();

  constructor(plan: InstancePlan, watchers: Watchers) {
    this.plan = plan;
    this.#watchers = watchers;
    this.#hold = new Hold(watchers.beginWork);
  }

  /** Where it answers; null while it does not. */
  get port(): number | null {
    return this.#isReady ? (this.#attempt?.port ?? null) : null;
  }

  /** Resolves when it is ready. Rejects with a NotReadyError where it ends before, or takes too long; it is stopped then. */
  async start(): Promise<void> {
    const { readiness } = this.plan;
    const first = Promise.withResolvers<void>();
    const timer = setTimeout(
      () => first.reject(new NotReadyError(`Readiness probe failed: ${this.#lastProblem}`)),
      readiness.startLimitMs,
    );
    this.#done = this.#keepRunning(first.resolve, (why) => first.reject(new NotReadyError(why)));
    try {
      await first.promise;
    } catch (error) {
      await this.stop();
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Starts what was ready before: it is not given up. */
  resume(): void {
    this.#done = this.#keepRunning(
      () => undefined,
      () => undefined,
      true,
    );
  }

  /** Ends the process at once, as a fault would; it is started again. */
  crash(): void {
    this.#isReady = false;
    this.noteSilence();
    this.#attempt?.abort.abort('it was ended on demand');
  }

  /** It has broken off, or did not answer: it may have ended, of which there is no word yet. */
  noteSilence(): void {
    if (!this.#stop.signal.aborted && this.#attempt) this.#hold.take(endHoldMs);
  }

  /** Takes note of a request to the process until it is answered. */
  async during<T>(request: Promise<T>): Promise<T> {
    this.#requests.add(request);
    return request.finally(() => this.#requests.delete(request));
  }

  /** Resolves when no request is under way, or after so long. */
  async drain(longestMs: number): Promise<void> {
    const giveUp = new AbortController();
    await Promise.race([Promise.allSettled(this.#requests), pauseFor(longestMs, giveUp.signal)]);
    giveUp.abort();
  }

  /** Resolves when no process is left. */
  async stop(): Promise<void> {
    this.#isReady = false;
    this.#stop.abort('stop');
    await this.#done;
    this.#hold.release();
  }

  async #keepRunning(onReady: () => void, onFail: (why: string) => void, wasReady = false): Promise<void> {
    let [known, pauses] = [wasReady, 0];
    while (!this.#stop.signal.aborted) {
      const beganMs = Date.now();
      if (pauses <= startsHeld) this.#hold.take(startHoldMs);
      const why = await this.#runOnce(() => {
        known = true;
        this.#hold.release();
        onReady();
      }).catch(String);
      if (this.#stop.signal.aborted) break;
      this.#watchers.onEnd(why);
      if (!known) {
        onFail(why);
        break;
      }
      pauses = Date.now() - beganMs > forgivenAfterMs ? 0 : pauses + 1;
      if (pauses > startsHeld) this.#hold.release();
      if (pauses <= 1) continue;
      await pauseFor(Math.min(firstPauseMs * 2 ** (pauses - 2), longestPauseMs), this.#stop.signal);
    }
    onFail('it was stopped');
  }

  /** Runs one process to its end, and answers why it has ended. */
  async #runOnce(onReady: () => void): Promise<string> {
    const { words, cwd, folder, logFile, secrets, env } = this.plan;
    const { onSpawn, onOutput } = this.#watchers;
    const port = await freePort();
    const abort = new AbortController();
    const ended = new AbortController();
    this.#attempt = { port, abort };
    const probes = this.#probe({ port, signal: ended.signal }, abort, onReady);
    const end = await runProcess({
      ...{ words, cwd, folder, logFile, secrets, onSpawn, onOutput },
      env: env(port),
      timeoutMs: undefined,
      signal: AbortSignal.any([this.#stop.signal, abort.signal]),
    }).finally(() => {
      this.#isReady = false;
      this.#attempt = null;
      ended.abort();
    });
    await probes;
    return describeEnd(end, words[0] ?? '', abort.signal.reason);
  }

  async #probe(
    watch: { readonly port: number; readonly signal: AbortSignal },
    abort: AbortController,
    onReady: () => void,
  ): Promise<void> {
    const { readiness, liveness } = this.plan;
    const ready = watchProbe({
      ...watch,
      plan: readiness,
      onHealthy: () => {
        this.#isReady = !abort.signal.aborted && !this.#stop.signal.aborted;
        if (this.#isReady) onReady();
      },
      onUnhealthy: () => {
        this.#isReady = false;
      },
      onProblem: (problem) => {
        this.#lastProblem = problem;
      },
    });
    const alive = watchProbe({
      ...watch,
      plan: liveness,
      onHealthy: () => undefined,
      onUnhealthy: (problem) => abort.abort(`Liveness probe failed: ${problem}`),
    });
    await Promise.all([ready, alive]);
  }
}

function describeEnd(end: ProcessEnd, program: string, reason: unknown): string {
  switch (end.kind) {
    case 'exit':
      return `the process ended with exit code ${end.code}`;
    case 'signal':
      return `the process was ended by ${end.signal}`;
    case 'not-started':
      return `the program ${JSON.stringify(program)} did not start: ${end.reason}`;
    case 'aborted':
    case 'timeout':
      return String(reason);
  }
}
