import type { ModelState } from '../domain/model-state.ts';

/** A live run says until when it is to count as alive at least: its job has not ended yet. Pure. */
export function prolongRun(
  state: ModelState,
  { runId, until }: { readonly runId: string; readonly until: string },
): { readonly state: ModelState; readonly live: boolean } {
  const { live } = state;
  if (live?.runId !== runId) return { state, live: false };
  if (until <= live.deadline) return { state, live: true };
  return { state: { ...state, live: { ...live, deadline: until } }, live: true };
}
