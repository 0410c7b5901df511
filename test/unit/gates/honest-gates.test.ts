import { describe, expect, it } from 'vitest';
import { fitReport } from '../../../shared/gates/fit-report.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows, type Row, toCsv } from './tables.ts';

const floor = readGate({ gate: 'floor', kind: 'bound', metric: 'accuracy', atLeast: 0.9, confidence: 0.95 });
const compare = (over: object) =>
  readGate({ gate: 'compare', kind: 'against-champion', metric: 'accuracy', ...over });

describe('a bound with a confidence', () => {
  it.each([
    [
      1000,
      50,
      'passed',
      'accuracy 0.9500 >= 0.9000 with 95 % confidence: interval 0.9346 to 0.9627 (n=1000)',
    ],
    [
      1000,
      150,
      'failed',
      'accuracy 0.8500 < 0.9000 with 95 % confidence: interval 0.8263 to 0.8716 (n=1000)',
    ],
  ])('of %i rows with %i wrong is %s', (rows, challenger, verdict, sentence) => {
    const [gate] = judgeRows([floor], decisions(rows, { challenger, champion: 0 })).gates;
    expect(gate).toMatchObject({
      verdict,
      sentence,
      n: rows,
      limit: 0.9,
      rule: 'accuracy at least 0.9, with 95 % confidence',
    });
    expect(gate!.interval).toMatchObject({ confidence: 0.95, method: 'exact binomial interval' });
  });

  it('is inconclusive where the interval holds it, and says what would decide', () => {
    const [gate] = judgeRows([floor], decisions(100, { challenger: 6, champion: 0 })).gates;
    expect(gate!.verdict).toBe('inconclusive');
    expect(gate!.sentence).toMatch(
      /^accuracy 0\.9400 cannot be told from 0\.9000: 95 % interval 0\.8740 to 0\.9777 \(n=100\); a true distance of 0\.07411 would be found 8 times in 10, and about 412 rows would decide this one$/,
    );
    const [more] = judgeRows([floor], decisions(600, { challenger: 36, champion: 0 })).gates;
    expect(more).toMatchObject({ verdict: 'passed', power: { rowsToDecide: null } });
  });

  it('is not passed by a few rows without a fault', () => {
    const few = readGate({ ...floor, minimumRows: 4 });
    expect(judgeRows([few], decisions(8, { challenger: 0, champion: 0 })).verdict).toBe('inconclusive');
  });
});

