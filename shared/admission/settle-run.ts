import { runOfGlass } from '../domain/broken-glass.ts';
import type { ModelState } from '../domain/model-state.ts';
import { isUnsuccessful, type KeptChallenger, type ModelVersion, type RunOutcome } from '../domain/run.ts';
import { settleSpent } from './budget.ts';
import { sleepers } from './pending.ts';

export interface Settlement {
  readonly runId: string;
  readonly outcome: RunOutcome;
  /** The version now released, when the run released one. */
  readonly champion: ModelVersion | null;
  /** ISO 8601, UTC. */
  readonly now: string;
  /** Hours its jobs really took; absent where nobody knows. */
  readonly computeHours?: number;
  /** A challenger to be judged again; absent: none is, and one that was kept is dropped. */
  readonly keep?: KeptChallenger;
}

export interface Settled {
  readonly state: ModelState;
  /** Every signal the run answered; empty when the run was no longer the live one. */
  readonly signals: readonly string[];
  /** Whether the run was still the live one: false for a repeated settlement, or one given up for dead. */
  readonly wasLive: boolean;
  /** Whether the fleet holds a place for it that is to be given back. */
  readonly granted: boolean;
  /** Signals that sleep and are to be offered again at once. */
  readonly wake: readonly string[];
}

/**
 * Takes a run's end into the model's state. Pure.
 *
 * A run that was given up for dead and ends after all frees nothing; a version it released is the champion all
 * the same, because the world has it. A cancelled run is no failure: it counts neither for the breaker nor for the
 * doubling cooldown. One whose challenger is a candidate is judged by its release (crown-champion.ts).
 */
export function settleRun(state: ModelState, settlement: Settlement): Settled {
  const { runId, outcome, now, computeHours } = settlement;
  const { live } = state;
  const wasLive = live?.runId === runId;
  const released = settlement.champion ? { champion: settlement.champion, championSince: now } : {};
  const spent = state.spent && { spent: settleSpent(state.spent, runId, computeHours) };
  if (!wasLive) {
    return { state: { ...state, ...released, ...spent }, signals: [], wasLive, granted: true, wake: [] };
  }
  const restart = outcome === 'cancelled' && live.restart;
  const { kept: before, ...rest } = state;
  // Judging a version registered by hand says nothing of the challenger that waits, unless it is the champion now.
  const waits = live.kind === 'promote' && !settlement.champion ? before : undefined;
  const kept = settlement.keep ?? waits;
  const failures = (state.unsuccessful ?? 0) + (isUnsuccessful(outcome) ? 1 : 0);
  return {
    state: {
      ...rest,
      ...released,
      ...spent,
      ...(kept && { kept }),
      live: null,
      lastRun: { runId: runOfGlass(runId), outcome, endedAt: now, ...(restart && { restart }) },
      unsuccessful: settlement.champion ? 0 : failures,
    },
    signals: live.signals,
    wasLive,
    granted: live.granted ?? false,
    wake: sleepers(state),
  };
}
