import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endless, type Patience } from '../../../orchestrations/patience.ts';
import { StepFailure, takeStep } from '../../../orchestrations/take-step.ts';
import { type Answer, drive } from './drive.ts';

const startMs = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;
const job = { jobName: 'm-20260302-00000001-train', status: 'Running', ended: false };

/** The workspace is away until `backMs`. */
const awayUntil =
  (backMs: number): Answer =>
  (_name, _input, nowMs) =>
    nowMs < backMs ? { outage: 'azure-unavailable: reading job a: Azure answered 503 busy' } : job;
const getJob = (answer: Answer, patience?: Patience) =>
  drive((context) => takeStep(context, 'get-job', { jobName: job.jobName }, patience), answer);

describe('a step whose service is away', () => {
  it('answers as without, whenever the service comes back in time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 48 * hourMs }), (backMs) => {
        const { value, tookMs } = getJob(awayUntil(backMs), endless);
        expect(value).toEqual(job);
        // Half of the outage later at most, and an hour at most.
        expect(tookMs).toBeLessThanOrEqual(backMs + Math.min(Math.max(backMs / 2, 10_000), hourMs));
      }),
    );
  });

  it('is left alone for as long as the service asks, an hour at most', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 48 * hourMs }), (againAfterMs) => {
        const asked: number[] = [];
        const answer: Answer = (_name, _input, nowMs) => {
          asked.push(nowMs);
          return asked.length === 1 ? { outage: 'azure-unavailable: answered 429', againAfterMs } : job;
        };
        expect(getJob(answer, endless).value).toEqual(job);
        expect(asked[1]! - asked[0]!).toBe(Math.min(Math.max(againAfterMs, 10_000), hourMs));
      }),
    );
  });

  it('fails with its outage once patience ends, and not before', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 6 * hourMs }), (patientMs) => {
        const { thrown, tookMs } = getJob(awayUntil(Number.POSITIVE_INFINITY), {
          untilMs: startMs + patientMs,
        });
        expect(thrown).toBeInstanceOf(StepFailure);
        expect(thrown).toMatchObject({ isFinal: false, message: expect.stringContaining('503 busy') });
        expect(tookMs).toBe(patientMs);
      }),
    );
  });

  it('says from when to when it was away', () => {
    const { thrown } = getJob(awayUntil(hourMs), { untilMs: startMs + 60_000 });
    expect((thrown as Error).message).toBe(
      'azure-unavailable: reading job a: Azure answered 503 busy; it was unavailable from 2026-03-02T00:00:00.000Z to 2026-03-02T00:01:00.000Z',
    );
  });

  it('is given up in the middle of a pause once nobody needs it', () => {
    const { thrown, tookMs } = drive(
      (context, happensAt) =>
        takeStep(
          context,
          'get-job',
          { jobName: job.jobName },
          { untilMs: startMs + hourMs, stop: happensAt(33_333) },
        ),
      awayUntil(hourMs),
    );
    expect(thrown).toBeInstanceOf(StepFailure);
    expect(tookMs).toBe(33_333);
  });

  it('is not taken again once it is refused', () => {
    const { thrown, asked } = getJob(() => ({ finalFailure: 'not-found: job a is not in workspace ml' }));
    expect(thrown).toMatchObject({ isFinal: true, message: 'not-found: job a is not in workspace ml' });
    expect(asked).toEqual(['get-job']);
  });

  it('tells that it waits, and once that it does no more', () => {
    const told: (string | null)[] = [];
    getJob(awayUntil(15_000), {
      ...endless,
      // biome-ignore lint/correctness/useYield: it waits for nothing.
      *tell(_step, waits) {
        told.push(waits);
      },
    });
    expect(told).toEqual([
      'Waits since 2026-03-02T00:00:00.000Z, next attempt at 2026-03-02T00:00:10.000Z: azure-unavailable: reading job a: Azure answered 503 busy',
      'Waits since 2026-03-02T00:00:00.000Z, next attempt at 2026-03-02T00:00:20.000Z: azure-unavailable: reading job a: Azure answered 503 busy',
      null,
    ]);
  });
});