describe('a comparison with the champion', () => {
  it('shows non-inferiority within the margin, and no more', () => {
    const rows = decisions(1000, { challenger: 20, champion: 22 });
    const ask = (margin: number) => judgeRows([compare({ margin })], rows).gates[0]!;
    expect(ask(0.02)).toMatchObject({ verdict: 'passed', limit: -0.02 });
    expect(ask(0.01)).toMatchObject({ verdict: 'inconclusive', limit: -0.01 });
    expect(ask(0.02).test).toMatchObject({
      name: 'McNemar, exact: no difference',
      pValue: expect.closeTo(0.878, 3),
    });
  });

  it('fails a challenger that is surely worse than the margin', () => {
    const [gate] = judgeRows(
      [compare({ margin: 0.02 })],
      decisions(1000, { challenger: 80, champion: 20 }),
    ).gates;
    expect(gate).toMatchObject({ verdict: 'failed', estimate: -0.06 });
    expect(gate!.sentence).toMatch(/gain -0\.06000 <= -0\.02000 with 95 % confidence: interval/);
  });

  it('asks more for superiority', () => {
    const rows = decisions(1000, { challenger: 20, champion: 60 });
    const ask = (margin: number) => judgeRows([compare({ rule: 'superiority', margin })], rows).verdict;
    expect([ask(0), ask(0.03), ask(0.1)]).toEqual(['passed', 'inconclusive', 'failed']);
  });

  it('takes a relative margin of the champion', () => {
    const rows = decisions(1000, { challenger: 20, champion: 22 });
    const [gate] = judgeRows([compare({ margin: 0.05, marginIs: 'relative' })], rows).gates;
    expect(gate!.limit).toBeCloseTo(-0.05 * 0.978, 10);
  });

  it.each(['f1', 'precision', 'balanced_accuracy', 'matthews', 'pr_auc', 'log_loss', 'brier', 'ece'])(
    'has an interval of %s that no chance has a part in',
    (metric) => {
      const rows = decisions(300, { challenger: 15, champion: 30 });
      const ask = (runId: string) =>
        judgeRows([compare({ metric, margin: 0.2 })], rows, { runId }).gates[0]!.interval!;
      expect(ask('m-1')).toEqual(ask('m-2'));
      expect(ask('m-1').method).toBe(
        metric === 'ece' ? 'bounds by signs and noise of the bins' : 'empirical-likelihood interval',
      );
    },
  );

  it('shows the test of DeLong beside the area under the ROC curve', () => {
    const rows = decisions(300, { challenger: 15, champion: 30 });
    const [gate] = judgeRows([compare({ metric: 'roc_auc', margin: 0.1 })], rows).gates;
    expect(gate).toMatchObject({
      verdict: 'passed',
      interval: { method: 'empirical-likelihood interval that allows for rows not seen' },
    });
    expect(gate!.test!.name).toBe('DeLong: no difference');
  });

  it('says where only what few rows may lack keeps a gain from being shown', () => {
    const ask = (size: number) => {
      const rows = Array.from({ length: size }, (_, row) => {
        const label = row % 2;
        const rank = (((row * 37) % size) + 0.5) / size;
        const score = (shift: number) =>
          0.02 + 0.96 * (label ? Math.min(1, rank + shift) : rank * (1 - shift));
        return { label, challenger: score(0.35), champion: score(0.25) };
      });
      return judgeRows([compare({ metric: 'roc_auc', rule: 'superiority', margin: 0 })], rows).gates[0]!;
    };
    const few = ask(60);
    expect(few.verdict).toBe('inconclusive');
    expect(few.sentence).toContain(
      'the rows that there are show it, but as few do not rule out a kind of rows that none of them is of and that would undo it; ' +
        'a true distance of',
    );
    // So many do, and no more than so many were asked for.
    expect(few.power!.rowsToDecide).toBeGreaterThanOrEqual(60);
    expect(ask(few.power!.rowsToDecide!).verdict).toBe('passed');
    expect(ask(few.power!.rowsToDecide!).sentence).not.toContain('none of them');
    // Of fewer not even those that there are show it.
    expect(ask(24).sentence).not.toContain('none of them');
  });

  it('learns nothing from too few scores that tell the two apart', () => {
    const [gate] = judgeRows(
      [compare({ metric: 'log_loss', margin: 0.1 })],
      decisions(300, { challenger: 3, champion: 2 }),
    ).gates;
    expect(gate).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(gate!.sentence).toContain('the two differ in 5 rows, and an interval of the gain needs 10');
  });

  it('knows what decisions could have been, however few tell the two apart', () => {
    const ask = (rows: number) =>
      judgeRows([compare({ metric: 'f1', margin: 0.1 })], decisions(rows, { challenger: 3, champion: 2 }))
        .gates[0]!;
    expect(ask(300).verdict).toBe('passed');
    expect(ask(40).verdict).toBe('inconclusive');
  });

  it('weighs rows where the file does', () => {
    const rows = decisions(400, { challenger: 20, champion: 40 }).map((row, at) => ({
      ...row,
      weight: at < 20 ? 0 : 1,
    }));
    const [gate] = judgeRows([compare({ margin: 0.05 })], rows).gates;
    expect(gate).toMatchObject({
      challenger: 1,
      interval: { method: 'empirical-likelihood interval' },
      test: null,
    });
  });

  it('compares reported numbers as they are, and says so', () => {
    const size = compare({ metric: 'size_bytes', better: 'lower', margin: 0.1, marginIs: 'relative' });
    const ask = (challenger: number) =>
      judgeRows([size], [], {
        predictions: null,
        metrics: { challenger: { size_bytes: challenger }, champion: { size_bytes: 100 } },
      }).gates[0]!;
    expect(ask(110)).toMatchObject({ verdict: 'passed', interval: null, n: null });
    expect(ask(111).sentence).toBe("size_bytes 111 against champion's 100: gain -11 < -10 (as reported)");
  });

  it('takes no job at its word about what rows would show', () => {
    const report = judgeRows([floor], [], { predictions: null, metrics: { challenger: { accuracy: 0.99 } } });
    expect(report.sentence).toBe(
      'Gate floor: accuracy of the challenger is missing or undefined: it is computed from predictions.',
    );
    const trusting = readGate({ ...floor, confidence: undefined, source: 'reported' });
    expect(
      judgeRows([trusting], [], { predictions: null, metrics: { challenger: { accuracy: 0.99 } } }).verdict,
    ).toBe('passed');
  });
});

