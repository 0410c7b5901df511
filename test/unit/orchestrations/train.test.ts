import { describe, expect, it } from 'vitest';
import type { FoundTraining } from '../../../orchestrations/reuse-steps.ts';
import type { RunInput } from '../../../orchestrations/run-input.ts';
import { beginWalk, computeHoursOf, type RunWalk } from '../../../orchestrations/run-walk.ts';
import type { Steps } from '../../../orchestrations/steps.ts';
import { train } from '../../../orchestrations/train.ts';
import type { ModelConfig } from '../../../shared/config/schema.ts';
import { jobNameOf } from '../../../shared/domain/job-name.ts';
import { drive } from './drive.ts';

const runId = 'm-20260302-00000002';
const before = 'm-20260301-00000001';
const config = (more: object): ModelConfig =>
  ({
    ...{ model: 'm', data: { path: 'mail/' }, evaluation: { timeout: 'PT20M' } },
    training: { timeout: 'PT1H', ...more },
    policy: { pollJobs: 'PT5M', longestRun: 'PT6H', freezes: [] },
  }) as unknown as ModelConfig;
const uri = `azureml://datastores/workspaceblobstore/paths/runs/${before}/model/`;
const training = {
  ...{ model: 'm', fingerprint: 'f', runId: before, jobName: `${before}-train`, modelUri: uri },
  ...{ digest: 'd', endedAt: '2026-03-01T00:00:00.000Z' },
};
const taken: FoundTraining = { found: 'training', fingerprint: 'f', training, version: null };
const none: FoundTraining = { found: 'none', fingerprint: 'f', why: 'nobody has' };

interface World {
  readonly found?: FoundTraining;
  readonly why?: string | null;
  readonly reuse?: object;
  readonly cancelMs?: number;
  readonly ends?: 'Completed' | 'Failed';
}

function runTraining({
  found = none,
  why = null,
  reuse = { reuse: 'P30D' },
  cancelMs,
  ends = 'Completed',
}: World) {
  const input: RunInput = {
    ...{ runId, kind: 'retrain', signalKind: 'manual', signals: ['s'], champion: null, promoted: null },
    ...{ startedAt: '2026-03-02T00:00:00.000Z', endsJobs: true, hearsCancel: true, repeatsJobs: true },
    pinned: { config: config(reuse), configHash: 'c' },
  };
  let walk: RunWalk | undefined;
  const kept: Steps['keep-training']['input'][] = [];
  const driven = drive(
    (context, happensAt) => {
      walk = beginWalk(context, input, happensAt(cancelMs ?? Number.POSITIVE_INFINITY));
      if (cancelMs === 0) Object.assign(walk.cancel, { isCompleted: true });
      return train(walk);
    },
    (name, given) => {
      if (name === 'find-training') return found;
      if (name === 'keep-training') {
        kept.push(given as Steps['keep-training']['input']);
        return { why };
      }
      if (name !== 'submit-job') return null;
      const jobName = jobNameOf(given as Steps['submit-job']['input']);
      const succeeded = ends === 'Completed';
      return { jobName, status: ends, ended: true, succeeded, error: '', computeMs: 3_600_000 };
    },
  );
  return { ...driven, kept, findings: walk!.findings, hours: computeHoursOf(walk!) };
}

describe('where a challenger comes from', () => {
  it('is a training of its own without the field, and no step is taken that was not before', () => {
    const { value, asked, findings } = runTraining({ reuse: {} });
    expect(asked).toEqual(['submit-job']);
    expect(value).toMatchObject({ attempt: 1, challenger: { version: '20260302-00000002' } });
    expect(findings).not.toHaveProperty('reuse');
  });

  it('is a training of its own where there is none to take, which is then kept', () => {
    const { value, asked, kept, findings, hours } = runTraining({});
    expect(asked).toEqual(['find-training', 'record-run', 'submit-job', 'keep-training']);
    expect(value).toMatchObject({ attempt: 1, challenger: { version: '20260302-00000002' } });
    expect(value).not.toHaveProperty('earlier');
    expect(kept).toMatchObject([
      {
        training: {
          fingerprint: 'f',
          runId,
          jobName: `${runId}-train`,
          modelUri: uri.replace(before, runId),
        },
      },
    ]);
    expect(findings.reuse).toEqual({
      ...{ fingerprint: 'f', trainedBy: null },
      sentence: 'No earlier training was taken: nobody has.',
    });
    expect(hours).toBe(1);
  });

  it('says where no later run can take it, and keeps nothing that cannot be pinned or did not end well', () => {
    expect(runTraining({ why: 'there are no files' }).findings.reuse?.sentence).toBe(
      'No earlier training was taken: nobody has. No later run can take this one: there are no files.',
    );
    expect(runTraining({ found: { ...none, fingerprint: null } }).kept).toEqual([]);
    const failed = runTraining({ ends: 'Failed' });
    expect(failed.value).toMatchObject({ outcome: 'training-failed' });
    expect(failed.kept).toEqual([]);
  });

  it('is an earlier training, of which no hours are booked', () => {
    const { value, asked, findings, hours } = runTraining({ found: taken });
    expect(asked).toEqual(['find-training', 'record-run']);
    expect(value).toEqual({
      ...{
        challenger: { name: 'm', version: '20260301-00000001', modelUri: uri },
        attempt: 1,
        modelUri: uri,
      },
      earlier: { runId: before, digest: 'd', isRegistered: false },
    });
    expect(findings.reuse).toMatchObject({ trainedBy: before });
    expect(hours).toBe(0);
  });

  it('is the version that the registry has of it', () => {
    const version = { name: 'm', version: '7', modelUri: 'azureml://long', runId: before };
    const { value, findings } = runTraining({ found: { ...taken, version } });
    expect(value).toMatchObject({ challenger: version, modelUri: uri, earlier: { isRegistered: true } });
    expect(findings.reuse?.sentence).toMatch(
      /nothing was trained again\. It is version 7 in the registry\.$/,
    );
  });

  it('is nowhere where the champion is of the same inputs', () => {
    const { value, asked } = runTraining({
      found: { found: 'in-place', fingerprint: 'f', runId: before, why: 'The champion is' },
    });
    expect(asked).toEqual(['find-training', 'record-run']);
    expect(value).toMatchObject({
      outcome: 'unchanged',
      sentence: expect.stringMatching(/request m --fresh\.$/),
    });
  });

  it('is nowhere after a cancellation, which submits nothing', () => {
    const { thrown, asked } = runTraining({ found: none, cancelMs: 0 });
    expect(thrown).toBeDefined();
    expect(asked).not.toContain('submit-job');
  });
});
