/** Processes that sleep on the clock of a play and are woken. Pure. */
import type { Agenda } from './agenda.ts';

/** What a process yields. */
export interface Sleep {
  readonly untilMs: number;
}

export type Steps<Answer = void> = Generator<Sleep, Answer, unknown>;

interface Process {
  readonly id: string;
  readonly steps: Steps;
  /** Counts its sleeps: an entry of the agenda wakes the one that it was made for. */
  sleeps: number;
  isAsleep: boolean;
  /** Woken while it was at work: its next sleep ends at once. */
  isWoken: boolean;
}

const nothing: readonly Sleep[] = [];

/** What is done without a sleep, as steps. */
export function* atOnce<Answer>(act: () => Answer): Steps<Answer> {
  yield* nothing;
  return act();
}

/** Takes steps that never sleep. */
export function finish<Answer>(steps: Steps<Answer>): Answer {
  const { done, value } = steps.next();
  if (!done) throw new Error('steps that never sleep have slept');
  return value;
}

export class Sleepers {
  readonly #agenda: Agenda;
  readonly #now: () => number;
  readonly #processes = new Map<string, Process>();

  constructor(agenda: Agenda, now: () => number) {
    this.#agenda = agenda;
    this.#now = now;
  }

  /** Takes the first steps of a process, up to its first sleep. */
  start(id: string, steps: Steps): void {
    const process = { id, steps, sleeps: 0, isAsleep: false, isWoken: false };
    this.#processes.set(id, process);
    this.#resume(process);
  }

  wake(id: string): void {
    const process = this.#processes.get(id);
    if (!process) return;
    if (process.isAsleep) this.#wakeAt(process, this.#now());
    else process.isWoken = true;
  }

  #resume(process: Process): void {
    process.isAsleep = false;
    process.isWoken = false;
    const { done, value } = process.steps.next();
    if (done) {
      this.#processes.delete(process.id);
      return;
    }
    process.isAsleep = true;
    this.#wakeAt(process, process.isWoken ? this.#now() : Math.max(value.untilMs, this.#now()));
  }

  #wakeAt(process: Process, atMs: number): void {
    const sleep = ++process.sleeps;
    this.#agenda.add(atMs, () => {
      if (process.isAsleep && process.sleeps === sleep) this.#resume(process);
    });
  }
}
