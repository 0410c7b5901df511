import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { GateConfig, MetricGate } from '../../../shared/config/gate-schema.ts';
import { findMetric, metricNames } from '../../../shared/config/metric-catalog.ts';
import type { GateReport, GateResult } from '../../../shared/domain/gate-report.ts';
import { readGate } from './read-gate.ts';
import { judgeRows, type Row, toCsv } from './tables.ts';

/** Gates of every kind on the metrics of one task; `reported` numbers have no rows and are left to other tests. */
function gatesOf(task: 'binary' | 'regression'): fc.Arbitrary<MetricGate> {
  const names = metricNames.filter((name) => findMetric(name)!.tasks.includes(task));
  const slices = fc.constantFrom(
    undefined,
    { by: 'source', minimumRows: 5 },
    { by: 'source', minimumRows: 5, tooSmall: 'ignore' },
    { by: 'nowhere' },
  );
  const metric = fc.constantFrom(...names);
  const confidence = fc.constantFrom(0.6, 0.9, 0.95, 0.999);
  const bound = fc
    .record({
      metric,
      confidence: fc.option(confidence, { nil: undefined }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      slices,
    })
    .map(({ share, slices: by, ...gate }) => ({
      ...gate,
      kind: 'bound',
      ...(findMetric(gate.metric)!.better === 'higher' ? { atLeast: share } : { atMost: share }),
      ...(gate.confidence === undefined ? {} : { slices: by }),
    }));
  const comparison = fc
    .record({
      kind: fc.constant('against-champion'),
      metric,
      confidence,
      rule: fc.constantFrom('non-inferiority', 'superiority'),
      margin: fc.double({ min: 0, max: 0.99, noNaN: true }),
      marginIs: fc.constantFrom('absolute', 'relative'),
      slices,
    })
    // A slope is best at one, and a share of it no distance from there.
    .map((gate) => (findMetric(gate.metric)!.better === 'one' ? { ...gate, marginIs: 'absolute' } : gate));
  return fc
    .tuple(fc.oneof(bound, comparison), fc.integer({ min: 1, max: 12 }))
    .map(([gate, minimumRows]) => readGate({ gate: 'g', minimumRows, ...gate }) as MetricGate);
}

const score = fc.oneof(fc.constantFrom(0, 0.2, 0.5, 0.8, 1), fc.double({ min: 0, max: 1, noNaN: true }));
const wild = fc.oneof(
  fc.constantFrom(0, -1, 3, 1e-300, 1e300),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);

function tables(task: 'binary' | 'regression'): fc.Arbitrary<Row[]> {
  // Wild numbers pass hardly anything; tame ones make sure that something does.
  return task === 'binary' ? tablesOf(task, score) : fc.oneof(tablesOf(task, wild), tablesOf(task, score));
}

function tablesOf(task: 'binary' | 'regression', number: fc.Arbitrary<number>): fc.Arbitrary<Row[]> {
  const row = fc.record({
    label: task === 'binary' ? fc.constantFrom(0, 1) : number,
    challenger: number,
    champion: number,
    source: fc.constantFrom('a', 'b', ''),
  });
  const distinct = fc.array(row, { maxLength: 14 });
  const weighted = fc.tuple(distinct, fc.boolean(), fc.integer({ min: 1, max: 6 }));
  // Repeated rows make samples that are large enough to pass.
  return weighted.map(([rows, weights, times]) =>
    Array.from({ length: times }, () => rows)
      .flat()
      .map((each, at) => (weights ? { ...each, weight: at % 3 } : each)),
  );
}

/** Whether the gate's numbers, taken for themselves, say that its rule holds. */
function ruleHolds(gate: MetricGate, result: GateResult): boolean {
  const { estimate, limit, interval, n } = result;
  if (estimate === null || limit === null || n === null || n < gate.minimumRows) return false;
  if (gate.kind === 'bound') {
    const value =
      gate.confidence === undefined ? estimate : gate.atLeast === undefined ? interval!.high : interval!.low;
    const onGoodSide = gate.atLeast === undefined ? value <= gate.atMost! : value >= gate.atLeast;
    return onGoodSide && result.challenger === estimate;
  }
  const margin = gate.margin * (gate.marginIs === 'relative' ? Math.abs(result.champion!) : 1);
  return (
    interval!.low > (gate.rule === 'superiority' ? margin : -margin) &&
    interval!.confidence === gate.confidence
  );
}

/** Accuracy by the plainest reading of the rows. */
function shareRight(rows: readonly Row[], side: 'challenger' | 'champion'): number {
  const weightOf = (row: Row): number => Number(row['weight'] ?? 1);
  const right = rows.filter((row) => Number(row[side]) >= 0.5 === (row['label'] === 1));
  const sum = (some: readonly Row[]): number => some.reduce((total, row) => total + weightOf(row), 0);
  return sum(right) / sum(rows);
}

function check(report: GateReport, gate: MetricGate, rows: readonly Row[]): void {
  const [result] = report.gates;
  // NaN and infinity come back from JSON as null.
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  if (report.verdict !== 'passed') return;
  expect(ruleHolds(gate, result!), JSON.stringify(result)).toBe(true);
  if (gate.metric === 'accuracy') {
    expect(result!.challenger).toBeCloseTo(shareRight(rows, 'challenger'), 12);
    if (gate.kind === 'against-champion') {
      expect(result!.champion).toBeCloseTo(shareRight(rows, 'champion'), 12);
      expect(result!.estimate).toBeCloseTo(result!.challenger! - result!.champion!, 9);
    }
  }
  for (const slice of result!.slices?.results ?? []) {
    if (slice.verdict === 'ignored') expect(gate.slices!.tooSmall).toBe('ignore');
    else expect(slice.verdict).toBe('passed');
    if (slice.verdict === 'passed')
      expect(slice.corrected!.ruleBroken).toBeLessThanOrEqual((1 - gate.confidence!) / 2);
  }
}

describe.each(['binary', 'regression'] as const)('gates of a %s model, whatever the evidence', (task) => {
  const judge = (gate: GateConfig, rows: readonly Row[], over = {}) =>
    judgeRows([gate], rows, { task, ...over });
  const cases = fc.tuple(gatesOf(task), tables(task));

  it('pass only where their rule holds, in plain numbers', () => {
    let passed = 0;
    fc.assert(
      fc.property(cases, ([gate, rows]) => {
        const report = judge(gate, rows);
        check(report, gate, rows);
        if (report.verdict === 'passed') passed++;
      }),
      { numRuns: 900 },
    );
    expect(passed, 'some pass at all').toBeGreaterThan(2);
  });

  it('say the same whatever the order of the rows, and the same again', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ([gate, rows], turn) => {
        const [header, ...lines] = toCsv(rows).split('\n');
        const cut = turn % Math.max(1, lines.length);
        const turned = [...lines.slice(cut), ...lines.slice(0, cut)].reverse();
        const report = judge(gate, rows);
        expect(judge(gate, rows, { predictions: [header, ...turned].join('\n') })).toEqual(report);
        expect(judge(gate, rows)).toEqual(report);
      }),
      { numRuns: 100 },
    );
  });

  it('never come to pass by taking evidence away', () => {
    const without = (rows: readonly Row[], column: string): Row[] =>
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== column)));
    fc.assert(
      fc.property(cases, ([gate, rows]) => {
        const few = judge(gate, rows.slice(0, gate.minimumRows - 1));
        expect(few.verdict, 'too few rows').not.toBe('passed');
        for (const column of ['label', 'challenger']) {
          expect(judge(gate, without(rows, column)).verdict, `without ${column}`).toBe('error');
        }
        expect(judge(gate, [], { predictions: null }).verdict, 'without predictions').toBe('error');
        if (gate.kind === 'against-champion') {
          expect(judge(gate, without(rows, 'champion')).verdict, 'without the champion').not.toBe('passed');
        }
        if (gate.slices) {
          expect(judge(gate, without(rows, 'source')).verdict, 'without the slices').not.toBe('passed');
        }
      }),
      { numRuns: 100 },
    );
  });

  it('pass nothing that the job reports in place of rows', () => {
    fc.assert(
      fc.property(gatesOf(task), fc.double(), (gate, claimed) => {
        const side = Object.fromEntries(metricNames.map((name) => [name, claimed]));
        const metrics = { challenger: side, champion: side };
        expect(judge(gate, [], { predictions: null, metrics }).verdict).toBe('error');
      }),
      { numRuns: 50 },
    );
  });
});
