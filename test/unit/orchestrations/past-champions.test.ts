import { describe, expect, it } from 'vitest';
import { tryPastChampions } from '../../../orchestrations/past-champions.ts';
import { mayScore, type RunInput } from '../../../orchestrations/run-input.ts';
import { beginWalk, computeHoursOf, type RunWalk } from '../../../orchestrations/run-walk.ts';
import type { JobState, Steps } from '../../../orchestrations/steps.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import type { FailureKind } from '../../../shared/domain/job-attempt.ts';
import { jobNameOf } from '../../../shared/domain/job-name.ts';
import type { Run } from '../../../shared/domain/run.ts';
import { type SignalKind, signalKinds } from '../../../shared/domain/signal.ts';
import { drive } from './drive.ts';

const runId = 'm-20260302-00000001';
const minuteMs = 60_000;
const config = {
  model: 'm',
  data: { path: 'mail/' },
  training: { timeout: 'PT1H', pastChampions: 3 },
  evaluation: { timeout: 'PT20M' },
  policy: { pollJobs: 'PT5M', longestRun: 'PT6H', freezes: [] },
} as unknown as ModelConfig;
const champion = { name: 'm', version: '9', modelUri: 'azureml://9' };
const input: RunInput = {
  ...{ runId, kind: 'retrain', signalKind: 'drift', signals: ['s'], champion, promoted: null },
  ...{ startedAt: '2026-03-02T00:00:00.000Z', endsJobs: true, hearsCancel: true, repeatsJobs: true },
  pinned: { config, configHash: 'c' },
};

type Verdict = 'passed' | 'failed' | 'inconclusive' | 'error';

interface World {
  /** What the gates say of each version, in order. */
  readonly verdicts: readonly (readonly [version: string, verdict: Verdict])[];
  readonly passedOver?: readonly { readonly version: string; readonly why: string }[];
  /** How the jobs end by their number; the others end well. */
  readonly ends?: Readonly<Record<number, FailureKind | 'refused' | 'hangs'>>;
  readonly cancelMs?: number;
  readonly longestRun?: string;
}

function search({ verdicts, passedOver = [], ends = {}, cancelMs, longestRun = 'PT6H' }: World) {
  const submitted: Steps['submit-job']['input'][] = [];
  const judged: Steps['judge-evidence']['input'][] = [];
  const rows: Run[] = [];
  let walk: RunWalk | undefined;
  const submit = (asked: Steps['submit-job']['input']): JobState => {
    submitted.push(asked);
    const jobName = jobNameOf(asked);
    const end = ends[asked.attempt ?? 1];
    const over = { jobName, ended: true, computeMs: 10 * minuteMs };
    if (end === undefined) return { ...over, status: 'Completed', succeeded: true, error: '' };
    if (end === 'hangs') return { ...over, ended: false, status: 'Running', succeeded: false, error: '' };
    const failed = { ...over, succeeded: false, error: 'why' };
    return end === 'refused'
      ? { ...failed, status: 'Refused', computeMs: 0 }
      : { ...failed, status: 'Failed', kind: end };
  };
  const ofTheFile = { ...config, policy: { ...config.policy, longestRun } } as ModelConfig;
  const driven = drive(
    (context, happensAt) => {
      const asked = { ...input, pinned: { config: ofTheFile, configHash: 'c' } };
      walk = beginWalk(context, asked, happensAt(cancelMs ?? Number.POSITIVE_INFINITY));
      return tryPastChampions(walk);
    },
    (name, given) => {
      if (name === 'find-past-champions') {
        const candidates = verdicts.map(([version]) => ({
          model: {
            name: 'm',
            version,
            modelUri: `azureml://${version}`,
            runId: `m-20260101-0000000${version}`,
          },
          digest: `digest-${version}`,
        }));
        return { candidates, passedOver };
      }
      if (name === 'submit-job') return submit(given as Steps['submit-job']['input']);
      if (name === 'judge-evidence') {
        const asked = given as Steps['judge-evidence']['input'];
        judged.push(asked);
        const version = asked.pastChampion!.modelUri.slice('azureml://'.length);
        const verdict = verdicts.find(([each]) => each === version)![1];
        return { report: { verdict, sentence: `Gate says ${verdict}.` }, reportHash: `hash-${version}` };
      }
      if (name === 'get-job')
        return { ...(given as object), status: 'Running', ended: false, succeeded: false, error: '' };
      if (name === 'cancel-job')
        return { ...(given as object), status: 'Canceled', ended: true, succeeded: false, error: '' };
      if (name === 'record-run') rows.push(given as Run);
      if (name === 'askFreeze') return { freeze: null };
      if (name === 'askSwitch') return { stop: null };
      return null;
    },
  );
  const told = walk!.findings.pastChampions?.map(({ version, verdict }) => `${version} ${verdict}`);
  return { ...driven, submitted, judged, rows, told, findings: walk!.findings, hours: computeHoursOf(walk!) };
}

const tries = (more: Partial<RunInput>): number => mayScore({ ...input, ...more });

