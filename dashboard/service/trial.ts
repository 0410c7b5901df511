/**
 * The worker that plays policies, from the page: asked, stopped, and begun anew.
 *
 * Owns: one worker a view, loaded when it is first asked. Does not own: what it does (dashboard/trial).
 *
 * Invariant: after `stop` nothing that was asked before is answered, and the next question is asked of a new worker.
 */
import type { Question, Told, Trial } from '../trial/messages.ts';
import { ServiceError } from './ask.ts';

/** The address of its script, which the build puts here. */
declare const trialWorker: string;

interface Asked {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: ServiceError) => void;
  readonly hear: (progress: string) => void;
}

export class TrialWorker {
  readonly #model: string;
  readonly #asked = new Map<number, Asked>();
  #worker: Worker | null = null;
  #last = 0;

  constructor(model: string) {
    this.#model = model;
  }

  /** Throws a ServiceError where there is no answer. */
  ask<Kind extends keyof Trial>(
    kind: Kind,
    asks: Trial[Kind]['asks'],
    hear: (progress: string) => void = () => undefined,
  ): Promise<Trial[Kind]['answers']> {
    const id = ++this.#last;
    const question = { id, model: this.#model, kind, asks } as Question;
    return new Promise((resolve, reject) => {
      this.#asked.set(id, { resolve, reject, hear });
      this.#start().postMessage(question);
    });
  }

  stop(): void {
    this.#worker?.terminate();
    this.#worker = null;
    const stopped = [...this.#asked.values()];
    this.#asked.clear();
    for (const { reject } of stopped) reject(new ServiceError(-1, 'stopped', 'It was stopped.'));
  }

  #start(): Worker {
    if (this.#worker) return this.#worker;
    const worker = new Worker(trialWorker, { type: 'module' });
    worker.addEventListener('message', ({ data }: MessageEvent<Told>) => this.#take(data));
    worker.addEventListener('error', ({ message }) => this.#fail(message));
    this.#worker = worker;
    return worker;
  }

  #take(told: Told): void {
    const asked = this.#asked.get(told.id);
    if (!asked) return;
    if ('progress' in told) {
      asked.hear(told.progress);
      return;
    }
    this.#asked.delete(told.id);
    if ('answer' in told) asked.resolve(told.answer as never);
    else {
      const { status, code, message } = told.refusal;
      asked.reject(new ServiceError(status, code, message));
    }
  }

  /** Its script was not loaded, or threw where nobody waits for it. */
  #fail(message: string): void {
    const asked = [...this.#asked.values()];
    this.#asked.clear();
    this.#worker?.terminate();
    this.#worker = null;
    const said = message || 'its script could not be loaded; load the page again';
    for (const { reject } of asked) reject(new ServiceError(-1, 'trial-failed', said));
  }
}
