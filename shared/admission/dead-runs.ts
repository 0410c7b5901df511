/**
 * Runs that died: past their deadline nobody has seen them end, and they may have left jobs. Pure.
 *
 * Owns: freeing the model of one, and remembering it until somebody has seen its jobs end: the run that is admitted next,
 * before it begins, or the watchdog.
 * Does not own: ending jobs (orchestrations/end-job).
 */
import type { ModelState } from '../domain/model-state.ts';
import { settleRun } from './settle-run.ts';

/** As many as are remembered; each had twice its longest run. */
const rememberDead = 20;

/** A run past its deadline counts as dead: its model is freed, and the cooldown counts from the deadline. */
export function freeDeadRun(
  state: ModelState,
  now: string,
): { readonly state: ModelState; readonly freedRunId: string | null } {
  const { live } = state;
  if (!live || now <= live.deadline) return { state, freedRunId: null };
  const { runId, deadline, after = [], breaksGlass } = live;
  const lost = settleRun(state, { runId, outcome: 'lost', champion: null, now: deadline });
  // A broken glass has no jobs.
  const dead = [...(state.dead ?? []), ...after, ...(breaksGlass ? [] : [runId])].slice(-rememberDead);
  return { state: { ...lost.state, ...(dead.length > 0 && { dead }) }, freedRunId: runId };
}

/** The jobs of a run that died were seen to end. */
export function buryRun(state: ModelState, { runId }: { readonly runId: string }): ModelState {
  if (!state.dead?.includes(runId)) return state;
  const { dead, ...rest } = state;
  const left = dead.filter((known) => known !== runId);
  return { ...rest, ...(left.length > 0 && { dead: left }) };
}
