/** Every timer trigger of an app. */
import type { RetryDependencies } from '../app/retry.ts';
import type { RegisteredFunction } from '../contract.ts';
import { openScheduleStore } from './schedule-store.ts';
import { createTimerTrigger } from './timer-trigger.ts';

export interface Timers {
  start(): void;
  /** Resolves when the runs under way have ended. */
  stop(): Promise<void>;
  /** The text a timer's function is given when it is run by hand; empty for another function. */
  input(fn: RegisteredFunction): string;
}

export function openTimers(dependencies: RetryDependencies, file: string): Timers {
  const functions = dependencies.app.functions.filter(
    (fn) => fn.trigger.type.toLowerCase() === 'timertrigger',
  );
  const store = openScheduleStore(file);
  const timers = functions.map((fn) => createTimerTrigger({ ...dependencies, store }, fn));
  return {
    start: () => {
      for (const timer of timers) timer.start();
    },
    stop: async () => {
      await Promise.all(timers.map((timer) => timer.stop()));
    },
    input: (fn) => timers.find((timer) => timer.fn === fn)?.input() ?? '',
  };
}
