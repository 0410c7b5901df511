import fc from 'fast-check';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, it } from 'vitest';
import { findMetric, metricNames } from '../../../shared/config/metric-catalog.ts';
import { readingOptionsOf, readPredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { chooseBlockLength } from '../../../shared/gates/statistics/block-length.ts';
import { normalQuantile } from '../../../shared/gates/statistics/normal.ts';
import { seedRandom } from '../../../shared/gates/statistics/random.ts';
import { readGate } from './read-gate.ts';
import { decisions, judgeRows, type Row, toCsv } from './tables.ts';

const confidence = 0.95;
const bound = (metric: string, limit: Record<string, number>) =>
  readGate({ gate: 'g', kind: 'bound', metric, ...limit, confidence, minimumRows: 1 });
const accuracy = bound('accuracy', { atLeast: 0.5 });
const gain = (metric: string) =>
  readGate({ gate: 'g', kind: 'against-champion', metric, margin: 0.05, confidence, minimumRows: 1 });

const groups = { evaluation: { groups: 'customer' } };
const order = { evaluation: { order: 'time' } };
const random = () => seedRandom('dependence');

/** So many rows with scores of noise, and more columns. */
function noisy(rows: number, more: (row: number) => Row): Row[] {
  const draw = random();
  return Array.from({ length: rows }, (_, row) => {
    const label = draw.unit() < 0.5 ? 1 : 0;
    const score = (): number => Math.min(1, Math.max(0, 0.35 + 0.3 * label + 0.6 * (draw.unit() - 0.5)));
    return { label, challenger: score(), champion: score(), ...more(row) };
  });
}

const only = (gate: Parameters<typeof judgeRows>[0][number], rows: readonly Row[], over = {}) =>
  judgeRows([gate], rows, over).gates[0]!;

describe('rows of groups', () => {
  const repeated = (times: number): Row[] =>
    noisy(100, (row) => ({ customer: `c${row}` })).flatMap((row) => Array.from({ length: times }, () => row));

  it.each(['roc_auc', 'brier', 'log_loss', 'pr_auc', 'f1_macro', 'ece@10'])(
    'tell of %s what one row of each tells, however often it is repeated',
    (metric) => {
      const gate = bound(
        metric,
        metric === 'brier' || metric === 'log_loss' || metric === 'ece@10'
          ? { atMost: 0.9 }
          : { atLeast: 0.1 },
      );
      const [once, ten] = [only(gate, repeated(1), groups), only(gate, repeated(10), groups)];
      expect(once.interval!.low).toBeLessThan(once.interval!.high);
      expect(ten.interval!.low).toBeCloseTo(once.interval!.low, 6);
      expect(ten.interval!.high).toBeCloseTo(once.interval!.high, 6);
    },
  );

  it.each(['accuracy', 'roc_auc', 'brier', 'recall'])(
    'tell of the gain in %s what one row of each tells',
    (metric) => {
      const flip = (row: Row, at: number): Row =>
        at % 3 === 0 ? { ...row, challenger: 1 - (row['challenger'] as number) } : row;
      const rows = (times: number) =>
        noisy(100, (row) => ({ customer: `c${row}` }))
          .map(flip)
          .flatMap((row) => Array.from({ length: times }, () => row));
      const [once, ten] = [only(gain(metric), rows(1), groups), only(gain(metric), rows(10), groups)];
      expect(ten.interval!.low).toBeCloseTo(once.interval!.low, 6);
      expect(ten.interval!.high).toBeCloseTo(once.interval!.high, 6);
    },
  );

  it('are counted in the sentence and in the report', () => {
    const report = judgeRows(
      [accuracy],
      noisy(1000, (row) => ({ customer: `c${row % 100}` })),
      groups,
    );
    expect(report.sentence).toContain('(n=1000 in 100 groups of customer)');
    expect(report.dependence).toEqual({ kind: 'groups', column: 'customer', groups: 100 });
  });

  it('need ten groups, ten of each class, and ten in which the sides differ', () => {
    const few = only(
      accuracy,
      noisy(900, (row) => ({ customer: `c${row % 9}` })),
      groups,
    );
    expect(few).toMatchObject({ verdict: 'inconclusive', interval: null });
    expect(few.sentence).toContain('9 groups of customer');
    const rare = noisy(1000, (row) => ({ customer: `c${row % 100}`, label: row % 100 < 9 ? 1 : 0 }));
    const area = only(bound('roc_auc', { atLeast: 0.1 }), rare, groups);
    expect(area.verdict).toBe('inconclusive');
    expect(area.sentence).toContain('class "1" is in 9 of 100 groups of customer');
    const alike = noisy(1000, (row) => ({ customer: `c${row % 100}` })).map((row, at) => ({
      ...row,
      champion: at % 100 < 9 ? row['champion']! : row['challenger']!,
    }));
    expect(only(gain('brier'), alike, groups).sentence).toContain('the two differ in 9 groups of customer');
  });

  it('say how many groups would do', () => {
    const rows = noisy(1000, (row) => ({ customer: `c${row % 100}` }));
    const at = only(bound('brier', { atMost: 0.5 }), rows, groups).estimate! + 1e-4;
    expect(only(bound('brier', { atMost: at }), rows, groups).sentence).toMatch(
      /about \d+ groups of customer would decide/,
    );
  });

  it('make gaps and label shares wider, and take McNemar and DeLong away', () => {
    const rows = decisions(1000, { challenger: 100, champion: 100 }).map((row, at) => ({
      ...row,
      customer: Math.floor(at / 10),
      part: at % 20 < 10 ? 'a' : 'b',
    }));
    const gap = readGate({
      gate: 'g',
      kind: 'gap',
      metric: 'selection_rate',
      atMost: 0.9,
      confidence,
      minimumRows: 1,
      slices: { by: 'part', minimumRows: 1 },
    });
    const [plain, grouped] = [only(gap, rows), only(gap, rows, groups)];
    expect(grouped.interval!.method).toContain('groups of customer');
    expect(plain.interval!.method).toContain('Miettinen');
    expect(grouped.sentence).toContain('in 100 groups of customer');
    const clumped = noisy(1000, (row) => ({ customer: Math.floor(row / 10), label: row % 30 < 10 ? 1 : 0 }));
    const balance = readGate({
      gate: 'g',
      kind: 'data',
      labelBalance: { class: '1', atLeast: 0.1 },
      confidence,
    });
    const widthOf = (over = {}) => {
      const { low, high } = only(balance, clumped, over).interval!;
      return high - low;
    };
    expect(widthOf(groups) / widthOf()).toBeGreaterThan(2);
    expect(only(gain('accuracy'), rows).test).not.toBeNull();
    expect(only(gain('accuracy'), rows, groups).test).toBeNull();
  });

  it('stay together in slices, and a column may be both', () => {
    const gate = readGate({
      gate: 'g',
      kind: 'bound',
      metric: 'brier',
      atMost: 0.9,
      confidence,
      minimumRows: 1,
      slices: { by: 'part', minimumRows: 1 },
    });
    const rows = noisy(400, (row) => ({ customer: row % 40, part: row % 2 }));
    const results = only(gate, rows, groups).slices!.results;
    expect(results.map(({ sentence }) => sentence)).toEqual([
      expect.stringContaining('n=200 in 20 groups of customer'),
      expect.stringContaining('n=200 in 20 groups of customer'),
    ]);
    const by = readGate({
      gate: 'g',
      kind: 'bound',
      metric: 'brier',
      atMost: 0.9,
      confidence,
      minimumRows: 1,
      slices: { by: 'customer', minimumRows: 1 },
    });
    expect(only(by, rows, groups)).toMatchObject({ verdict: 'inconclusive' });
  });

  it('come in any order of the file', () => {
    const rows = noisy(200, (row) => ({ customer: row % 25 }));
    const [head, ...lines] = toCsv(rows).split('\n');
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        const predictions = [head, ...shuffled].join('\n');
        expect(judgeRows([accuracy], [], { ...groups, predictions })).toEqual(
          judgeRows([accuracy], rows, groups),
        );
      }),
      { numRuns: 10 },
    );
  });

  it('of which one is missing, or the column, are an error that names it', () => {
    const rows = noisy(100, (row) => ({ customer: row === 41 ? '' : `c${row % 20}` }));
    expect(judgeRows([accuracy], rows, groups)).toMatchObject({ verdict: 'error' });
    expect(judgeRows([accuracy], rows, groups).sentence).toContain(
      'row 42: customer is empty; evaluation.groups needs a value in every row',
    );
    const without = judgeRows(
      [accuracy],
      noisy(100, () => ({})),
      groups,
    );
    expect(without.sentence).toContain('the header lacks customer');
  });

  it('are compared as bytes, more of them than a category has values', () => {
    const rows = noisy(70_000, (row) => ({ customer: row % 2 === 0 ? `${row}` : `${row - 1}.0` }));
    expect(judgeRows([accuracy], rows, groups).dependence).toMatchObject({ groups: 70_000 });
  });

  it('are read from Parquet as from CSV', async () => {
    const rows = noisy(300, (row) => ({ customer: row % 30 }));
    const columnData = [
      { name: 'id', data: rows.map((_, at) => `r${String(at).padStart(6, '0')}`) },
      ...['label', 'challenger', 'champion', 'customer'].map((name) => ({
        name,
        data: rows.map((row) => row[name]!),
      })),
    ];
    const bytes = new Uint8Array(parquetWriteBuffer({ columnData: columnData as never }));
    const chunks = (async function* () {
      yield bytes;
    })();
    const options = readingOptionsOf({ task: 'binary', gates: [accuracy], ...groups });
    const predictions = await readPredictions([{ name: 'predictions.parquet', chunks }], options);
    const read = judgeRows([accuracy], [], { ...groups, predictions });
    expect(read.gates).toEqual(judgeRows([accuracy], rows, groups).gates);
  });
});

