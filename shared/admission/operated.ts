/** What an operation answers. */
import type { Actor } from '../domain/actor.ts';
import type { ModelState } from '../domain/model-state.ts';
import type { ModelVersion } from '../domain/run.ts';
import { sleepers } from './pending.ts';

export interface Operated {
  readonly state: ModelState;
  readonly done: boolean;
  readonly sentence: string;
  /** Signals that sleep and are to be offered again at once. */
  readonly wake: readonly string[];
  readonly cancelRunId: string | null;
  /** The run that asked and has its answer; absent where none has. */
  readonly answeredRunId?: string;
  /** The glass two people have broken; absent where they have not. */
  readonly glass?: Glass;
}

/** The word of two people that promotes a challenger against the gates. */
export interface Glass {
  /** In the place of a run's id, while the challenger is on its way. */
  readonly id: string;
  readonly first: string;
  readonly second: string;
  /** Absent in histories of before people were proven. */
  readonly actors?: readonly [Actor, Actor];
  readonly reasons: readonly [string, string];
  /** When the second one spoke (ISO 8601, UTC). */
  readonly at: string;
  /** The released version until now. */
  readonly champion: ModelVersion | null;
  /** How long outages are waited out (ISO 8601, UTC); absent in histories of before they were. */
  readonly until?: string;
  /** What the run's row says meanwhile; absent in histories of before it was given here. */
  readonly sentence?: string;
}

export function done(state: ModelState, sentence: string): Operated {
  return { state, done: true, sentence, wake: sleepers(state), cancelRunId: null };
}

export function refuse(state: ModelState, sentence: string): Operated {
  return { state, done: false, sentence, wake: [], cancelRunId: null };
}
