import { describe, expect, it } from 'vitest';
import { runAttempts } from '../../../orchestrations/run-attempts.ts';
import type { RunInput } from '../../../orchestrations/run-input.ts';
import { beginWalk, computeHoursOf, type RunWalk } from '../../../orchestrations/run-walk.ts';
import type { JobState, Steps } from '../../../orchestrations/steps.ts';
import { sharedTimeout } from '../../../shared/admission/attempt-timeout.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import type { FailureKind } from '../../../shared/domain/job-attempt.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { drive } from './drive.ts';

const runId = 'm-20260302-00000001';
const minuteMs = 60_000;
const config = {
  model: 'm',
  data: { path: 'mail/' },
  training: { timeout: 'PT1H', resources: { instanceCount: 2 } },
  policy: { pollJobs: 'PT5M', longestRun: 'PT6H', freezes: [] },
} as unknown as ModelConfig;
const input: RunInput = {
  ...{ runId, kind: 'retrain', signalKind: 'manual', signals: ['s'], champion: null, promoted: null },
  ...{ startedAt: '2026-03-02T00:00:00.000Z', endsJobs: true, hearsCancel: true, repeatsJobs: true },
  pinned: { config, configHash: 'c' },
};

interface World {
  /** How the attempts end, in order; the last one of them as often as is asked. */
  readonly ends: readonly (FailureKind | 'well' | 'unknown')[];
  readonly input?: RunInput;
  /** What is said of an attempt that fails. */
  readonly said?: string;
  /** Milliseconds since the start until which a freeze, or the kill switch, holds what would begin. */
  readonly frozenMs?: number;
  readonly stoppedMs?: number;
  readonly cancelMs?: number;
}

function train({ ends, said: error, frozenMs = 0, stoppedMs = 0, cancelMs, ...world }: World) {
  const submitted: Steps['submit-job']['input'][] = [];
  const atMs: number[] = [];
  const rows: Run[] = [];
  let walk: RunWalk | undefined;
  const submit = (asked: Steps['submit-job']['input']): JobState => {
    const end = ends[Math.min(submitted.length, ends.length - 1)]!;
    submitted.push(asked);
    const jobName = `${runId}-train${asked.attempt ? `-${asked.attempt}` : ''}`;
    const over = { jobName, ended: true, computeMs: 10 * minuteMs };
    if (end === 'well') return { ...over, status: 'Completed', succeeded: true, error: '' };
    const said = {
      ...over,
      status: 'Failed',
      succeeded: false,
      error: error ?? 'see `ratchet logs m --phase train`. why\nmore',
    };
    return end === 'unknown' ? said : { ...said, kind: end };
  };
  const driven = drive(
    (context, happensAt) => {
      walk = beginWalk(context, world.input ?? input, happensAt(cancelMs ?? Number.POSITIVE_INFINITY));
      return runAttempts(walk, 'train', null);
    },
    (name, given, nowMs) => {
      if (name === 'submit-job') {
        atMs.push(nowMs);
        return submit(given as Steps['submit-job']['input']);
      }
      if (name === 'record-run') rows.push(given as Run);
      if (name === 'askFreeze')
        return {
          freeze:
            nowMs < frozenMs
              ? { because: 'frozen', until: new Date(Date.parse(input.startedAt) + frozenMs).toISOString() }
              : null,
        };
      if (name === 'askSwitch')
        return { stop: nowMs < stoppedMs ? { because: 'stopped', changedBy: '' } : null };
      return null;
    },
  );
  return {
    ...driven,
    submitted,
    minutes: atMs.map((ms) => ms / minuteMs),
    rows,
    hours: computeHoursOf(walk!),
  };
}