describe('rows in an order', () => {
  /** A series whose neighbours correlate by so much. */
  const series = (rows: number, correlation: number): Float64Array => {
    const draw = random();
    const values = new Float64Array(rows);
    for (let row = 0; row < rows; row++) {
      values[row] = (row > 0 ? correlation * values[row - 1]! : 0) + normalQuantile(1 - draw.unit());
    }
    return values;
  };

  it('make longer blocks where they depend on each other farther', () => {
    const lengths = [0, 0.5, 0.8].map((correlation) => chooseBlockLength(series(5000, correlation))!.length);
    expect(lengths[0]).toBeLessThan(25);
    expect(lengths[1]).toBeGreaterThan(lengths[0]!);
    expect(lengths[2]).toBeGreaterThan(lengths[1]!);
    expect(lengths[2]).toBeLessThanOrEqual(250);
  });

  it('that never settle give no blocks', () => {
    expect(chooseBlockLength(series(1000, 0.9999))).toBeNull();
  });

  const drifting = (rows: number, timeOf: (row: number) => string | number): Row[] => {
    const errors = series(rows, 0.7);
    return Array.from(errors, (error, row) => ({ label: row, challenger: row + error, time: timeOf(row) }));
  };
  const mae = bound('mae', { atMost: 100 });
  const regression = { task: 'regression' as const, hasChampion: false, ...order };

  it('are counted in blocks, and their intervals are wider', () => {
    const rows = drifting(1000, (row) => row);
    const report = judgeRows([mae], rows, regression);
    expect(report.sentence).toMatch(/\(n=1000 in \d+ blocks of \d+ rows by time, worth \d+(\.\d)?\)/);
    expect(report.dependence).toEqual({ kind: 'order', column: 'time', groups: null });
    const widthOf = (over = {}) => {
      const { low, high } = only(mae, rows, { ...regression, ...over }).interval!;
      return high - low;
    };
    expect(widthOf() / widthOf({ evaluation: undefined })).toBeGreaterThan(1.2);
  });

  it('are ordered by number where all are numbers, else byte by byte', () => {
    const at = (row: number): string => new Date(Date.UTC(2026, 0, 1) + row * 3_600_000).toISOString();
    const judged = [
      drifting(1000, (row) => row),
      drifting(1000, (row) => row / 8 - 50),
      drifting(1000, at),
    ].map((rows) => only(mae, rows, regression).interval);
    expect(judged[1]).toEqual(judged[0]);
    expect(judged[2]).toEqual(judged[0]);
  });

  it('too few for ten blocks are inconclusive', () => {
    const result = only(
      mae,
      drifting(30, (row) => row),
      regression,
    );
    expect(result).toMatchObject({ verdict: 'inconclusive', interval: null });
  });
});

