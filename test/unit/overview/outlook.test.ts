import { describe, expect, it } from 'vitest';
import { ModelConfigSchema } from '../../../shared/config/schema.ts';
import { newFleetState } from '../../../shared/domain/fleet-state.ts';
import { type ModelState, newModelState } from '../../../shared/domain/model-state.ts';
import { findOutlook } from '../../../shared/overview/outlook.ts';

const at = (hour: number): string => new Date(Date.UTC(2026, 2, 2, hour)).toISOString();
const job = { command: 'node train.js', code: 'azureml:c:1', environment: 'azureml:e:1', compute: 'cpu' };
const configOf = (policy: object) =>
  ModelConfigSchema.parse({
    ...{ model: 'm', data: { path: 'm/', expect: {} }, training: job, evaluation: job, policy },
    gates: [{ gate: 'g', kind: 'bound', metric: 'accuracy', atLeast: 0.9 }],
    release: { stages: [{ stage: 'tell', channel: 'event-grid' }] },
  });

function look(policy: object, state: Partial<ModelState> = {}, fleet: Partial<typeof newFleetState> = {}) {
  const pinned = { config: configOf(policy), configHash: 'h' };
  const fleetOf = { state: { ...newFleetState, ...fleet }, asked: { policy: null } };
  const [event, person] = findOutlook({
    pinned,
    state: { ...newModelState, ...state },
    fleet: fleetOf,
    at: at(12),
  });
  return { event, person };
}

const lastRun = { runId: 'm-1', outcome: 'gate-failed', endedAt: at(10) } as const;

describe('findOutlook', () => {
  it('admits where nothing holds a signal', () => {
    const answer = { outcome: 'admitted', reason: 'idle', changedBy: '', changesAt: null };
    expect(look({})).toMatchObject({ event: answer, person: answer });
    expect(look({}).event?.sentence).toBe(
      'Admitted: no run is under way and nothing blocks it. A run would start.',
    );
  });

  it('says what holds an event, until when, and that it does not hold a person', () => {
    const { event, person } = look({ cooldown: 'PT5H' }, { lastRun });
    expect(event).toMatchObject({ outcome: 'deferred', reason: 'cooldown', changesAt: at(15) });
    expect(event?.changedBy).toContain(at(15));
    expect(person).toMatchObject({ outcome: 'admitted' });
  });

  it('says how many rows are missing after the latest change of which a rule tells', () => {
    const watched = {
      'metric:low': [
        { at: at(2), bad: false },
        { at: at(3), bad: true },
      ],
    };
    const arrivals = [
      { at: at(2), rows: 50 },
      { at: at(4), rows: 60 },
    ];
    const { event, person } = look({ rowsAfterChange: 100 }, { watched, arrivals });
    expect(event).toMatchObject({ outcome: 'deferred', reason: 'too-little-data', changesAt: at(36) });
    expect(event?.sentence).toContain(`60 rows have come since the change, which began after ${at(2)}`);
    expect(person).toMatchObject({ outcome: 'admitted' });
    expect(look({}, { watched, arrivals }).event).toMatchObject({ outcome: 'admitted' });
  });

  it('goes by operators, the mode and the kill switch of the fleet, and keeps nothing', () => {
    const word = { by: 'ada', reason: 'audit', at: at(1) };
    expect(look({}, { frozen: [{ ...word, until: at(20) }] }).person).toMatchObject({
      reason: 'freeze',
      changesAt: at(20),
    });
    expect(look({ mode: 'observe' }).event).toMatchObject({ outcome: 'rejected', reason: 'observed' });
    expect(look({ mode: 'observe' }).event?.sentence).not.toContain('of-its-own');
    expect(look({}, {}, { stopped: word }).event).toMatchObject({ outcome: 'rejected', reason: 'stopped' });
    expect(look({}, { mode: { ...word, mode: 'off' } }).person).toMatchObject({
      outcome: 'rejected',
      reason: 'off',
    });
  });
});
