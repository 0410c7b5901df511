import { describe, expect, it } from 'vitest';
import type { WeekResult } from '../../../demo/observations.ts';
import { makeReport } from '../../../demo/report.ts';
import { terminalView, type View } from '../../../demo/view.ts';
import type { Decision } from '../../../shared/domain/decision.ts';
import type { GateReport } from '../../../shared/domain/gate-report.ts';
import type { ReleaseRow } from '../../../shared/domain/release-state.ts';
import type { Run } from '../../../shared/domain/run.ts';

const week: WeekResult = {
  weekStart: '2002-08-22',
  n: 529,
  versions: ['1', '2'],
  failed: 0,
  accuracy: 0.9357,
  accuracyNeverRetrained: 0.9,
};

function shown(show: (view: View) => void, { color = false, live = false } = {}): string {
  let text = '';
  show(
    terminalView({
      color,
      live,
      write: (part) => {
        text += part;
      },
    }),
  );
  return text;
}

describe('the terminal view', () => {
  it('puts a week under its header, column by column', () => {
    const lines = shown((view) => {
      view.weekHeader();
      view.week(week);
      view.week({ ...week, versions: ['2'], failed: 11 });
      view.week({ ...week, n: 0, accuracy: null, accuracyNeverRetrained: null, versions: [] });
    }).split('\n');
    expect(lines.slice(0, 4)).toEqual([
      '  week of       mails   accuracy   never retrained   scored by',
      '  2002-08-22      529     93.6 %            90.0 %   1, 2',
      '  2002-08-22      529     93.6 %            90.0 %   2; 11 not scored',
      '  2002-08-22        0          -                 -   -',
    ]);
  });

  it('shows a signal, its answers and what they waited for, with their virtual times', () => {
    const signal: Decision['signal'] = {
      id: 'drift:spam-filter:m-1',
      model: 'spam-filter',
      kind: 'drift',
      observedAt: null,
      source: 'event-grid',
      summary: 'Monitor signal "x" found 1 features beyond their thresholds.',
      evidence: { features: [{ group: 'links', metric_value: 0.5123 }] },
    };
    const decision = {
      signal,
      outcome: 'deferred',
      reason: 'freeze',
      sentence:
        'Waits until 2002-10-05T00:00:00.000Z: freeze quarter-end is in force until 2002-10-05T00:00:00.000Z.',
      offeredAt: '2002-10-03T04:00:00.000Z',
      decidedAt: '2002-10-03T04:00:00.000Z',
    } as Decision;
    const text = shown((view) => {
      view.asks(decision);
      view.decision(decision);
      view.decision({
        ...decision,
        outcome: 'admitted',
        reason: 'hold-over',
        sentence: 'Admitted: it starts run spam-filter-20021005-1f2e3d4c.',
        decidedAt: '2002-10-05T00:00:00.000Z',
      });
    });
    expect(text.split('\n')).toEqual([
      '    10-03 04:00  request     drift: Monitor signal "x" found 1 features beyond their thresholds. Stability',
      '                             index: links 0.51.',
      '    10-03 04:00  deferred    drift, freeze: Waits until 10-05 00:00: freeze quarter-end is in force until',
      '                             10-05 00:00.',
      '    10-05 00:00  admitted    drift, hold-over: Admitted: it starts run 20021005-1f2e3d4c.',
      '',
    ]);
  });

  it('shows who asked for a run, what each gate said, and its end', () => {
    const run = {
      runId: 'm-20020829-1f2e3d4c',
      signalKind: 'metric',
      signals: ['a', 'b', 'c'],
      phase: 'train',
      outcome: null,
      released: false,
      startedAt: '2002-08-29T07:00:00.000Z',
      endedAt: '2002-08-29T07:00:00.000Z',
    } as unknown as Run;
    const gate = {
      gate: 'floor',
      kind: 'bound',
      metric: 'accuracy',
      severity: 'block',
      verdict: 'failed',
      sentence: 'accuracy 0.7 < 0.9',
      estimate: 0.7,
      limit: 0.9,
      interval: { low: 0.65, high: 0.74321, confidence: 0.975, method: 'exact' },
      slices: { by: 'week', results: [{ verdict: 'failed' }, { verdict: 'ignored' }] },
    } as unknown as GateReport['gates'][number];
    const report = {
      verdict: 'failed',
      gates: [gate],
      sentence: 'accuracy 0.7 < 0.9',
    } as unknown as GateReport;
    const text = shown((view) => {
      view.run(run, null);
      view.run({ ...run, phase: 'evaluate' }, null);
      view.run({ ...run, phase: 'settled', outcome: 'gate-failed' }, report);
    });
    expect(text.replace(/ \(\d+\.\d s\)/, '').split('\n')).toEqual([
      '    08-29 07:00  run         m-20020829-1f2e3d4c for metric and 2 more',
      '                 floor failed: accuracy 70.0 %, 97.5 % CI 65.0 to 74.3 %, limit 90 %; by week 1 failed, 1',
      '                             ignored',
      '    08-29 07:00  gate-failed accuracy 0.7 < 0.9',
      '',
    ]);
  });

  it('shows how a release goes on', () => {
    const row = {
      model: { version: '2' },
      state: 'rolling-back',
      sentence: 'Goes back: Check errors failed: 11 of 52 requests (21.2 %) of version-2 failed.',
      asks: null,
      writtenAt: '2002-08-26T00:00:00.000Z',
    } as unknown as ReleaseRow;
    expect(shown((view) => view.release(row)).split('\n')).toEqual([
      '    08-26 00:00  release     version 2 rolling-back: Goes back: Check errors failed: 11 of 52 requests',
      '                             (21.2 %) of version-2 failed.',
      '',
    ]);
  });

  it('overwrites what is under way on a terminal, and leaves it out elsewhere', () => {
    const run = {
      runId: 'r-1',
      signalKind: 'manual',
      signals: ['s'],
      phase: 'train',
      outcome: null,
      startedAt: '2002-08-29T07:00:00.000Z',
    } as unknown as Run;
    const story = (view: View): void => {
      view.tick();
      view.run(run, null);
      view.tick();
      view.happens(Date.parse('2002-08-29T08:00:00Z'), 'edit', 'the code');
    };
    expect(shown(story, { live: true }).replaceAll('\r\u001b[2K', '<clear>')).toMatch(
      /r-1 for manual\n<clear> +… train \d\.\d s<clear> +08-29 08:00 +edit +the code/,
    );
    expect(shown(story)).toMatch(/r-1 for manual\n +08-29 08:00 +edit/);
  });

  it('closes with the chart, the table and what was missing', () => {
    const report = makeReport({
      weeks: [week],
      decisions: [],
      runs: [],
      signalIds: [],
      deferrals: [],
      spoiled: [],
      manifests: [],
      registered: [],
      releases: [],
      served: [],
      durationMs: 61_250,
    });
    const text = shown((view) => view.closing(report));
    expect(text).toContain(' 94 % │    ●');
    expect(text).toContain(' 90 % │    ○');
    expect(text).toMatch(/took +61\.3 s/);
    expect(text).toMatch(/missing +no champion was released/);
  });

  it('writes escape codes only when colours are on', () => {
    const title = (color: boolean) => shown((view) => view.title('Ratchet'), { color });
    expect(title(false)).toBe('\nRatchet\n');
    expect(title(true)).toContain('[1m');
  });
});
