import { describe, expect, it } from 'vitest';
import { prolongRun } from '../../../shared/admission/prolong-run.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';

const live = {
  runId: 'm-20260301-00000001',
  signals: ['s'],
  since: '2026-03-01T00:00:00.000Z',
  deadline: '2026-03-01T02:00:00.000Z',
};
const state: ModelState = { ...newModelState, live };

describe('a run that lives past its deadline', () => {
  it('moves it on', () => {
    const until = '2026-03-01T03:00:00.000Z';
    expect(prolongRun(state, { runId: live.runId, until })).toEqual({
      state: { ...state, live: { ...live, deadline: until } },
      live: true,
    });
  });

  it('never moves it back', () => {
    expect(prolongRun(state, { runId: live.runId, until: '2026-03-01T01:00:00.000Z' })).toEqual({
      state,
      live: true,
    });
  });

  it('changes nothing once another run is live, or none', () => {
    const until = '2026-03-01T03:00:00.000Z';
    expect(prolongRun(state, { runId: 'm-20260301-00000002', until })).toEqual({ state, live: false });
    expect(prolongRun(newModelState, { runId: live.runId, until })).toEqual({
      state: newModelState,
      live: false,
    });
  });
});