describe('a job of a run', () => {
  it('that is preempted is submitted again, under another name, with what is left of its time', () => {
    const { value, submitted, minutes, rows, hours } = train({ ends: ['preempted', 'preempted', 'well'] });
    expect(value).toMatchObject({ succeeded: true, attempt: 3, jobName: `${runId}-train-3` });
    expect(submitted.map(({ attempt, job }) => [attempt, sharedTimeout(job)])).toEqual([
      [undefined, 'PT1H'],
      [2, 'PT3000S'],
      [3, 'PT2400S'],
    ]);
    expect(minutes).toEqual([0, 2, 6]);
    expect(rows.at(-1)!.attempts).toMatchObject([
      { phase: 'train', attempt: 1, jobName: `${runId}-train`, kind: 'preempted', said: 'why' },
      { phase: 'train', attempt: 2, jobName: `${runId}-train-2`, kind: 'preempted' },
    ]);
    // Of both machines, in every attempt.
    expect(hours).toBeCloseTo(1, 6);
  });

  it('that is a pipeline has the time of its steps to share, and its attempts say which step failed', () => {
    const step = { command: 'x', timeout: 'PT30M', resources: { instanceCount: 2 } };
    const training = { kind: 'pipeline', steps: { prepare: step, fit: step } };
    const ofPipeline = { config: { ...config, training } as unknown as ModelConfig, configHash: 'c' };
    const said = 'step fit failed, see `ratchet logs m --phase train --step fit`. why\nmore';
    const { submitted, rows, hours } = train({
      ends: ['preempted', 'well'],
      said,
      input: { ...input, pinned: ofPipeline },
    });
    // Of two hours of machines ten minutes are used: 11 of 12 parts are left to each step.
    const timeouts = submitted.map(({ job }) =>
      'steps' in job ? Object.values(job.steps).map(({ timeout }) => timeout) : [],
    );
    expect(timeouts).toEqual([
      ['PT30M', 'PT30M'],
      ['PT1650S', 'PT1650S'],
    ]);
    expect(rows.at(-1)!.attempts).toMatchObject([{ kind: 'preempted', said: 'step fit: why' }]);
    // What the jobs say is the time of all machines.
    expect(hours).toBeCloseTo(1 / 3, 6);
  });

  it('is in the ledger as failed before the next one is submitted', () => {
    const { asked, rows } = train({ ends: ['capacity', 'well'] });
    expect(asked).toEqual(['submit-job', 'record-run', 'askFreeze', 'askSwitch', 'record-run', 'submit-job']);
    expect(rows.map(({ sentence }) => sentence)).toEqual([
      `Waits until 2026-03-02T00:05:00.000Z to submit job ${runId}-train-2: no machine was free (repetition 1 of 6).`,
      '',
    ]);
  });

  it.each([
    ['whose own code failed', 'code'],
    ['of which nobody knows why it failed', 'unknown'],
  ] as const)('%s is not submitted again', (_what, end) => {
    const { value, submitted } = train({ ends: [end] });
    expect(submitted).toHaveLength(1);
    expect(value).toMatchObject({ succeeded: false, attempt: 1, why: '' });
  });

  it('is submitted as often as its kind allows, and the sentence says so', () => {
    const { value, submitted } = train({ ends: ['platform'] });
    expect(submitted).toHaveLength(3);
    expect(value).toMatchObject({ attempt: 3, why: 'the platform failed, after 2 repetitions for that' });
  });

  it('waits for the end of a freeze and of the kill switch, and no longer than the run may take', () => {
    expect(train({ ends: ['capacity', 'well'], frozenMs: 90 * minuteMs }).minutes).toEqual([0, 90]);
    expect(train({ ends: ['capacity', 'well'], stoppedMs: 90 * minuteMs }).minutes).toEqual([0, 125]);
    const { value, minutes } = train({ ends: ['capacity', 'well'], stoppedMs: 24 * 60 * minuteMs });
    expect(minutes).toEqual([0]);
    expect(value).toMatchObject({
      why: "no further attempt could begin before the run's time was over: stopped",
    });
  });

  it.each([
    ['in the pause', {}],
    ['in a freeze', { frozenMs: 90 * minuteMs }],
  ])('is not submitted again once the run is cancelled %s', (_what, more) => {
    const { submitted, tookMs } = train({ ends: ['capacity'], cancelMs: 4 * minuteMs, ...more });
    expect(submitted).toHaveLength(1);
    expect(tookMs).toBeLessThan(6 * minuteMs);
  });

  it('of a history of before is submitted once', () => {
    const { repeatsJobs, ...before } = input;
    expect(repeatsJobs).toBe(true);
    expect(train({ ends: ['preempted'], input: before }).asked).toEqual(['submit-job']);
  });
});