describe('a regression model', () => {
  const rows: Row[] = Array.from({ length: 400 }, (_, at) => {
    const wave = Math.sin(at) * 3;
    return { label: 50 + (at % 37), challenger: 50 + (at % 37) + wave, champion: 50 + (at % 37) + wave * 2 };
  });
  const judge = (gate: object) =>
    judgeRows([readGate({ gate: 'g', ...gate })], rows, { task: 'regression' }).gates[0]!;

  it.each(['mae', 'rmse', 'mape', 'smape', 'r2', 'pinball@0.9'])('is judged by %s', (metric) => {
    expect(judge({ kind: 'against-champion', metric, rule: 'superiority' }).verdict).toBe('passed');
  });

  it('is judged by its bias from either side', () => {
    expect(judge({ kind: 'bound', metric: 'bias', atMost: 0.5, confidence: 0.95 }).verdict).toBe('passed');
    expect(judge({ kind: 'bound', metric: 'bias', atLeast: 0.5, confidence: 0.95 }).verdict).toBe('failed');
  });

  it('is not read as a binary one', () => {
    const gate = readGate({ gate: 'g', kind: 'bound', metric: 'mae', atMost: 1 });
    expect(judgeRows([gate], rows).sentence).toContain('row 1: label is "50", not 0 or 1');
    const text = toCsv(rows).replace(/\n(r000003,\d+),[^,]+/, '\n$1,Infinity');
    const report = judgeRows([gate], rows, { task: 'regression', predictions: text });
    expect(report.sentence).toContain('row 4: challenger is "Infinity", not a finite number');
  });
});

