import { describe, expect, it } from 'vitest';
import { drawChart } from '../../../demo/chart.ts';

describe('the chart', () => {
  it('draws each value in its row over its label, the first series on top', () => {
    const rows = drawChart(
      [
        { mark: '●', values: [0.99, 0.98, 0.98] },
        { mark: '○', values: [0.99, 0.97, null] },
      ],
      ['08-15', '08-22', '08-29'],
    );
    expect(rows).toEqual([
      '  99 % │    ●',
      '  98 % │           ●      ●',
      '  97 % │           ○',
      '       └──────────────────────',
      '          08-15  08-22  08-29',
    ]);
  });

  it('takes a coarser step when the values lie far apart', () => {
    const rows = drawChart([{ mark: '●', values: [1, 0.3] }], ['a', 'b']);
    expect(rows.length).toBeLessThanOrEqual(14);
    expect(rows[0]).toBe(' 100 % │    ●');
    expect(rows.at(-3)).toBe('  30 % │           ●');
  });

  it('draws nothing without values', () => {
    expect(drawChart([{ mark: '●', values: [null, null] }], ['a', 'b'])).toEqual([]);
    expect(drawChart([], [])).toEqual([]);
  });
});