describe('a column that looks like a group', () => {
  /** Rows of customers whose scores are good or bad all together, to a degree. */
  const clustered = (customers: number, own: number): Row[] => {
    const draw = random();
    return Array.from({ length: customers }, () => draw.unit() - 0.5).flatMap((shift, customer) =>
      Array.from({ length: 10 }, (_, row) => {
        const score = 0.5 + 0.2 * (row % 2 === 1 ? 1 : -1) * (1 + own * shift) + 0.1 * (draw.unit() - 0.5);
        return { label: row % 2, challenger: score, champion: 0.5, customer: `c${customer}` };
      }),
    );
  };

  it('is warned of with its design effect, unless it is declared', () => {
    const notes = judgeRows([accuracy], clustered(100, 1)).notes.join();
    expect(notes).toMatch(
      /column customer looks like a group: .* its 100 values correlate by 0\.\d+, .* \(design effect \d\.\d\); set evaluation\.groups: customer/,
    );
    expect(judgeRows([accuracy], clustered(100, 1), groups).notes).toEqual([]);
  });

  it('is none where errors do not correlate, where there are few values, or each has one row', () => {
    const alone = clustered(100, 1).map((row, at) => ({ ...row, customer: `r${at}` }));
    for (const rows of [clustered(100, 0), clustered(20, 1), alone]) {
      expect(judgeRows([accuracy], rows).notes).toEqual([]);
    }
  });
});

