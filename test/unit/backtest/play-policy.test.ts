import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../shared/backtest/history.ts';
import type { HistoryLine } from '../../../shared/backtest/history-schema.ts';
import { playPolicy } from '../../../shared/backtest/play-policy.ts';
import { FleetSchema } from '../../../shared/config/fleet-schema.ts';
import type { PinnedModel } from '../../../shared/config/schema.ts';
import { anyHistory, anyModel, assumed, atHour, modelWith, noFleet } from './histories.ts';

const fleet = { policy: FleetSchema.parse({ maximumConcurrentRuns: 1 }), models: ['tiny', 'other'] };

function play(lines: readonly HistoryLine[], pinned: PinnedModel, more: Partial<typeof assumed> = {}) {
  const history = openHistory([...lines, { type: 'end', at: atHour(24 * 60) }]);
  return playPolicy({ history, pinned, fleet, assumptions: { ...assumed, ...more } });
}

describe('playing a policy', () => {
  it('gives the same play of the same history, to the byte', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyHistory, anyModel, (lines, pinned) => {
        expect(JSON.stringify(play(lines, pinned))).toBe(
          JSON.stringify(play(structuredClone(lines), pinned)),
        );
      }),
      { numRuns: 60 },
    );
  });

  it('decides of the past the same, whatever the future holds', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(
        anyHistory,
        anyHistory,
        anyModel,
        fc.nat({ max: 30 * 24 }),
        (lines, others, pinned, hour) => {
          const now = atHour(hour);
          // Both begin at one time: the first look at the schedules is at the beginning of the history.
          const begin: HistoryLine = { type: 'champion', at: atHour(-1), version: '1', run: null };
          const past = [begin, ...lines.filter(({ at }) => at <= now)];
          const before = ({ decisions, runs, served }: ReturnType<typeof play>) => ({
            decisions: decisions.filter(
              ({ outcome, decidedAt }) => outcome !== 'deferred' && decidedAt <= now,
            ),
            started: runs.flatMap(({ runId, startedAt }) =>
              startedAt <= now ? [`${runId} ${startedAt}`] : [],
            ),
            served: served.flatMap(({ from, version }) => (from <= now ? [`${version} ${from}`] : [])),
          });
          const future = (of: readonly HistoryLine[]) => of.filter(({ at }) => at > now);
          const futures = [future(lines), future(others), []];
          const [known, ...same] = futures.map((each) => before(play([...past, ...each], pinned)));
          expect(same).toEqual([known, known]);
        },
      ),
      { numRuns: 120 },
    );
  });

  it('asks for a run where advice says that it pays, once a day, through the same holds', () => {
    const fallen = Array.from({ length: 30 }, (_, day): HistoryLine => {
      const observedAt = atHour(24 * day);
      const metrics = { accuracy: day < 12 ? 0.95 : 0.86 };
      return {
        type: 'metrics',
        at: observedAt,
        report: { window: `d${day}`, observedAt, sample: 400, metrics },
        version: '1',
      };
    });
    const lines: HistoryLine[] = [{ type: 'champion', at: atHour(-1), version: '1', run: null }, ...fallen];
    const under = (policy: string) =>
      play(
        lines,
        modelWith({
          // Its persistence is never met: only the advice asks.
          triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9, breaches: 20, windows: 20 }] }',
          policy: `{ budget: { window: P10D, computeHours: 4 }, ${policy} }`,
        }),
      );
    expect(under('advice: show').runs.filter(({ startedAt }) => startedAt < atHour(24 * 28))).toEqual([]);
    const advised = under('advice: signal');
    const [first, second] = advised.runs;
    expect(first).toMatchObject({
      startedAt: atHour(24 * 12 + 6),
      signalId: `advice:tiny:${atHour(24 * 12 + 6)}`,
    });
    expect(advised.decisions.find(({ signalId }) => signalId === first!.signalId)!.summary).toMatch(
      /^Retrain: /,
    );
    // What the version that was never trained is worth nobody knows: then nothing more is said to pay.
    expect(second).toBeUndefined();
    const frozen = under(
      `advice: signal, freezes: [{ name: f, from: '${atHour(0)}', until: '${atHour(24 * 15)}' }]`,
    );
    expect(frozen.runs[0]!.startedAt).toBe(atHour(24 * 15));
    expect(under('advice: signal, mode: observe').runs).toEqual([]);
  });

  it('holds a run until enough rows have come since the change, whichever rule or advice tells of it', () => {
    const days = Array.from({ length: 30 }, (_, day) => day);
    const reports = days.map((day): HistoryLine => {
      const metrics = { accuracy: day < 12 ? 0.95 : 0.8 };
      const report = { window: `d${day}`, observedAt: atHour(24 * day), sample: 400, metrics };
      return { type: 'metrics', at: atHour(24 * day), report, version: '1' };
    });
    const files = days.map(
      (day): HistoryLine => ({
        ...{
          type: 'data',
          at: atHour(24 * day + 12),
          rows: 50,
          refused: null,
          observedAt: null,
          source: 'test',
        },
        file: { path: `tiny/${day}.csv`, etag: String(day), bytes: 10 },
      }),
    );
    const lines = [
      { type: 'champion', at: atHour(-1), version: '1', run: null } as const,
      ...[...reports, ...files].toSorted((a, b) => (a.at < b.at ? -1 : 1)),
    ];
    const under = (policy: string, rule = '') => {
      const triggers = `{ metrics: [{ name: low, metric: accuracy, below: 0.9${rule} }] }`;
      return play(lines, modelWith({ triggers, policy: `{ longestWait: P20D, ${policy} }` }));
    };
    expect(under('cooldown: P1D').runs[0]!.startedAt).toBe(atHour(24 * 12));
    // The good report of day 11 comes before the file of that day, which counts.
    const held = under('rowsAfterChange: 200');
    expect(held.runs[0]!.startedAt).toBe(atHour(24 * 14 + 12));
    expect(held.decisions.find(({ waits }) => waits.length > 0)!.waits).toEqual([
      { reason: 'too-little-data', from: atHour(24 * 12), until: atHour(24 * 14 + 12) },
    ]);
    const advised = (more: string) =>
      under(
        `advice: signal, budget: { window: P10D, computeHours: 4 }${more}`,
        ', breaches: 20, windows: 20',
      );
    expect(advised('').runs[0]!.startedAt).toBe(atHour(24 * 12 + 6));
    expect(advised(', rowsAfterChange: 150').runs[0]!.startedAt).toBe(atHour(24 * 13 + 12));
  });

  it('answers every signal once, and never has two runs at one time', { timeout: 60_000 }, () => {
    fc.assert(
      fc.property(anyHistory, anyModel, (lines, pinned) => {
        const { decisions, runs } = play(lines, pinned);
        const ids = decisions.map(({ signalId }) => signalId);
        expect(new Set(ids).size).toBe(ids.length);
        for (const [index, { startedAt }] of runs.entries())
          if (index > 0) expect(runs[index - 1]!.endedAt! <= startedAt).toBe(true);
        const admitted = decisions.flatMap(({ outcome, runId }) => (outcome === 'admitted' ? [runId] : []));
        expect(runs.map(({ runId }) => runId).sort()).toEqual(admitted.sort());
      }),
      { numRuns: 60 },
    );
  });

  const metrics = (hour: number, accuracy: number, version: string): HistoryLine => ({
    type: 'metrics',
    at: atHour(hour),
    report: { window: `w${hour}`, observedAt: atHour(hour), sample: 100, metrics: { accuracy } },
    version,
  });
  const watched = modelWith({
    triggers: '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }] }',
    policy: '{ cooldown: PT0S }',
  });

  it('takes durations, outcomes and versions from the runs that took place, and others as assumed', () => {
    const [low, again] = [metrics(1, 0.8, '1'), metrics(50, 0.8, '2')];
    const [first] = play([low], watched).runs;
    const took: HistoryLine = {
      ...{
        type: 'run',
        at: atHour(1),
        run: first!.runId,
        endedAt: atHour(6),
        outcome: 'released',
        version: '2',
      },
      hours: 3,
    };
    const { runs, served } = play([low, took, again], watched);
    expect(runs).toMatchObject([
      {
        isRecorded: true,
        startedAt: atHour(1),
        endedAt: atHour(6),
        hours: 3,
        version: '2',
        outcome: 'released',
      },
      { isRecorded: false, startedAt: atHour(50), endedAt: atHour(55), hours: 3, outcome: 'released' },
    ]);
    expect(served.map(({ version, trainedAt }) => [version, trainedAt])).toEqual([
      ['2', atHour(1)],
      [`of ${runs[1]!.runId}`, atHour(50)],
    ]);
    const failing = play([low, took, again], watched, { runOutcome: 'gate-failed' as 'released' });
    expect(failing.runs.map(({ outcome }) => outcome)).toEqual(['released', 'gate-failed']);
  });

  it('has the rules judge the version that serves, where its scores are known by then', () => {
    const start: HistoryLine = { type: 'champion', at: atHour(0), version: '1', run: null };
    const scores = (hour: number): HistoryLine => ({
      ...{ type: 'scores', at: atHour(hour), window: 'w5', metric: 'accuracy', scores: { '1': 0.5 } },
    });
    const asked = (lines: readonly HistoryLine[]) => play(lines, watched).decisions.length;
    expect(asked([start, metrics(5, 0.95, '2')])).toBe(0);
    expect(asked([start, scores(5), metrics(5, 0.95, '2')])).toBe(1);
    expect(asked([start, metrics(5, 0.95, '2'), scores(6)])).toBe(0);
    expect(play([start, metrics(5, 0.95, '2')], watched).windows).toMatchObject([
      { isKnown: false, serves: '1' },
    ]);
  });

  it('goes through the fleet: the run of another model holds its slot', () => {
    const other: HistoryLine = {
      ...{ type: 'run', at: atHour(0), run: 'other-20260101-00000001', model: 'other', endedAt: atHour(9) },
      ...{ outcome: 'released', version: '1', hours: 9 },
    };
    const { decisions } = play([other, metrics(1, 0.8, '1')], watched);
    expect(decisions).toMatchObject([
      {
        outcome: 'admitted',
        reason: 'hold-over',
        decidedAt: atHour(9),
        waits: [{ reason: 'fleet', from: atHour(1) }],
      },
    ]);
    const history = openHistory([other, metrics(1, 0.8, '1'), { type: 'end', at: atHour(20) }]);
    const alone = playPolicy({ history, pinned: watched, fleet: noFleet, assumptions: assumed });
    expect(alone.decisions).toMatchObject([{ outcome: 'admitted', decidedAt: atHour(1), waits: [] }]);
  });

  it('finds schedules and old champions by its own clock', () => {
    const timed = modelWith({
      triggers: "{ schedules: [{ name: weekly, cron: '0 6 * * 1' }], championAge: P10D }",
      policy: '{ cooldown: PT0S }',
    });
    const start: HistoryLine = { type: 'champion', at: atHour(0), version: '1', run: null };
    const history = openHistory([start, { type: 'end', at: atHour(14 * 24) }]);
    const { decisions } = playPolicy({
      ...{ history, pinned: timed, fleet: noFleet },
      assumptions: { ...assumed, runOutcome: 'gate-failed' },
    });
    expect(decisions.map(({ signalId }) => signalId)).toEqual([
      'schedule:tiny:weekly:2026-01-05T06:00:00.000Z',
      'champion-age:tiny:2026-01-11T00:00:00.000Z',
      'schedule:tiny:weekly:2026-01-12T06:00:00.000Z',
    ]);
  });

  it('misses what no longer comes by its own clock, and has it fall out of a wait when it comes', () => {
    const missing = modelWith({
      triggers:
        '{ metrics: [{ name: low, metric: accuracy, below: 0.9 }], absences: [{ name: gone, of: low, for: P1D, retrain: true }, { name: told, of: data, for: P2D }] }',
      policy: `{ cooldown: PT0S, freezes: [{ name: f, from: '${atHour(20)}', until: '${atHour(60)}' }] }`,
    });
    const reportAt = (observed: number, told = observed): HistoryLine => ({
      type: 'metrics',
      at: atHour(told),
      report: {
        window: `w${observed}`,
        observedAt: atHour(observed),
        sample: 9,
        metrics: { accuracy: 0.99 },
      },
    });
    const fileAt = (hour: number): HistoryLine => ({
      ...{ type: 'data', at: atHour(hour), file: { path: 'tiny/1.csv', etag: 'e', bytes: 9 }, rows: 5 },
      ...{ refused: null, observedAt: atHour(hour), source: 'test' },
    });
    // One is told late, while its absence waits; then nothing comes for long.
    const lines = [reportAt(1), fileAt(2), reportAt(20, 30), { type: 'end', at: atHour(200) } as const];
    const { decisions } = playPolicy({
      ...{ history: openHistory(lines), pinned: missing, fleet: noFleet, assumptions: assumed },
    });
    expect(decisions.map(({ signalId, reason, decidedAt }) => [signalId, reason, decidedAt])).toEqual([
      ['data:tiny:tiny/1.csv:e', 'data-counted', atHour(2)],
      [`absence:tiny:gone:${atHour(25)}`, 'recovered', atHour(30)],
      [`absence:tiny:told:${atHour(50)}`, 'absent', atHour(50)],
      [`absence:tiny:gone:${atHour(44)}`, 'hold-over', atHour(60)],
    ]);
  });
});
