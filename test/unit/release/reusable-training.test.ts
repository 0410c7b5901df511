import { describe, expect, it } from 'vitest';
import type { Training } from '../../../shared/domain/training.ts';
import { judgeReuse } from '../../../shared/release/transitions/reusable-training.ts';

const training: Training = {
  ...{ model: 'm', fingerprint: 'f', runId: 'm-20260301-00000001', jobName: 'm-20260301-00000001-train' },
  ...{ modelUri: 'azureml://a', digest: 'd', endedAt: '2026-03-01T00:00:00.000Z' },
  uses: [
    { runId: 'm-20260301-00000001', judgedBy: 'old-gates' },
    { runId: 'm-20260302-00000002', judgedBy: 'gates' },
  ],
};
type Known = Parameters<typeof judgeReuse>[0];
const known: Known = {
  ...{ training, oldest: '2026-02-01T00:00:00.000Z', usesAtMost: 20, byPerson: true, judgedBy: 'gates' },
  ...{
    asksPeople: false,
    runs: [],
    scored: [],
    version: null,
    standing: null,
    isArchived: false,
    isGone: false,
  },
};
const whyNot = (more: Partial<Known>): string => {
  const found = judgeReuse({ ...known, ...more });
  return found.found === 'training' ? '' : found.why;
};
const version = (
  status: 'settled' | 'candidate' | 'serving' | 'rejected' | 'rolled-back' | undefined,
): Partial<Known> => ({
  ...{ version: '7', standing: { status } },
});
const said = (runId: string, verdict: 'passed' | 'failed' | 'inconclusive' | 'error' | null) => ({
  runs: [{ runId, verdict }],
});

describe('an earlier training', () => {
  it('is taken where nothing speaks against it, with a version or without', () => {
    expect(judgeReuse(known)).toEqual({ found: 'training' });
    expect(judgeReuse({ ...known, ...version(undefined) })).toEqual({ found: 'training' });
    expect(judgeReuse({ ...known, ...version('settled') })).toEqual({ found: 'training' });
  });

  it('is not taken twice at a time: what is being released is on its way', () => {
    for (const status of ['candidate', 'serving'] as const) {
      expect(judgeReuse({ ...known, ...version(status) })).toEqual({
        ...{ found: 'in-place', runId: training.runId },
        why: `Version 7, trained by run ${training.runId}, is being released`,
      });
    }
  });

  it.each([
    ['it is too old', { oldest: '2026-03-01T00:00:00.001Z' }, /it ended at 2026-03-01\S+, longer ago than/],
    ['it was judged too often', { usesAtMost: 2 }, /2 runs have judged it already/],
    ['its version was deleted', { isGone: true }, /the registry has its version no more/],
    ['its version was put away', { ...version('settled'), isArchived: true }, /version 7 is archived/],
    ['this run has scored it', { ...version('settled'), scored: ['7'] }, /scored as a past champion/],
    ['it was gone back from', version('rolled-back'), /version 7 was gone back from/],
    ['it is under embargo', { version: '7', standing: { embargo: 'version 7 leaks' } }, /version 7 leaks$/],
  ])('is not taken where %s', (_why, more, sentence) => {
    expect(whyNot(more)).toMatch(sentence);
    expect(whyNot(more)).toMatch(`that of run ${training.runId} is not taken: `);
  });

  it('that people have rejected comes back where one of them asks, and not by itself', () => {
    expect(whyNot(version('rejected'))).toBe('');
    expect(whyNot({ ...version('rejected'), byPerson: false })).toMatch(
      /rejected or failed, and no person asks/,
    );
  });

  it('is not judged again by gates that have held it back, being the same', () => {
    const runId = 'm-20260302-00000002';
    expect(whyNot(said(runId, 'failed'))).toMatch(
      `the same gates failed it on the same rows in run ${runId}`,
    );
    expect(whyNot(said(runId, 'inconclusive'))).toMatch('the same gates were inconclusive');
    expect(whyNot({ ...said(runId, 'inconclusive'), asksPeople: true })).toBe('');
    for (const verdict of ['passed', 'error', null] as const) expect(whyNot(said(runId, verdict))).toBe('');
    expect(whyNot(said('m-20260301-00000001', 'failed'))).toBe('');
    expect(whyNot({ ...said(runId, 'failed'), judgedBy: 'newer-gates' })).toBe('');
  });
});
