import { describe, expect, it } from 'vitest';
import { FlaggerHookSchema, flaggerStatus } from '../../../shared/controllers/flagger-hook.ts';

const metadata = { model: 'served', version: '7', stage: 'canary' };
/** As newer versions of Flagger send it, with what they add to the metadata by themselves. */
const hook = {
  ...{ name: 'podinfo', namespace: 'test', phase: 'Progressing', checksum: '85d557f47b', buildId: '7' },
  ...{ type: 'confirm-rollout', failedChecks: 0, canaryWeight: 0, iterations: 0, remainingTime: 1 },
  metadata: { ...metadata, timestamp: '1764371000000', lastAppliedSpec: '85d557f47b', phase: 'Progressing' },
};

/** Flagger takes a status above 202 for a failure. */
const isFailure = (status: number) => status > 202;

describe('a hook of Flagger', () => {
  it('is read as newer and older versions send it', () => {
    expect(FlaggerHookSchema.parse(hook)).toMatchObject({ type: 'confirm-rollout', metadata });
    const { name, namespace } = hook;
    expect(FlaggerHookSchema.parse({ name, namespace, metadata })).toMatchObject({ metadata });
  });

  it.each([
    ['no stage', { ...hook, metadata: { model: 'served', version: '7' } }, 'metadata.stage'],
    ['a version that is none', { ...hook, metadata: { ...metadata, version: 'latest' } }, 'metadata.version'],
    ['a model that is none', { ...hook, metadata: { ...metadata, model: '../x' } }, 'metadata.model'],
    ['no metadata', { ...hook, metadata: undefined }, 'metadata'],
    ['a hook that asks nothing', { ...hook, type: 'post-rollout' }, 'type'],
  ])('with %s is refused', (_what, body, field) => {
    const { error } = FlaggerHookSchema.safeParse(body);
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual([field]);
  });

  it('goes on with yes alone', () => {
    for (const type of [
      'confirm-rollout',
      'confirm-promotion',
      'confirm-traffic-increase',
      'rollout',
      undefined,
    ]) {
      const failures = (['yes', 'wait', 'no'] as const).map((usable) =>
        isFailure(flaggerStatus(type, { usable, reason: '' })),
      );
      expect(failures, type).toEqual([false, true, true]);
    }
  });

  it('rolls back with no alone', () => {
    const failures = (['yes', 'wait', 'no'] as const).map((usable) =>
      isFailure(flaggerStatus('rollback', { usable, reason: '' })),
    );
    expect(failures).toEqual([true, true, false]);
  });
});
