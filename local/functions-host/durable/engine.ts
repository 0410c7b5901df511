import type { Clock } from '../../clock/clock.ts';
import type { DurableDependencies, DurableSettings, FunctionApp, RegisteredFunction } from '../contract.ts';
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
  readonly settings: DurableSettings;
  readonly log: DurableDependencies['log'];
}

/** The function of that name if it has that trigger, else null. */
export function findFunction(engine: Engine, name: string, triggerType: string): RegisteredFunction | null {
  const fn = engine.app.find(name);
  return fn?.trigger.type === triggerType ? fn : null;
}

const kinds = { orchestrationTrigger: 'orchestrator', entityTrigger: 'entity' } as const;

/** Says that there is no such function, and which there are. */
export function describeMissing(engine: Engine, name: string, triggerType: keyof typeof kinds): string {
  const kind = kinds[triggerType];
  const known = engine.app.functions.filter((other) => other.trigger.type === triggerType);
  return (
    `The function '${name}' doesn't exist, is disabled, or is not an ${kind} function. ` +
    `Known ${kind} functions: ${known.map((other) => `'${other.name}'`).join(', ') || 'none'}.`
  );
}

let stampedMs = Number.NaN;
let stamp = '';

/** The time in ISO 8601. Asked for several times within a turn: the text of the last moment is kept. */
export function timestamp(engine: Engine): string {
  const nowMs = engine.clock.now();
  if (nowMs !== stampedMs) {
    stampedMs = nowMs;
    stamp = new Date(nowMs).toISOString();
  }
  return stamp;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
