import type { ModelState } from '../domain/model-state.ts';
import type { ModelVersion, RunOutcome } from '../domain/run.ts';

export interface Settlement {
  readonly runId: string;
  readonly outcome: RunOutcome;
  /** The version now released, when the run released one. */
  readonly champion: ModelVersion | null;
  /** ISO 8601, UTC. */
  readonly now: string;
}

export interface Settled {
  readonly state: ModelState;
  /** Every signal the run answered; empty when the run was no longer the live one. */
  readonly signals: readonly string[];
  /** Whether the run was still the live one: false for a repeated settlement, or one given up for dead. */
  readonly wasLive: boolean;
}

/**
 * Takes a run's end into the model's state. Pure.
 *
 * A run that was given up for dead and ends after all frees nothing; a version it released is the champion all
 * the same, because the world has it.
 */
export function settleRun(state: ModelState, settlement: Settlement): Settled {
  const wasLive = state.live?.runId === settlement.runId;
  const { runId, outcome, now } = settlement;
  const released = settlement.champion ? { champion: settlement.champion, championSince: now } : {};
  if (!wasLive) return { state: { ...state, ...released }, signals: [], wasLive };
  const unsuccessful = settlement.champion ? 0 : (state.unsuccessful ?? 0) + 1;
  return {
    state: { ...state, ...released, live: null, lastRun: { runId, outcome, endedAt: now }, unsuccessful },
    signals: state.live?.signals ?? [],
    wasLive,
  };
}
