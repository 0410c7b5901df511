import { describe, expect, it } from 'vitest';
import { openHistory } from '../../../shared/backtest/history.ts';
import type { HistoryLine } from '../../../shared/backtest/history-schema.ts';
import { readHistory } from '../../../shared/backtest/read-history.ts';
import { atHour } from './histories.ts';

const run = (hour: number, version: string): HistoryLine => ({
  ...{ type: 'run', at: atHour(hour), run: 'tiny-20260101-00000001', outcome: 'released' },
  ...{ endedAt: atHour(hour + 1), version, hours: 1 },
});
const textOf = (lines: readonly HistoryLine[]) => lines.map((line) => JSON.stringify(line)).join('\n');

describe('a run that a history tells twice', () => {
  it('is refused with both lines, beside whatever else is wrong', () => {
    expect(readHistory(`${textOf([run(0, '1'), run(0, '1'), run(5, '2')])}\nnothing`)).toEqual({
      problems: [
        ...[2, 3].map(
          (line) =>
            `line ${line}: run.run: tiny-20260101-00000001 is told on line 1 already; leave one line for each run`,
        ),
        'line 4: is not JSON; it begins "nothing"',
      ],
    });
    expect(readHistory(textOf([run(0, '1')]))).toEqual({ lines: [run(0, '1')] });
  });

  it('is what it was when it was told first: what comes later does not change the past', () => {
    expect(openHistory([run(0, '1'), run(5, '2')]).runs.get('tiny-20260101-00000001')).toEqual(run(0, '1'));
    expect(openHistory([run(0, '1'), run(5, '2')]).versions.map(({ version }) => version)).toEqual(['1']);
  });
});
