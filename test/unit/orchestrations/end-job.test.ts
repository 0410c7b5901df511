import { describe, expect, it } from 'vitest';
import { endJob } from '../../../orchestrations/end-job.ts';
import { type Answer, drive } from './drive.ts';

const startMs = Date.parse('2026-03-02T00:00:00Z');
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
const jobName = 'm-20260302-00000001-train';
const running = { jobName, status: 'CancelRequested', ended: false, succeeded: false, error: '' };
const canceled = { ...running, status: 'Canceled', ended: true, computeMs: 5_000 };
const away = { outage: 'azure-unavailable: cancelling job a: no answer' };

function end(answer: Answer, pollMs = 300_000) {
  const alive: string[] = [];
  const driven = drive(
    (context) => endJob(context, jobName, { model: 'm', runId: 'm-20260302-00000001', pollMs }),
    (name, input, nowMs) => {
      if (name !== 'prolong') return answer(name, input, nowMs);
      alive.push((input as { until: string }).until);
      return { live: true };
    },
  );
  return { ...driven, alive };
}

describe('the end of a job', () => {
  it('is waited for through an outage', () => {
    const { value, tookMs } = end((_name, _input, nowMs) => (nowMs < 5 * hourMs ? away : canceled));
    expect(value).toEqual(canceled);
    expect(tookMs).toBeGreaterThanOrEqual(5 * hourMs);
    expect(tookMs).toBeLessThan(5 * hourMs + 15 * 60_000);
  });

  it('keeps its run alive from look to look', () => {
    const looks: number[] = [];
    const { alive } = end((name, _input, nowMs) => {
      if (name === 'cancel-job') looks.push(startMs + nowMs);
      return nowMs < 30 * hourMs ? away : canceled;
    });
    expect(alive.length).toBe(looks.length - 1);
    for (const [at, until] of alive.entries()) expect(Date.parse(until)).toBeGreaterThan(looks[at + 1]!);
  });

  it('is there where the workspace has no such job', () => {
    const { value, asked } = end(() => ({ finalFailure: 'not-found: job a is not in workspace ml' }));
    expect(value).toMatchObject({ ended: true, computeMs: 0 });
    expect(asked).toEqual(['cancel-job']);
  });

  it('is its own where it may not be cancelled', () => {
    const { value } = end((name, _input, nowMs) => {
      if (name === 'cancel-job')
        return { finalFailure: 'azure-refused: cancelling job a: Azure answered 409' };
      return nowMs < hourMs ? { ...running, status: 'Running' } : { ...canceled, status: 'Completed' };
    });
    expect(value).toMatchObject({ ended: true, status: 'Completed' });
  });

  it.each([
    ['is away', away],
    ['goes on saying that it runs', running],
  ])('is not waited for longer than seven days where the workspace %s', (_what, answer) => {
    const { value, tookMs, asked } = end(() => answer);
    expect(value).toMatchObject({
      ended: false,
      error: expect.stringMatching(
        /^Job m-20260302-00000001-train was cancelled and not seen to end within 7 days \(.+\): look for it in the workspace\.$/,
      ),
    });
    expect(tookMs).toBeGreaterThanOrEqual(7 * dayMs);
    expect(tookMs).toBeLessThan(7 * dayMs + 2 * hourMs);
    expect(asked.length).toBeLessThan(1_200);
  });
});
