import { describe, expect, it } from 'vitest';
import { settleRun } from '../../../shared/admission/settle-run.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';

const version = (name: string) => ({ name: 'm', version: name, modelUri: `azureml://${name}` });

const running: ModelState = {
  ...newModelState,
  live: { runId: 'run-1', signals: ['a'], since: '2026-01-01T00:00:00Z', deadline: '2026-01-03T00:00:00Z' },
};

const settlement = {
  runId: 'run-1',
  outcome: 'released',
  champion: version('2'),
  now: '2026-01-02T00:00:00Z',
} as const;

describe('settleRun', () => {
  it('keeps when the champion was released', () => {
    expect(settleRun(running, settlement).state).toMatchObject({
      champion: version('2'),
      championSince: '2026-01-02T00:00:00Z',
    });
  });

  it('does so for a run that was given up for dead and released all the same', () => {
    expect(settleRun({ ...running, live: null }, settlement)).toMatchObject({
      wasLive: false,
      state: { champion: version('2'), championSince: '2026-01-02T00:00:00Z', lastRun: null },
    });
  });

  it('leaves champion and time as they were after a run that released nothing', () => {
    const before = { ...running, champion: version('1'), championSince: '2025-12-01T00:00:00Z' };
    const { state } = settleRun(before, { ...settlement, outcome: 'gate-failed', champion: null });
    expect(state).toMatchObject({ champion: version('1'), championSince: '2025-12-01T00:00:00Z' });
  });

  it('adds no time to a state of before it was kept', () => {
    const before = { ...running, champion: version('1') };
    const { state } = settleRun(before, { ...settlement, outcome: 'gate-failed', champion: null });
    expect(state).not.toHaveProperty('championSince');
  });
});
