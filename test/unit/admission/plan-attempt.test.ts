import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planAttempt } from '../../../shared/admission/plan-attempt.ts';
import { parseDurationMs } from '../../../shared/config/duration.ts';
import { defaultLimits } from '../../../shared/config/retry-limits.ts';
import { type FailureKind, failureKinds } from '../../../shared/domain/job-attempt.ts';

const minuteMs = 60_000;
const failed = {
  job: { timeout: 'PT2H' },
  kind: 'preempted' as FailureKind | undefined,
  before: [] as FailureKind[],
  ranMs: [10 * minuteMs],
  nowMs: 0,
  untilMs: 24 * 60 * minuteMs,
};

describe('another attempt', () => {
  it('waits twice as long each time, and has what the others left of the timeout', () => {
    expect(planAttempt(failed)).toEqual({
      atMs: 2 * minuteMs,
      timeout: 'PT6600S',
      because: 'its machine was taken away (repetition 1 of 4)',
    });
    const third = {
      ...failed,
      before: ['preempted', 'capacity', 'preempted'] as FailureKind[],
      ranMs: [10, 0, 10, 10].map((m) => m * minuteMs),
    };
    expect(planAttempt(third)).toMatchObject({ atMs: 8 * minuteMs, timeout: 'PT5400S' });
  });

  it('keeps the timeout as it is written where no machine was used', () => {
    expect(planAttempt({ ...failed, kind: 'capacity', ranMs: [0] })).toMatchObject({ timeout: 'PT2H' });
  });

  it.each([
    ['of a failure that nobody can name', { kind: undefined }, ''],
    ['of its own code', { kind: 'code' as const }, ''],
    [
      'beyond the limit of its kind',
      { before: ['preempted', 'preempted', 'preempted', 'preempted'] as FailureKind[] },
      'its machine was taken away, after 4 repetitions for that',
    ],
    [
      'with less time than the longest has had',
      { ranMs: [70 * minuteMs] },
      'its machine was taken away, and 50 minutes is left of its timeout PT2H, which all attempts share',
    ],
    [
      'after the time of the run',
      { untilMs: minuteMs },
      "its machine was taken away, and the run's time is over at 1970-01-01T00:01:00.000Z",
    ],
  ])('is none %s', (_what, more, why) => {
    expect(planAttempt({ ...failed, ...more })).toEqual({ why });
  });

  it('is as the model file says', () => {
    const job = { timeout: 'PT2H', retries: { code: { times: 1, wait: 'PT2H' }, preempted: { times: 0 } } };
    expect(planAttempt({ ...failed, job, kind: 'code' })).toMatchObject({ atMs: 120 * minuteMs });
    expect(planAttempt({ ...failed, job })).toEqual({ why: '' });
  });

  it('never lets all attempts together run longer than the timeout, nor more often than their kinds allow', () => {
    const kinds = fc.array(fc.constantFrom(...failureKinds), { maxLength: 60 });
    fc.assert(
      fc.property(kinds, fc.array(fc.nat(7_200_000), { minLength: 60, maxLength: 60 }), (all, runs) => {
        let timeout: string = failed.job.timeout;
        let nowMs = 0;
        const [before, ranMs]: [FailureKind[], number[]] = [[], []];
        for (const [at, kind] of all.entries()) {
          ranMs.push(Math.min(runs[at]!, parseDurationMs(timeout)!));
          const plan = planAttempt({
            ...failed,
            kind,
            before,
            ranMs,
            nowMs,
            untilMs: Number.POSITIVE_INFINITY,
          });
          if ('why' in plan) break;
          expect(plan.atMs).toBeGreaterThan(nowMs);
          ({ atMs: nowMs, timeout } = plan);
          before.push(kind);
        }
        expect(ranMs.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(parseDurationMs('PT2H')!);
        for (const kind of failureKinds)
          expect(before.filter((one) => one === kind).length).toBeLessThanOrEqual(defaultLimits[kind].times);
      }),
    );
  });
});
