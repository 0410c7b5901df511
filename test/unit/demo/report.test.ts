import { describe, expect, it } from 'vitest';
import type { Observations } from '../../../demo/observations.ts';
import { makeReport } from '../../../demo/report.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import type { Run } from '../../../shared/domain/run.ts';

const run = (version: string, startedAt: string, part: Partial<Run> = {}): Run => ({
  runId: `run-${version}`,
  model: 'spam-filter',
  kind: 'retrain',
  signalKind: 'metric',
  signals: [`s${version}`],
  phase: 'settled',
  outcome: 'candidate',
  sentence: 'candidate',
  startedAt,
  endedAt: startedAt,
  champion: null,
  challenger: null,
  registeredVersion: version,
  released: false,
  verdict: 'passed',
  configHash: 'h',
  ...part,
});

const release = (version: string, part: Partial<ReleaseRow> = {}) =>
  ({
    releaseId: `run-${version}-release`,
    runId: `run-${version}`,
    model: { name: 'spam-filter', version, modelUri: 'u' },
    state: 'settled',
    sentence: 'it serves',
    startedAt: `2002-08-2${version}T00:00:00Z`,
    trail: [],
    given: [{ by: 'ben' }],
    ...part,
  }) as unknown as ReleaseRow;
const failed = {
  state: 'rolled-back',
  trail: [{ lastLook: { verdict: 'failed' } }],
} as unknown as ReleaseRow;

const decision = (
  id: string,
  outcome: Decision['outcome'] = 'admitted',
  kind: Decision['signal']['kind'] = 'metric',
  reason: Decision['reason'] = 'idle',
): Decision => ({
  outcome,
  reason,
  sentence: 'x',
  changedBy: '',
  runId: null,
  offerAgainAt: null,
  signals: [],
  freedRunId: null,
  signal: {
    id,
    model: 'spam-filter',
    kind,
    observedAt: null,
    source: 's',
    summary: 'x',
    evidence: { path: `mail/${id}.csv` },
  },
  offeredAt: '2002-08-15T00:00:00Z',
  decidedAt: '2002-08-15T00:00:00Z',
  configHash: 'h',
});

const good: Observations = {
  weeks: [
    {
      weekStart: '2002-08-15',
      n: 300,
      versions: ['1'],
      failed: 0,
      accuracy: 0.9,
      accuracyNeverRetrained: 0.9,
    },
    {
      weekStart: '2002-08-22',
      n: 100,
      versions: ['2'],
      failed: 0,
      accuracy: 0.98,
      accuracyNeverRetrained: 0.8,
    },
    {
      weekStart: '2002-08-29',
      n: 0,
      versions: ['2'],
      failed: 0,
      accuracy: null,
      accuracyNeverRetrained: null,
    },
  ],
  decisions: [
    decision('s2', 'admitted', 'metric', 'hold-over'),
    decision('drift', 'coalesced', 'drift', 'wait-pending'),
    decision('data', 'coalesced', 'data', 'run-live'),
    decision('schedule', 'coalesced', 'schedule', 'wait-pending'),
    decision('broken', 'rejected', 'data', 'data-refused'),
    decision('s1', 'admitted', 'manual'),
  ],
  // The API answers the newest first.
  runs: [
    run('3', '2002-08-30T00:00:00Z', { signals: [] }),
    run('2', '2002-08-29T00:00:00Z', { signals: ['s2', 'drift', 'data', 'schedule'] }),
    run('1', '2002-08-15T00:00:00Z', { signalKind: 'manual' }),
  ],
  signalIds: ['s1', 's2', 'drift', 'data', 'schedule', 'broken'],
  deferrals: [
    { signalId: 's2', reason: 'cooldown' },
    { signalId: 's2', reason: 'freeze' },
    { signalId: 'schedule', reason: 'cooldown' },
  ],
  spoiled: ['broken.csv'],
  manifests: [{ runId: 'run-2', train: [{ name: 'good.csv', etag: 'e', bytes: 1 }] }],
  registered: [
    { version: '1', runId: 'run-1' },
    { version: '2', runId: 'run-2' },
  ],
  releases: [release('3', failed), release('2'), release('1')],
  served: ['1', '3', '2'],
  durationMs: 1234,
};

const missingWith = (part: Partial<Observations>): readonly string[] => {
  const report = makeReport({ ...good, ...part });
  expect(report.happened).toBe(report.missing.length === 0);
  return report.missing;
};

