import { describe, expect, it } from 'vitest';
import { hashJson } from '../../../shared/config/pin.ts';
import type { Embargo } from '../../../shared/domain/embargo.ts';
import type { ReleaseRow, ReleaseState } from '../../../shared/domain/release-state.ts';
import { judgeUsable } from '../../../shared/release/transitions/judge-usable.ts';
import { release } from './world/world.ts';

const at = '2026-03-02T08:00:00.000Z';
const final: readonly ReleaseState[] = ['settled', 'rolled-back', 'rejected', 'superseded', 'failed'];

/** The stages are tell, ask, copies, some, all (production) and announce. */
function row(state: ReleaseState, stage: string | null, version = '2'): ReleaseRow {
  return {
    ...{ releaseId: `m-20260302-${version}-release`, runId: `m-20260302-${version}`, endpoint: 'm', state },
    ...{ model: { name: 'm', version, modelUri: '' }, since: at, startedAt: at, sentence: 'So it is.' },
    ...{ stage, step: null, isChampion: false, asks: null, lastLook: null, approvals: [], digest: null },
    ...{ binding: null, approval: null, writtenAt: at, endedAt: final.includes(state) ? at : null },
  };
}

const ask = (
  releases: readonly ReleaseRow[],
  stage: string | null = null,
  embargoes: readonly Embargo[] = [],
) => judgeUsable({ model: 'm', version: '2', stage, stages: release.stages, releases, embargoes });

describe('whether a version may enter a stage', () => {
  it('is no under embargo, whatever its release has come to', () => {
    const sentence = 'version 2 was quarantined by ada at noon: it leaks';
    const embargo = { version: '2', why: 'quarantined' as const, since: at, sentence };
    for (const known of [row('settled', null), row('serving', 'all')]) {
      const reason = `Under embargo: ${sentence}.`;
      expect(ask([known], null, [embargo])).toMatchObject({ usable: 'no', reason });
      expect(ask([known], null, [{ ...embargo, version: '3' }]).usable).toBe('yes');
    }
  });

  it('is no where a later version was settled after it, and yes where it was gone back to since', () => {
    const later = { ...row('settled', null, '3'), endedAt: '2026-03-03T08:00:00.000Z' };
    expect(ask([later, row('settled', null)])).toMatchObject({
      usable: 'no',
      reason: 'Version 2 was superseded by version 3, which was settled at 2026-03-03T08:00:00.000Z.',
    });
    const back = { ...row('settled', null), endedAt: '2026-03-04T08:00:00.000Z' };
    expect(ask([back, later, row('settled', null)]).usable).toBe('yes');
  });

  it('is no without a release of it', () => {
    expect(ask([])).toEqual({
      usable: 'no',
      reason: 'There is no release of version 2 of m: nothing has let it go anywhere.',
      ...{ release: null, embargo: null, supersededBy: null },
      evidenceHash: hashJson({ release: null, embargo: null, supersededBy: null }),
    });
    expect(ask([row('settled', null, '3')]).usable).toBe('no');
  });

  it.each([
    ['settled', null, null, 'yes'],
    ['settled', null, 'some', 'yes'],
    ['rolled-back', null, 'tell', 'no'],
    ['rejected', null, null, 'no'],
    ['superseded', null, null, 'no'],
    ['failed', null, null, 'no'],
    ['rolling-back', 'all', null, 'no'],
    ['queued', 'tell', 'tell', 'wait'],
    ['deploying', 'tell', 'tell', 'wait'],
    ['waiting-for-approval', 'ask', 'some', 'wait'],
    ['waiting-for-approval', 'ask', 'tell', 'yes'],
    ['canary', 'some', 'some', 'yes'],
    ['canary', 'some', null, 'wait'],
    ['asking', 'some', 'some', 'wait'],
    ['serving', 'all', null, 'yes'],
    ['serving', 'all', 'announce', 'wait'],
    ['notifying', 'announce', null, 'yes'],
  ] as const)('while its release is %s at stage %s: for stage %s %s', (state, stage, asked, usable) => {
    expect(ask([row(state, stage)], asked)).toMatchObject({
      usable,
      reason: expect.stringContaining('So it is.'),
    });
  });

  it('has the hash of what it rests on, which changes with it and with nothing else', () => {
    const known = row('canary', 'some');
    const { release, embargo, supersededBy, evidenceHash } = ask([known], 'some');
    expect(evidenceHash).toBe(hashJson({ supersededBy, release, embargo }));
    expect(ask([known, row('settled', null, '7')], 'some').evidenceHash).toBe(evidenceHash);
    const look = { at, verdict: 'passed' as const, sentence: '', requests: 7 };
    const quarantined = { version: '2', why: 'quarantined' as const, since: at, sentence: 'x' };
    const others = [
      ask([{ ...known, step: 10 }], 'some'),
      ask([{ ...known, digest: 'd' }], 'some'),
      ask([{ ...known, lastLook: look }], 'some'),
      ask([known], 'some', [quarantined]),
    ].map((answer) => answer.evidenceHash);
    expect(new Set([evidenceHash, ...others]).size).toBe(5);
  });

  it('goes by its latest release', () => {
    expect(ask([row('rolled-back', null), row('settled', null)]).usable).toBe('no');
  });
});
