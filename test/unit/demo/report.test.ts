import { describe, expect, it } from 'vitest';
import { makeReport, type Observations } from '../../../demo/report.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { Run } from '../../../shared/domain/run.ts';

const run = (version: string, startedAt: string, part: Partial<Run> = {}): Run => ({
  runId: `run-${version}`,
  model: 'spam-filter',
  kind: 'retrain',
  signalKind: 'metric',
  signals: [`s${version}`],
  phase: 'settled',
  outcome: 'released',
  sentence: 'released',
  startedAt,
  endedAt: startedAt,
  champion: null,
  challenger: null,
  registeredVersion: version,
  released: true,
  verdict: 'passed',
  configHash: 'h',
  ...part,
});

const decision = (id: string, outcome: Decision['outcome'] = 'admitted'): Decision => ({
  outcome,
  reason: 'idle',
  sentence: 'x',
  changedBy: '',
  runId: null,
  offerAgainAt: null,
  signals: [],
  freedRunId: null,
  signal: {
    id,
    model: 'spam-filter',
    kind: 'metric',
    observedAt: null,
    source: 's',
    summary: 'x',
    evidence: {},
  },
  offeredAt: '2002-08-15T00:00:00Z',
  decidedAt: '2002-08-15T00:00:00Z',
  configHash: 'h',
});

const good: Observations = {
  weeks: [
    { weekStart: '2002-08-15', n: 300, championVersion: '1', accuracy: 0.9, accuracyNeverRetrained: 0.9 },
    { weekStart: '2002-08-22', n: 100, championVersion: '2', accuracy: 0.98, accuracyNeverRetrained: 0.8 },
    { weekStart: '2002-08-29', n: 0, championVersion: '2', accuracy: null, accuracyNeverRetrained: null },
  ],
  decisions: [decision('s2'), decision('s2b', 'coalesced'), decision('s1')],
  // The API answers the newest first.
  runs: [run('2', '2002-08-29T00:00:00Z'), run('1', '2002-08-15T00:00:00Z', { signalKind: 'manual' })],
  signalIds: ['s1', 's2', 's2b'],
  registered: [
    { version: '1', runId: 'run-1' },
    { version: '2', runId: 'run-2' },
  ],
  takenUp: ['1', '2'],
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
      decisions: { admitted: 2, coalesced: 1, deferred: 0, rejected: 0 },
      durationMs: 1234,
    });
    expect(report.runs[0]).toEqual({
      runId: 'run-2',
      signalKind: 'metric',
      verdict: 'passed',
      registeredVersion: '2',
      released: true,
    });
  });

  it('weighs each week by its mails', () => {
    const report = makeReport(good);
    expect(report.accuracy).toBeCloseTo(0.92);
    expect(report.accuracyNeverRetrained).toBeCloseTo(0.875);
    expect(makeReport({ ...good, weeks: [] }).accuracy).toBeNull();
  });

  it('misses a champion, and a retraining after it', () => {
    expect(missingWith({ runs: [] })).toEqual(['no champion was released']);
    expect(missingWith({ runs: [run('1', '2002-08-15T00:00:00Z')] })).toEqual([
      'no retraining after the first champion passed the gate and was released',
    ]);
    const failed = run('2', '2002-08-29T00:00:00Z', { released: false, verdict: 'failed' });
    expect(missingWith({ runs: [failed, good.runs[1]!] })).toHaveLength(1);
  });

  it('misses a version that the registry does not have, or that another run made', () => {
    const [first] = good.registered;
    const expected = ["the workspace's registry has no version 2 made by run run-2"];
    expect(missingWith({ registered: [first!] })).toEqual(expected);
    expect(missingWith({ registered: [first!, { version: '2', runId: null }] })).toEqual(expected);
  });

  it('misses a release that the production application did not take up', () => {
    expect(missingWith({ takenUp: ['1'] })).toEqual([
      'the production application never took up version 2 of run run-2',
    ]);
  });

  it('misses a decision, and minds a second one', () => {
    expect(missingWith({ decisions: good.decisions.slice(1) })).toEqual([
      'signal s2 has 0 recorded decisions instead of one',
    ]);
    expect(missingWith({ decisions: [...good.decisions, decision('s1')] })).toEqual([
      'signal s1 has 2 recorded decisions instead of one',
    ]);
  });
});
