import { describe, expect, it } from 'vitest';
import { makeReport, type WeekResult } from '../../../demo/report.ts';
import { terminalView, type View } from '../../../demo/view.ts';
import type { Run } from '../../../shared/domain/run.ts';

const week: WeekResult = {
  weekStart: '2002-08-22',
  n: 529,
  championVersion: '1',
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
      view.week({ ...week, n: 0, accuracy: null, accuracyNeverRetrained: null });
    }).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '  week of       mails   accuracy   never retrained   champion',
      '  2002-08-22      529     93.6 %            90.0 %   1',
      '  2002-08-22        0          -                 -   1',
    ]);
  });

  it('shows a run phase by phase and its end with the reason', () => {
    const run = { runId: 'r-1', phase: 'train', outcome: null, released: false } as Run;
    const text = shown((view) => {
      view.run(run);
      view.run({ ...run, phase: 'settled', outcome: 'gate-failed', sentence: 'accuracy 0.9 < 0.95' });
    });
    expect(text).toMatch(/run +r-1 train\n/);
    expect(text).toMatch(/gate-failed +accuracy 0\.9 < 0\.95\n/);
  });

  it('overwrites what is under way on a terminal, and leaves it out elsewhere', () => {
    const run = { runId: 'r-1', phase: 'train', outcome: null, released: false } as Run;
    const story = (view: View): void => {
      view.tick();
      view.run(run);
      view.tick();
      view.takenUp('7');
    };
    expect(shown(story, { live: true }).replaceAll('\r\u001b[2K', '<clear>')).toMatch(
      /r-1 train\n<clear> +… +train \d\.\d s<clear> +in use/,
    );
    expect(shown(story)).toMatch(/r-1 train\n +in use/);
  });

  it('closes with the chart, the table and what was missing', () => {
    const report = makeReport({
      weeks: [week],
      decisions: [],
      runs: [],
      signalIds: [],
      registered: [],
      takenUp: [],
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
