/** Processes that sleep on the clock of a play and are woken. Pure. */
import type { Agenda } from './agenda.ts';

/** What a process yields. */
export interface Sleep {
  readonly untilMs: number;
}

export type Steps<Answer = void> = Generator<Sleep, Answer, unknown>;

interface Sleeper {
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
  readonly #processes = new Map<string, Sleeper>();

  constructor(agenda: Agenda, now: () => number) {
    this.#agenda = agenda;
    this.#now = now;
  }

  /** Takes the first steps of a process, up to its first sleep. */
  start(id: string, steps: Steps): void {
    const sleeper = { id, steps, sleeps: 0, isAsleep: false, isWoken: false };
    this.#processes.set(id, sleeper);
    this.#resume(sleeper);
  }

  wake(id: string): void {
    const sleeper = this.#processes.get(id);
    if (!sleeper) return;
    if (sleeper.isAsleep) this.#wakeAt(sleeper, this.#now());
    else sleeper.isWoken = true;
  }

  #resume(sleeper: Sleeper): void {
    sleeper.isAsleep = false;
    sleeper.isWoken = false;
    const { done, value } = sleeper.steps.next();
    if (done) {
      this.#processes.delete(sleeper.id);
      return;
    }
    sleeper.isAsleep = true;
    this.#wakeAt(sleeper, sleeper.isWoken ? this.#now() : Math.max(value.untilMs, this.#now()));
  }

  #wakeAt(sleeper: Sleeper, atMs: number): void {
    const sleep = ++sleeper.sleeps;
    this.#agenda.add(atMs, () => {
      if (sleeper.isAsleep && sleeper.sleeps === sleep) this.#resume(sleeper);
    });
  }
}