describe('past champions', () => {
  it('are scored in runs that train after drift or a metric, and where there is a champion', () => {
    const asked = signalKinds.filter((signalKind: SignalKind) => tries({ signalKind }) > 0);
    expect(asked).toEqual(['drift', 'metric']);
    expect(tries({})).toBe(3);
    expect(tries({ champion: null })).toBe(0);
    expect(tries({ kind: 'promote', promoted: champion })).toBe(0);
    expect(tries({ kind: 'reevaluate' })).toBe(0);
    const { pastChampions: _, ...training } = config.training;
    expect(tries({ pinned: { config: { ...config, training }, configHash: 'c' } as never })).toBe(0);
  });

  it('are scored one after another against the champion, until one passes', () => {
    const { value, submitted, judged, told, rows, hours } = search({
      verdicts: [
        ['3', 'failed'],
        ['2', 'passed'],
        ['1', 'passed'],
      ],
    });
    expect(value).toMatchObject({
      chosen: {
        model: { version: '2', runId: 'm-20260101-00000002', chosenBy: runId },
        ...{ digest: 'digest-2', reportHash: 'hash-2', sentence: 'Gate says passed.' },
      },
    });
    expect(submitted.map(jobNameOf)).toEqual([`${runId}-evaluate`, `${runId}-evaluate-2`]);
    expect(submitted.map(({ challenger, champion: other }) => [challenger?.version, other?.version])).toEqual(
      [
        ['3', '9'],
        ['2', '9'],
      ],
    );
    // The third counts, though nobody looks at it.
    expect(judged).toMatchObject([
      { hasChampion: true, attempts: { evaluate: 1 }, pastChampion: { among: 3 } },
      { attempts: { evaluate: 2 }, pastChampion: { among: 3, modelUri: 'azureml://2' } },
    ]);
    expect(told).toEqual(['3 failed', '2 passed']);
    expect(rows.map(({ sentence }) => sentence)).toEqual([
      'Has past champion version 3 scored (1 of 3).',
      'Has past champion version 2 scored (2 of 3).',
    ]);
    expect(rows.every(({ phase }) => phase === 'past-champions')).toBe(true);
    expect(hours).toBeCloseTo(1 / 3, 6);
  });

  it('leave the run to train where none passes, and it says why of each', () => {
    const { value, findings } = search({
      verdicts: [
        ['3', 'inconclusive'],
        ['2', 'error'],
      ],
      passedOver: [{ version: '1', why: 'it is archived in the registry' }],
    });
    expect(value).toEqual({ chosen: null, nextAttempt: 3 });
    expect(findings.pastChampions).toEqual([
      {
        ...{ version: '1', jobName: null, verdict: null },
        sentence: 'It was not scored: it is archived in the registry.',
      },
      {
        ...{ version: '3', jobName: `${runId}-evaluate`, verdict: 'inconclusive' },
        sentence: 'Gate says inconclusive.',
      },
      { version: '2', jobName: `${runId}-evaluate-2`, verdict: 'error', sentence: 'Gate says error.' },
    ]);
    // The run is not judged yet, and has no challenger.
    expect(findings).toMatchObject({ verdict: null, challenger: null });
  });

  it('that cannot be scored are passed over, and attempts that take the place of others count on', () => {
    const { value, submitted, findings } = search({
      verdicts: [
        ['3', 'passed'],
        ['2', 'passed'],
      ],
      ends: { 1: 'code', 2: 'preempted' },
    });
    expect(value).toMatchObject({ chosen: { model: { version: '2' } }, nextAttempt: 4 });
    expect(submitted.map(({ attempt = 1, challenger }) => [attempt, challenger?.version])).toEqual([
      [1, '3'],
      [2, '2'],
      [3, '2'],
    ]);
    expect(findings.pastChampions?.[0]).toMatchObject({
      verdict: null,
      sentence: `Job ${runId}-evaluate ended Failed: why.`,
    });
    expect(findings.attempts).toMatchObject([{ jobName: `${runId}-evaluate-2`, kind: 'preempted' }]);
  });

  it('are no more tried once the workspace refuses a job', () => {
    const { value, submitted } = search({
      verdicts: [
        ['3', 'passed'],
        ['2', 'passed'],
      ],
      ends: { 1: 'refused' },
    });
    expect(submitted).toHaveLength(1);
    expect(value).toEqual({ chosen: null, nextAttempt: 2 });
  });

  it('are no more tried after a cancellation', () => {
    const { value, submitted } = search({
      verdicts: [
        ['3', 'failed'],
        ['2', 'passed'],
      ],
      ends: { 1: 'preempted' },
      cancelMs: minuteMs,
    });
    expect(submitted).toHaveLength(1);
    expect(value).toMatchObject({ outcome: 'cancelled' });
  });

  it('end the run where its time is over', () => {
    const { value, submitted } = search({
      verdicts: [
        ['3', 'passed'],
        ['2', 'passed'],
      ],
      ends: { 1: 'hangs' },
      longestRun: 'PT2M',
    });
    expect(submitted).toHaveLength(1);
    const sentence = `Job ${runId}-evaluate ended Canceled.`;
    expect(value).toEqual({ outcome: 'evaluation-failed', sentence });
  });
});
