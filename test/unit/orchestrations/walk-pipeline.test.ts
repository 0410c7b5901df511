import { describe, expect, it } from 'vitest';
import { walkPipeline } from '../../../orchestrations/walk-pipeline.ts';
import type { PipelineStage } from '../../../shared/config/pipeline-stage-schema.ts';
import { drive } from './drive.ts';

const stage: PipelineStage = {
  ...({ stage: 'staging', kind: 'pipeline', channel: 'azure-pipelines', project: 'ml' } as const),
  ...({ pipeline: 'deploy', parameters: {}, within: 'PT1M', undo: 'nothing' } as const),
};
const order = {
  ...{ key: 'run-2-staging', stage: 'staging', previousVersion: '1', digest: null },
  ...{ model: { name: 'm', version: '2', modelUri: 'u' }, askedAt: '2026-03-02T00:00:00.000Z' },
};
const run = { id: '7', url: 'https://dev.example/7' };
const running = { state: 'running', run, why: '' };

describe('a pipeline without a target that is told to end', () => {
  it('is asked the less often the longer it takes, and given up after half an hour', () => {
    const { value, asked, tookMs } = drive(
      (context) => walkPipeline(context, { stage, order, tell: function* () {} }),
      () => running,
    );
    expect(value).toBe(
      'pipeline deploy of ml (https://dev.example/7) has not ended within PT1M; it still runs',
    );
    const cancels = asked.filter((name) => name === 'cancel-pipeline').length;
    expect(cancels).toBeGreaterThan(8);
    expect(cancels).toBeLessThan(30);
    expect(tookMs).toBe(60_000 + 1_800_000);
  });

  it('is left as soon as it was seen to have ended', () => {
    let cancels = 0;
    const { value, tookMs } = drive(
      (context) => walkPipeline(context, { stage, order, tell: function* () {} }),
      (name) =>
        name === 'cancel-pipeline' && ++cancels === 3 ? { ...running, state: 'cancelled' } : running,
    );
    expect(value).toBe('pipeline deploy of ml (https://dev.example/7) has not ended within PT1M');
    expect(tookMs).toBe(80_000);
  });
});
