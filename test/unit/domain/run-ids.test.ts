import { describe, expect, it } from 'vitest';
import { releaseIdOf, rollBackReleaseId } from '../../../shared/domain/durable-names.ts';
import { modelOfRelease, modelOfRun } from '../../../shared/domain/run.ts';

const runId = 'spam-filter-20260310-1f2e3d4c';

describe('the model in the id of a release', () => {
  it.each([
    ['of a run', releaseIdOf(runId)],
    ['of a drill that the release of a run has begun', releaseIdOf(`${runId}-drill2`)],
    [
      'of an order to go back',
      rollBackReleaseId({ id: 'operation:1', model: 'spam-filter', at: '2026-03-10T06:00:00.000Z' }),
    ],
  ])('is found %s', (_what, releaseId) => {
    expect(modelOfRelease(releaseId)).toBe('spam-filter');
    expect(modelOfRun(releaseId)).toBeNull();
  });

  it.each([runId, `${runId}-drill-release`, `${runId}-drill2`, 'spam-filter-release'])(
    'is none of %s, which is no such id',
    (text) => expect(modelOfRelease(text)).toBeNull(),
  );
});
