import type { Spent } from './model-state.ts';
import type { Word } from './word.ts';

/** A model's place in the fleet. It may be held for more than one run: signals of one model can ask at once. */
interface FleetPlace {
  readonly model: string;
  readonly runs: readonly string[];
  /** When it was taken (ISO 8601, UTC). */
  readonly since: string;
}

/** A run that waits for its turn. */
export interface FleetWaiting {
  readonly model: string;
  readonly runId: string;
  /** The signal to wake when its turn comes. */
  readonly signal: string;
  readonly priority: number;
  readonly estimateHours: number;
  readonly since: string;
  /** It asks again before then, or nobody waits any more (ISO 8601, UTC). */
  readonly expiresAt: string;
}

/** The fleet file, as the last one that asked had it. */
export interface FleetLimits {
  readonly maximumConcurrentRuns?: number | undefined;
  readonly budget?:
    | {
        readonly window: string;
        readonly computeHours?: number | undefined;
        readonly money?: number | undefined;
        readonly pricePerHour?: number | undefined;
      }
    | undefined;
  readonly shares: { readonly [model: string]: number };
}

/** Among whom the budget of the fleet is divided. */
export interface AmongModels {
  /** The weights of all models together; absent where there is no budget. */
  readonly weights?: number;
  /** Every model by name, in requests and states of before; absent in others. */
  readonly models?: readonly string[];
}

/** The state of the fleet's one entity. Plain JSON, bounded by the number of models. */
export interface FleetState extends AmongModels {
  readonly places: readonly FleetPlace[];
  readonly waiting: readonly FleetWaiting[];
  readonly spent: readonly Spent[];
  /** Null where there is no fleet file. */
  readonly policy: FleetLimits | null;
  /** The kill switch, while it is thrown. */
  readonly stopped: Word | null;
  /** The latest time it was thrown and released again: what came before `until` is not made up for. */
  readonly lastStop: (Word & { readonly until: string }) | null;
}

export const newFleetState: FleetState = {
  places: [],
  waiting: [],
  spent: [],
  policy: null,
  stopped: null,
  lastStop: null,
};