/** Metrics that nothing could be said of are inconclusive; whatever has an interval must not get a narrower one. */
describe('every metric of the catalogue', () => {
  const repeatRows = (rows: readonly Row[]): Row[] =>
    rows.flatMap((row) => Array.from({ length: 8 }, () => row));
  it.each(metricNames.filter((name) => !name.includes('@')))(
    'learns nothing of %s from copies of a row',
    (name) => {
      for (const task of ['binary', 'regression'] as const) {
        const draw = random();
        const rows = noisy(120, (row) => ({ customer: `c${row}` })).map((row) =>
          task === 'binary' ? row : { ...row, label: 1 + Number(row['label']) + draw.unit() },
        );
        for (const gate of [
          bound(name, findMetric(name)!.better === 'higher' ? { atLeast: 0.4 } : { atMost: 0.4 }),
          gain(name),
        ]) {
          const over = { task, ...groups };
          const [once, copied] = [only(gate, rows, over), only(gate, repeatRows(rows), over)];
          if (!copied.interval || !once.interval) continue;
          const widthOf = ({ low, high }: { low: number; high: number }): number => high - low;
          expect(widthOf(copied.interval) / widthOf(once.interval), `${gate.kind} ${task}`).toBeGreaterThan(
            0.99,
          );
        }
      }
    },
  );
});
