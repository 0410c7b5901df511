/** A release tells the model which version serves: that one is the champion. Pure. */
import type { ModelState } from '../domain/model-state.ts';
import type { ModelVersion } from '../domain/run.ts';

export interface Crowning {
  /** Null: none serves any more. */
  readonly champion: ModelVersion | null;
  /** Whether a newer version has come to serve, which ends a row of runs without success; false on a way back. */
  readonly isForward: boolean;
  /** ISO 8601, UTC. */
  readonly now: string;
}

/** Told twice, the champion has served since the first time. */
export function crownChampion(state: ModelState, { champion, isForward, now }: Crowning): ModelState {
  if (champion === null) {
    const { championSince: _, ...rest } = state;
    return { ...rest, champion };
  }
  if (state.champion?.version === champion.version) return state;
  const unsuccessful = isForward ? 0 : (state.unsuccessful ?? 0) + 1;
  return { ...state, champion, championSince: now, unsuccessful };
}