describe('slices', () => {
  const sliced = (slices: object) => compare({ margin: 0.05, slices: { by: 'source', ...slices } });
  const rows = [
    ...decisions(600, { challenger: 10, champion: 30 }, { source: 'list' }),
    ...decisions(400, { challenger: 60, champion: 4 }, { source: 'shop' }),
    ...decisions(300, { challenger: 6, champion: 6 }, { source: 'news' }),
    ...decisions(20, { challenger: 0, champion: 0 }, { source: 'rare' }),
  ];

  it('fail a gate that the whole would pass, the most harmed first', () => {
    const [gate] = judgeRows([sliced({ tooSmall: 'ignore' })], rows).gates;
    expect(gate!.verdict).toBe('failed');
    expect(gate!.slices!.results.map(({ slice, verdict }) => [slice, verdict])).toEqual([
      ['shop', 'failed'],
      ['news', 'passed'],
      ['list', 'passed'],
      ['rare', 'ignored'],
    ]);
    expect(gate!.sentence).toMatch(
      /^1 of 4 slices failed, first "shop": accuracy 0\.8500 against champion's 0\.9900/,
    );
    expect(gate!.slices!.results[0]!.sentence).toContain('corrected for 3 slices');
  });

  it('make a gate inconclusive by one that is too small, unless told to ignore it', () => {
    const fine = rows.filter(({ source }) => source !== 'shop');
    expect(judgeRows([sliced({ tooSmall: 'ignore' })], fine).verdict).toBe('passed');
    const report = judgeRows([sliced({})], fine);
    expect(report.verdict).toBe('inconclusive');
    expect(report.sentence).toContain('first "rare": 20 rows, a slice needs 50');
  });

  it('are an error where the column is missing, or no column to slice by', () => {
    const gate = compare({ margin: 0.05, slices: { by: 'week' } });
    expect(judgeRows([gate], rows).sentence).toBe(
      'Gate compare: the predictions have no column week to slice by.',
    );
    const many = rows.map((row, at) => ({ ...row, week: `w${at}` }));
    expect(judgeRows([gate], many).sentence).toContain('column week has 1320 values, 200 slices at most');
  });

  it('are corrected: what one test would call harmed is inconclusive among twenty', () => {
    const slice = (name: string, challenger: number) =>
      decisions(400, { challenger, champion: 5 }, { source: name });
    const harmed = slice('s00', 35);
    const others = Array.from({ length: 19 }, (_, at) => slice(`s${at + 10}`, 5)).flat();
    const gate = compare({ margin: 0.05, slices: { by: 'source' } });
    const alone = compare({ margin: 0.04, slices: { by: 'source' } });
    const verdictOf = (table: Row[], which = alone) =>
      judgeRows([which], table).gates[0]!.slices!.results.find((result) => result.slice === 's00')!.verdict;
    expect(verdictOf(harmed)).toBe('failed');
    expect(verdictOf([...harmed, ...others])).toBe('inconclusive');
    expect(verdictOf([...harmed, ...others], gate)).toBe('inconclusive');
  });
});

describe('severity', () => {
  const bad = { kind: 'bound', metric: 'accuracy', atLeast: 0.99 };
  const rows = decisions(1000, { challenger: 50, champion: 50 });

  it('warns without deciding, and records in silence', () => {
    const report = judgeRows(
      [
        floor,
        readGate({ ...bad, gate: 'wish', severity: 'warn' }),
        readGate({ ...bad, gate: 'dry', severity: 'record' }),
      ],
      rows,
    );
    expect(report.verdict).toBe('passed');
    expect(report.sentence).toMatch(/^The gate passed/);
    expect(report.notes).toEqual(['warning, gate wish failed: accuracy 0.9500 < 0.9900 (n=1000)']);
    expect(report.gates.map(({ verdict, severity }) => `${severity} ${verdict}`)).toEqual([
      'block passed',
      'warn failed',
      'record failed',
    ]);
  });

  it('never passes where nothing decides', () => {
    const report = judgeRows([readGate({ ...bad, gate: 'dry', atLeast: 0.1, severity: 'record' })], rows);
    expect(report).toMatchObject({ verdict: 'error', sentence: 'No gate was judged.' });
  });
});

describe('what enters durable history', () => {
  const table = (slices: number): Row[] =>
    Array.from({ length: slices }, (_, at) =>
      decisions(60, { challenger: 3, champion: 3 }, { source: `s${at}` }),
    ).flat();
  const gate = compare({ margin: 0.4, slices: { by: 'source' } });

  it('is the whole report but its curves while it is small', () => {
    const report = judgeRows([gate], table(3));
    const { curves, ...rest } = report;
    expect(curves).not.toBeNull();
    expect(fitReport(report)).toEqual(rest);
  });

  it('stays under 20 KB with its verdict and sentence, whatever the slices and gates', () => {
    const report = judgeRows([gate], table(150));
    expect(JSON.stringify(report).length).toBeGreaterThan(20_000);
    const fitted = fitReport(report);
    expect(JSON.stringify(fitted).length).toBeLessThan(20_000);
    expect(fitted).toMatchObject({
      verdict: report.verdict,
      sentence: report.sentence,
      gates: [{ slices: null }],
      notes: ["slices left out; the whole report is in the run's gate-report.json"],
    });
    const long = { ...report, sentence: 'x'.repeat(50_000) };
    expect(JSON.stringify(fitReport(long)).length).toBeLessThan(20_000);
  });
});
