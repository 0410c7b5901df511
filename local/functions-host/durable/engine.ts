import type { Clock } from '../../clock/clock.ts';
import type { DurableDependencies, FunctionApp, RegisteredFunction } from '../contract.ts';
import type { LiveInstances } from './live-instances.ts';
import type { CommitQueue } from './store/commit-queue.ts';
import type { Store } from './store/store.ts';
import type { Timers } from './timers.ts';

/** What turns, activities and client requests work with. */
export interface Engine {
  readonly app: FunctionApp;
  readonly clock: Clock;
  readonly store: Store;
  readonly commits: CommitQueue;
  readonly live: LiveInstances;
  readonly timers: Timers;
  readonly log: DurableDependencies['log'];
}

/** The function of that name if it has that trigger, else null. */
export function findFunction(engine: Engine, name: string, triggerType: string): RegisteredFunction | null {
  const fn = engine.app.find(name);
  return fn?.trigger.type === triggerType ? fn : null;
}

export function timestamp(engine: Engine): string {
  return new Date(engine.clock.now()).toISOString();
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
