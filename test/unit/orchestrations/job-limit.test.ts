import { describe, expect, it } from 'vitest';
import { runAttempts } from '../../../orchestrations/run-attempts.ts';
import type { RunInput } from '../../../orchestrations/run-input.ts';
import { beginWalk, computeHoursOf, type RunWalk } from '../../../orchestrations/run-walk.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { drive } from './drive.ts';

const runId = 'm-20260302-00000001';
const hourMs = 3_600_000;
const startedAt = '2026-03-02T00:00:00.000Z';

/** A job that ends `endsMs` after its submission, or when it is cancelled. */
function train(training: object, endsMs: number) {
  const config = {
    ...{ model: 'm', data: { path: 'mail/' }, training },
    policy: { pollJobs: 'PT5M', longestRun: 'PT6H', freezes: [] },
  } as unknown as ModelConfig;
  const input: RunInput = {
    ...{ runId, kind: 'retrain', signalKind: 'manual', signals: ['s'], champion: null, promoted: null },
    ...{ startedAt, endsJobs: true, hearsCancel: true, repeatsJobs: true },
    pinned: { config, configHash: 'c' },
  };
  let walk: RunWalk | undefined;
  let cancelledMs: number | undefined;
  const jobName = `${runId}-train`;
  const driven = drive(
    (context, happensAt) => {
      walk = beginWalk(context, input, happensAt(Number.POSITIVE_INFINITY));
      return runAttempts(walk, 'train', null);
    },
    (name, _given, nowMs) => {
      const computeMs = nowMs;
      if (name === 'cancel-job') {
        cancelledMs = nowMs;
        return { jobName, ended: true, status: 'Canceled', succeeded: false, error: '', computeMs };
      }
      if (nowMs < endsMs) return { jobName, ended: false, status: 'Running', succeeded: false, error: '' };
      return { jobName, ended: true, status: 'Completed', succeeded: true, error: '', computeMs };
    },
  );
  return { end: driven.value, cancelledMs: () => cancelledMs, hours: () => computeHoursOf(walk!) };
}

const published = { kind: 'pipeline-component', component: 'azureml:all:2', machines: 4, timeout: 'PT3H' };

describe('a job that the service gives no time limit', () => {
  it('is cancelled at its timeout, and its machines count until then', () => {
    const { end, cancelledMs, hours } = train(published, 5 * hourMs);
    expect(cancelledMs()).toBe(3 * hourMs);
    expect(end).toMatchObject({
      ...{ status: 'Canceled', succeeded: false, why: '' },
      error: 'it had not ended PT3H after it was submitted, which is its timeout, and was cancelled',
    });
    expect(hours()).toBe(12);
  });

  it('is left alone before, and so is one that the service limits', () => {
    const before = train(published, 2 * hourMs);
    expect(before.end).toMatchObject({ succeeded: true });
    expect(before.hours()).toBe(8);
    const limited = train({ timeout: 'PT3H' }, 5 * hourMs);
    expect(limited.cancelledMs()).toBeUndefined();
    expect(limited.end).toMatchObject({ succeeded: true });
  });
});
