import { describe, expect, it } from 'vitest';
import { runAttempts } from '../../../orchestrations/run-attempts.ts';
import type { RunInput } from '../../../orchestrations/run-input.ts';
import { beginWalk, computeHoursOf, type RunWalk } from '../../../orchestrations/run-walk.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import type { Elsewhere, ToldTraining } from '../../../shared/domain/elsewhere.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { drive } from './drive.ts';

const runId = 'm-20260302-00000001';
const minuteMs = 60_000;
const config = {
  model: 'm',
  data: { path: 'mail/' },
  training: { kind: 'azure-pipelines', project: 'ml', pipeline: 'train', settings: {}, timeout: 'PT1H' },
  policy: { pollJobs: 'PT5M', longestRun: 'PT6H', freezes: [] },
} as unknown as ModelConfig;
const input: RunInput = {
  ...{ runId, kind: 'retrain', signalKind: 'manual', signals: ['s'], champion: null, promoted: null },
  ...{ startedAt: '2026-03-02T00:00:00.000Z', endsJobs: true, hearsCancel: true, repeatsJobs: true },
  pinned: { config, configHash: 'c' },
};
const run = { id: '1/7', url: 'https://dev.azure.com/o/7' };

interface World {
  /** Milliseconds since the start after which the pipeline's run has ended by itself. */
  readonly takesMs: number;
  readonly ends?: Partial<ToldTraining>;
  readonly cancelMs?: number;
}

function train({ takesMs, ends = {}, cancelMs }: World) {
  const rows: Run[] = [];
  const watchedMs: number[] = [];
  let cancelledMs: number | null = null;
  let walk: RunWalk | undefined;
  const tell = (elsewhere: Elsewhere, nowMs: number): ToldTraining => {
    const told = { jobName: elsewhere.job, ended: true, succeeded: false, error: '' };
    const known = { ...elsewhere, run };
    const over = { ...told, computeMs: nowMs, elsewhere: { ...known, commit: 'c0ffee0' } };
    if (cancelledMs !== null && nowMs >= cancelledMs + minuteMs) return { ...over, status: 'Canceled' };
    if (nowMs < takesMs) return { ...told, status: 'Running', ended: false, elsewhere: known };
    return { ...over, status: 'Completed', succeeded: true, ...ends };
  };
  const driven = drive(
    (context, happensAt) => {
      walk = beginWalk(context, input, happensAt(cancelMs ?? Number.POSITIVE_INFINITY));
      return runAttempts(walk, 'train', null);
    },
    (name, asked, nowMs) => {
      const latest = rows.at(-1)?.elsewhere;
      switch (name) {
        case 'record-run':
          rows.push(asked as Run);
          return null;
        case 'start-training':
          return tell((asked as { elsewhere: Elsewhere }).elsewhere, nowMs);
        case 'watch-training':
          watchedMs.push(nowMs);
          return tell((asked as { elsewhere: Elsewhere }).elsewhere, nowMs);
        case 'cancel-job':
          cancelledMs ??= nowMs;
          return tell(latest!, nowMs);
        case 'askFreeze':
          return { freeze: null };
        case 'askSwitch':
          return { stop: null };
        default:
          return {};
      }
    },
  );
  return { ...driven, rows, watchedMs, walk: walk! };
}

describe('a training that runs elsewhere', () => {
  it('is in the ledger before it is asked for, and with its link once it has begun', () => {
    const { asked, rows } = train({ takesMs: 0 });
    expect(asked.slice(0, 3)).toEqual(['record-run', 'start-training', 'record-run']);
    const known = { job: `${runId}-train`, askedAt: input.startedAt, project: 'ml', pipeline: 'train' };
    expect(rows[0]!.elsewhere).toMatchObject({ ...known, run: null, commit: null });
    expect(rows[1]!.elsewhere).toMatchObject({ ...known, run });
  });

  it('is looked at the less often the longer it takes, and booked for what it ran', () => {
    const { value, watchedMs, walk } = train({ takesMs: 45 * minuteMs });
    expect(value).toMatchObject({ succeeded: true, attempt: 1 });
    expect(watchedMs[0]).toBe(10_000);
    expect(Math.max(...watchedMs.map((ms, at) => ms - (watchedMs[at - 1] ?? 0)))).toBe(5 * minuteMs);
    expect(watchedMs.length).toBeLessThan(40);
    expect(computeHoursOf(walk)).toBeCloseTo(watchedMs.at(-1)! / (60 * minuteMs));
    expect(walk.findings.elsewhere?.commit).toBe('c0ffee0');
  });

  it('is told to end once its timeout is over, and waited for', () => {
    const { value, asked, tookMs, watchedMs } = train({ takesMs: 5 * 60 * minuteMs });
    expect(value).toMatchObject({ succeeded: false, ended: true, status: 'Canceled', kind: 'code' });
    expect(value?.error).toBe(
      `pipeline train of ml (${run.url}): it had not ended within its timeout, PT1H, and was cancelled`,
    );
    expect(watchedMs.at(-1)).toBeLessThanOrEqual(60 * minuteMs);
    expect(tookMs).toBeGreaterThanOrEqual(61 * minuteMs);
    expect(asked.filter((name) => name === 'cancel-job').length).toBeGreaterThan(1);
  });

  it('goes on with what was done where it ends well before it heard that it is to end', () => {
    const { value } = train({ takesMs: 60 * minuteMs + 30_000 });
    expect(value).toMatchObject({ succeeded: true, status: 'Completed' });
  });

  it('hears a cancellation between two looks', () => {
    const { value, watchedMs, asked } = train({ takesMs: 5 * 60 * minuteMs, cancelMs: 20 * minuteMs });
    expect(value).toMatchObject({ status: 'Canceled', ended: true });
    expect(value?.kind).toBeUndefined();
    expect(watchedMs.at(-1)).toBeLessThanOrEqual(20 * minuteMs);
    expect(asked.at(-1)).toBe('cancel-job');
  });

  it('is run again under another name where its agent was lost, with what is left of its timeout', () => {
    const { rows } = train({
      takesMs: 10 * minuteMs,
      ends: {
        succeeded: false,
        status: 'Failed',
        kind: 'platform',
        error: 'We stopped hearing from agent 3',
      },
    });
    const jobs = [...new Set(rows.map(({ elsewhere }) => elsewhere?.job))];
    expect(jobs).toEqual(['', '-2', '-3'].map((suffix) => `${runId}-train${suffix}`));
    expect(rows.at(-1)?.attempts?.map(({ kind }) => kind)).toEqual(['platform', 'platform']);
  });
});