describe('the report of the demo', () => {
  it('says that it happened when everything did', () => {
    const report = makeReport(good);
    expect(report).toMatchObject({
      happened: true,
      missing: [],
      decisions: { admitted: 2, coalesced: 3, deferred: 0, rejected: 1 },
      reasons: {
        drift: { 'wait-pending': 1 },
        metric: { 'hold-over': 1 },
        data: { 'run-live': 1, 'data-refused': 1 },
        schedule: { 'wait-pending': 1 },
        manual: { idle: 1 },
      },
      answeredByRun: { manual: 1, metric: 1, drift: 1, data: 1, schedule: 1 },
      held: { cooldown: 2, freeze: 1 },
      refusedFiles: [{ file: 'mail/broken.csv', why: 'x' }],
      durationMs: 1234,
    });
    expect(report.runs[1]).toEqual({
      runId: 'run-2',
      signalKind: 'metric',
      verdict: 'passed',
      registeredVersion: '2',
      outcome: 'candidate',
    });
  });

  it('weighs each week by its mails', () => {
    const report = makeReport(good);
    expect(report.accuracy).toBeCloseTo(0.92);
    expect(report.accuracyNeverRetrained).toBeCloseTo(0.875);
    expect(makeReport({ ...good, weeks: [] }).accuracy).toBeNull();
  });

  it('misses a champion, and a retraining after it', () => {
    const again = 'no retraining after the first champion passed its gates and was released';
    const [third, second, first] = good.releases;
    expect(missingWith({ releases: [third!] })).toContain('no champion was released');
    expect(missingWith({ releases: [third!, first!] })).toEqual([again]);
    const rejected = { ...second!, state: 'rejected' } as const;
    expect(missingWith({ releases: [third!, rejected, first!] })).toEqual([again]);
  });

  it('misses an approval', () => {
    const [third, second, first] = good.releases;
    expect(missingWith({ releases: [third!, { ...second!, given: [] }, first!] })).toEqual([
      'nobody approved the release of version 2',
    ]);
  });

  it('misses a challenger that passed its gates, failed in production and was rolled back', () => {
    const missing = ['no challenger that passed its gates failed in production and was rolled back'];
    const [third, second, first] = good.releases;
    expect(missingWith({ releases: [second!, first!] })).toEqual(missing);
    expect(missingWith({ releases: [{ ...third!, trail: [] }, second!, first!] })).toEqual(missing);
    expect(missingWith({ runs: [{ ...good.runs[0]!, verdict: 'failed' }, ...good.runs.slice(1)] })).toEqual(
      missing,
    );
  });

  it('misses a version that the registry does not have, or that another run made', () => {
    const [first] = good.registered;
    const expected = ["the workspace's registry has no version 2 made by run run-2"];
    expect(missingWith({ registered: [first!] })).toEqual(expected);
    expect(missingWith({ registered: [first!, { version: '2', runId: null }] })).toEqual(expected);
  });

  it('misses a released version that the endpoint never answered as', () => {
    expect(missingWith({ served: ['1', '3'] })).toEqual([
      'the endpoint never answered as version 2 of run run-2',
    ]);
  });

  it('misses a decision, and minds a second one', () => {
    expect(missingWith({ decisions: good.decisions.slice(0, -1) })).toEqual([
      'signal s1 has 0 recorded decisions instead of one',
    ]);
    expect(missingWith({ decisions: [...good.decisions, decision('s1')] })).toEqual([
      'signal s1 has 2 recorded decisions instead of one',
    ]);
    expect(missingWith({ decisions: [...good.decisions, decision('other')] })).toEqual([
      'signal other has a decision, but was never sent',
    ]);
    const waiting = decision('s1', 'deferred', 'manual', 'freeze');
    expect(missingWith({ decisions: [...good.decisions.slice(0, -1), waiting] })).toEqual([
      'signal s1 still waits (freeze)',
    ]);
  });

  it('misses a kind of signal that no run answered', () => {
    const [third, second, first] = good.runs;
    const signals = ['s2', 'schedule'];
    expect(missingWith({ runs: [third!, { ...second!, signals }, first!] })).toEqual([
      'no drift signal started or joined a run',
      'no data signal started or joined a run',
    ]);
  });

  it('misses a freeze and a cooldown that held nobody', () => {
    expect(missingWith({ deferrals: [] })).toEqual([
      'no signal was blocked by a freeze',
      'no signal was blocked by a cooldown',
    ]);
  });

  it('misses a refusal of the broken file, and minds a run that used it', () => {
    expect(missingWith({ spoiled: [] })).toEqual(['no broken file was uploaded']);
    const accepted = decision('broken', 'rejected', 'data', 'too-little-data');
    expect(missingWith({ decisions: good.decisions.with(4, accepted) })).toEqual([
      'the broken file broken.csv was not refused',
    ]);
    const train = [{ name: 'broken.csv', etag: 'e', bytes: 1 }];
    expect(missingWith({ manifests: [{ runId: 'run-2', train }] })).toEqual([
      'run run-2 used the broken file broken.csv',
    ]);
  });
});
