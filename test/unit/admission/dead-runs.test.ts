import { describe, expect, it } from 'vitest';
import { buryRun, freeDeadRun } from '../../../shared/admission/dead-runs.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';

const at = (hour: number) => `2026-03-02T${String(hour).padStart(2, '0')}:00:00.000Z`;
const living = (runId: string, more: object = {}): ModelState => ({
  ...newModelState,
  live: { runId, signals: [], since: at(1), deadline: at(13), ...more },
});

describe('a run past its deadline', () => {
  it('is remembered, with those that died before it', () => {
    const { state, freedRunId } = freeDeadRun(living('run-c', { after: ['run-a', 'run-b'] }), at(14));
    expect(freedRunId).toBe('run-c');
    expect(state).toMatchObject({ live: null, dead: ['run-a', 'run-b', 'run-c'] });
  });

  it('is one of twenty that are remembered at most', () => {
    const after = Array.from({ length: 20 }, (_, n) => `run-${n}`);
    const { dead } = freeDeadRun(living('run-20', { after }), at(14)).state;
    expect(dead).toHaveLength(20);
    expect(dead!.at(-1)).toBe('run-20');
  });

  it('is not remembered where it was a promotion by two people, which has no jobs', () => {
    const { state, freedRunId } = freeDeadRun(living('run-a-glass', { breaksGlass: true }), at(14));
    expect(freedRunId).toBe('run-a-glass');
    expect(state).not.toHaveProperty('dead');
  });

  it('stays the live one until then', () => {
    const state = living('run-a');
    expect(freeDeadRun(state, at(13))).toEqual({ state, freedRunId: null });
  });
});

describe('a dead run whose jobs were seen to end', () => {
  it('is forgotten, and no other', () => {
    const state: ModelState = { ...newModelState, dead: ['run-a', 'run-b'] };
    expect(buryRun(state, { runId: 'run-a' }).dead).toEqual(['run-b']);
    expect(buryRun(buryRun(state, { runId: 'run-a' }), { runId: 'run-b' })).toEqual(newModelState);
    expect(buryRun(state, { runId: 'run-c' })).toBe(state);
  });
});
