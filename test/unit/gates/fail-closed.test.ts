import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricGate } from '../../../shared/config/gate-schema.ts';
import { findMetric, metricNames, type Task } from '../../../shared/config/metric-catalog.ts';
import { type GateReport, verdicts } from '../../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { gainOf } from '../../../shared/gates/scored-side.ts';
import { measurePlainly, type PlainRow } from './naive-metrics.ts';
import {
  classes,
  editsOfCells,
  isBelievable,
  sliceColumns,
  spoil,
  type Table,
  tablesOf,
  toCsv,
  upperTail,
} from './random-tables.ts';
import { readGate } from './read-gate.ts';

function gatesOf(task: Task): fc.Arbitrary<MetricGate> {
  const names = metricNames
    .filter((name) => findMetric(name)!.tasks.includes(task))
    .map((name) => name.replace('@CLASS', '@dog'));
  const metric = fc.constantFrom(...names, ...names.filter((name) => name === 'accuracy' || name === 'mae'));
  const value = fc.constantFrom(0.05, 0.2, 0.5, 0.8, 0.95);
  const slices = fc.constantFrom(
    undefined,
    undefined,
    { by: 'source', minimumRows: 3 },
    { by: 'source', minimumRows: 8, tooSmall: 'ignore' },
    { by: ['source', 'week'], minimumRows: 3, tooSmall: 'ignore' },
  );
  const bound = fc
    .tuple(metric, value, fc.constantFrom(undefined, 0.6, 0.95), slices)
    .map(([name, limit, confidence, by]) => ({
      kind: 'bound',
      metric: name,
      [findMetric(name)!.better === 'higher' ? 'atLeast' : 'atMost']: limit,
      ...(confidence === undefined ? {} : { confidence, slices: by }),
    }));
  const comparison = fc
    .record({
      kind: fc.constant('against-champion'),
      metric,
      rule: fc.constantFrom('non-inferiority', 'superiority'),
      margin: fc.constantFrom(0, 0.05, 0.3),
      marginIs: fc.constantFrom('absolute', 'relative'),
      confidence: fc.constantFrom(0.6, 0.95),
      slices,
    })
    // A slope is best at one, and a share of it no distance from there.
    .map((gate) => (findMetric(gate.metric)!.better === 'one' ? { ...gate, marginIs: 'absolute' } : gate));
  return fc
    .tuple(fc.oneof(bound, comparison), fc.integer({ min: 1, max: 12 }))
    .map(([gate, minimumRows]) => readGate({ gate: 'g', minimumRows, ...gate }) as MetricGate);
}

function judge(task: Task, gates: readonly MetricGate[], table: Table | null): GateReport {
  const predictions = table && toCsv(table);
  const request = { runId: 'm-1', task, gates, hasChampion: true, predictions };
  return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null });
}

function rowsOf(table: Table, side: string): PlainRow[] {
  return table.map((row) => {
    const said = row[side];
    if (said !== undefined) return { label: row['label']!, said };
    const given = Object.fromEntries(classes.map((name) => [name, Number(row[`${side}:${name}`])]));
    const greatest = Math.max(...Object.values(given));
    return {
      label: row['label']!,
      said: classes.find((name) => given[name] === greatest)!,
      probabilities: given,
    };
  });
}

/** The classes of a side, as docs/gates.md says: those of labels, its decisions and its columns of probabilities. */
function classesOf(task: Task, table: Table, side: string): string[] | null {
  if (task !== 'multiclass') return null;
  const named = table.flatMap((row) =>
    ['label', side].flatMap((name) => (row[name] === undefined ? [] : [row[name]])),
  );
  const columns = Object.keys(table[0] ?? {}).flatMap((name) =>
    name.startsWith(`${side}:`) ? name.slice(side.length + 1) : [],
  );
  return [...new Set([...named, ...columns])].sort();
}

/** Fails unless the rule of a gate that passed holds over these rows, measured anew. */
function expectRuleHolds(task: Task, gate: MetricGate, report: GateReport, table: Table): void {
  const [result] = report.gates;
  const measure = (side: string) =>
    measurePlainly(gate.metric, rowsOf(table, side), classesOf(task, table, side));
  const value = measure('challenger');
  const hint = `${JSON.stringify(gate)} ${result!.sentence}`;
  expect(result!.challenger, hint).toBeCloseTo(value, 9);
  expect(table.length).toBeGreaterThanOrEqual(gate.minimumRows);
  const { interval } = result!;
  if (gate.kind === 'bound') {
    const limit = (gate.atLeast ?? gate.atMost)!;
    const excess = gate.atLeast === undefined ? limit - value : value - limit;
    expect(excess, hint).toBeGreaterThanOrEqual(-1e-9);
    if (gate.confidence === undefined) return;
    expect(interval!.confidence).toBe(gate.confidence);
    expect(gate.atLeast === undefined ? interval!.high <= limit : interval!.low >= limit, hint).toBe(true);
    if (gate.metric === 'accuracy') {
      const chance = upperTail(Math.round(value * table.length), table.length, limit);
      expect(chance, hint).toBeLessThanOrEqual((1 - gate.confidence) / 2 + 1e-9);
    }
    return;
  }
  const champion = measure('champion');
  const gain = gainOf(findMetric(gate.metric)!.better, value, champion);
  const margin = gate.margin * (gate.marginIs === 'relative' ? Math.abs(champion) : 1);
  const limit = gate.rule === 'superiority' ? margin : -margin;
  expect(result!.champion, hint).toBeCloseTo(champion, 9);
  expect(gain, hint).toBeGreaterThan(limit - 1e-9);
  expect(interval!.low, hint).toBeGreaterThan(limit - 1e-9);
  expect(interval!.confidence).toBe(gate.confidence);
}

/** The slice of a row. */
const nameOf = ({ slices }: MetricGate, { source, week }: Table[number]): string | undefined =>
  typeof slices?.by === 'string' ? source : `source=${source === '' ? '""' : source}, week=${week}`;

const rankOf = (report: GateReport): number => verdicts.indexOf(report.verdict);

describe.each<Task>(['binary', 'regression', 'multiclass'])('gates of a %s model fail closed', (task) => {
  const cases = fc.tuple(gatesOf(task), tablesOf(task));

  it('and pass only where the rule holds, measured anew by hand', () => {
    let passed = 0;
    fc.assert(
      fc.property(cases, ([gate, table]) => {
        const report = judge(task, [gate], table);
        if (report.verdict !== 'passed') return;
        passed++;
        expectRuleHolds(task, gate, report, table);
        for (const slice of report.gates[0]!.slices?.results ?? []) {
          const rows = table.filter((row) => nameOf(gate, row) === slice.slice);
          if (slice.verdict !== 'ignored') {
            expect(slice.verdict).toBe('passed');
            const value = measurePlainly(
              gate.metric,
              rowsOf(rows, 'challenger'),
              classesOf(task, table, 'challenger'),
            );
            expect(slice.challenger).toBeCloseTo(value, 9);
            expect(slice.n).toBe(rows.length);
          } else expect(gate.slices!.tooSmall).toBe('ignore');
        }
      }),
      { numRuns: 500 },
    );
    expect(passed, 'some pass at all').toBeGreaterThan(10);
  });

  it('on cells that are not what they should be', () => {
    fc.assert(
      fc.property(cases, editsOfCells, ([gate, table], edits) => {
        const edited = spoil(table, edits);
        const report = judge(task, [gate], edited);
        if (!isBelievable(task, edited)) expect(report.verdict, toCsv(edited)).toBe('error');
        if (report.verdict === 'passed') expectRuleHolds(task, gate, report, edited);
      }),
      { numRuns: 500 },
    );
  });

  it('and give no better verdict where evidence is taken away', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ([gate, table], at, of) => {
        // A side that cannot be believed makes the file an error; without its column there is none.
        fc.pre(isBelievable(task, table));
        const before = rankOf(judge(task, [gate], table));
        const columns = Object.keys(table[0] ?? {});
        for (const column of columns) {
          const without = table.map(({ [column]: _, ...row }) => row as Table[number]);
          expect(rankOf(judge(task, [gate], without)), `without ${column}`).toBeGreaterThanOrEqual(before);
        }
        const name = columns.filter((column) => !sliceColumns.includes(column))[
          of % Math.max(1, columns.length - 2)
        ];
        const emptied = table.map((row, index) =>
          name && index === at % table.length ? { ...row, [name]: '' } : row,
        );
        expect(rankOf(judge(task, [gate], emptied)), `without one ${name}`).toBeGreaterThanOrEqual(before);
        expect(judge(task, [gate], null).verdict, 'without the file').toBe('error');
        expect(judge(task, [gate], []).verdict, 'without rows').not.toBe('passed');
      }),
      { numRuns: 150 },
    );
  });

  it('and say the same in whatever order the rows come', () => {
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.nat()), ([gate, table], chance) => {
        const keys = table.map(() => chance.next().value as number);
        const shuffled = [...table.keys()].sort((a, b) => keys[a]! - keys[b]!).map((row) => table[row]!);
        expect(judge(task, [gate], shuffled)).toEqual(judge(task, [gate], table));
      }),
      { numRuns: 150 },
    );
  });
});
