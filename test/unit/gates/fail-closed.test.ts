import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MetricGate } from '../../../shared/config/gate-schema.ts';
import { findMetric, metricNames, type Task } from '../../../shared/config/metric-catalog.ts';
import { type GateReport, verdicts } from '../../../shared/domain/gate-report.ts';
import { gainOf } from '../../../shared/gates/infer-gain.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { measurePlainly, type PlainRow } from './naive-metrics.ts';
import { readGate } from './read-gate.ts';

/** Cells by column; a column is there in every row or in none. */
type Table = readonly Readonly<Record<string, string>>[];

const classes = ['cat', 'dog', 'emu'];
const allNumbers = ['0', '0.2', '0.5', '0.8', '1'];
const probabilities = [
  ['0.7', '0.2', '0.1'],
  ['0.1', '0.8', '0.1'],
  ['0.05', '0.15', '0.8'],
  ['0.4', '0.35', '0.25'],
];

/** One side of the rows of a task: its scores, its decisions, or its probabilities. */
function sideOf(task: Task, side: string, withProbabilities: boolean): fc.Arbitrary<Record<string, string>> {
  if (task !== 'multiclass') return fc.constantFrom(...allNumbers).map((score) => ({ [side]: score }));
  if (!withProbabilities) return fc.constantFrom(...classes).map((decision) => ({ [side]: decision }));
  return fc
    .constantFrom(...probabilities)
    .map((of) => Object.fromEntries(classes.map((name, at) => [`${side}:${name}`, of[at]!])));
}

function tablesOf(task: Task): fc.Arbitrary<Table> {
  const label = { binary: ['0', '1'], regression: ['-2', '0.5', '1', '3'], multiclass: classes }[task];
  return fc.boolean().chain((withProbabilities) => {
    const row = fc
      .tuple(
        fc.constantFrom(...label),
        sideOf(task, 'challenger', withProbabilities),
        sideOf(task, 'champion', withProbabilities),
        fc.constantFrom('a', 'b', ''),
        fc.boolean(),
      )
      .map(([truth, challenger, champion, source, right]) => ({
        label: truth,
        ...challenger,
        // Mostly right challengers: otherwise hardly anything passes.
        ...(right && task !== 'multiclass' ? { challenger: truth } : {}),
        ...(right && 'challenger' in challenger ? { challenger: truth } : {}),
        ...champion,
        source,
      }));
    return fc.tuple(fc.array(row, { maxLength: 14 }), fc.integer({ min: 1, max: 8 })).map(([rows, times]) =>
      Array.from({ length: times }, () => rows)
        .flat()
        .map((each, at) => ({ id: `r${at}`, ...each })),
    );
  });
}

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
  );
  const bound = fc
    .tuple(metric, value, fc.constantFrom(undefined, 0.6, 0.95), slices)
    .map(([name, limit, confidence, by]) => ({
      kind: 'bound',
      metric: name,
      [findMetric(name)!.better === 'higher' ? 'atLeast' : 'atMost']: limit,
      ...(confidence === undefined ? {} : { confidence, slices: by }),
    }));
  const comparison = fc.record({
    kind: fc.constant('against-champion'),
    metric,
    rule: fc.constantFrom('non-inferiority', 'superiority'),
    margin: fc.constantFrom(0, 0.05, 0.3),
    marginIs: fc.constantFrom('absolute', 'relative'),
    confidence: fc.constantFrom(0.6, 0.95),
    slices,
  });
  return fc
    .tuple(fc.oneof(bound, comparison), fc.integer({ min: 1, max: 12 }))
    .map(([gate, minimumRows]) => readGate({ gate: 'g', minimumRows, ...gate }) as MetricGate);
}

const quoted = (cell: string): string => (/[",\r\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);

function toCsv(table: Table): string {
  const columns = Object.keys(table[0] ?? { id: '', label: '', challenger: '' });
  const lines = table.map((row) => columns.map((name) => quoted(row[name] ?? '')).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function judge(task: Task, gates: readonly MetricGate[], table: Table | null): GateReport {
  const predictions = table && toCsv(table);
  const request = { runId: 'm-1', task, gates, hasChampion: true, predictions };
  return judgeEvidence({ ...request, metrics: null, trackedMetrics: {}, look: null });
}

/** Whether a person would take the cells of every row for what they should be. */
function isBelievable(task: Task, table: Table): boolean {
  const ids = table.map((row) => row['id']);
  const isNumber = (cell: string | undefined): boolean =>
    /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell ?? '') && Math.abs(Number(cell)) <= Number.MAX_VALUE;
  const isScore = (cell: string | undefined): boolean =>
    isNumber(cell) && (task === 'regression' || (Number(cell) >= 0 && Number(cell) <= 1));
  const believable = (row: Table[number], side: string): boolean => {
    const given = classes.map((name) => row[`${side}:${name}`]);
    if (given.every((cell) => cell !== undefined)) {
      const sum = given.reduce((total, cell) => total + Number(cell), 0);
      return given.every(isScore) && Math.abs(sum - 1) <= 1e-3 && row[side] === undefined;
    }
    return task === 'multiclass' ? row[side] !== '' && row[side] !== undefined : isScore(row[side]);
  };
  const isLabel = (cell: string | undefined): boolean => {
    if (task === 'multiclass') return cell !== '' && cell !== undefined;
    return isNumber(cell) && (task === 'regression' || Number(cell) === 0 || Number(cell) === 1);
  };
  const sidesOf = ['challenger', 'champion'].filter((side) =>
    table.some((row) =>
      Object.entries(row).some(([name, cell]) => name.split(':')[0] === side && cell !== ''),
    ),
  );
  return (
    new Set(ids).size === ids.length &&
    table.every((row) => row['id'] !== '' && isLabel(row['label'])) &&
    table.every((row) => sidesOf.every((side) => believable(row, side)))
  );
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

/** Chance of at least so many successes, term by term. */
function upperTail(successes: number, trials: number, probability: number): number {
  let [sum, ways] = [0, 1];
  for (let count = 0; count <= trials; count++) {
    if (count >= successes) sum += ways * probability ** count * (1 - probability) ** (trials - count);
    ways = (ways * (trials - count)) / (count + 1);
  }
  return sum;
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
          const rows = table.filter(({ source }) => source === slice.slice);
          if (slice.verdict !== 'ignored') {
            expect(slice.verdict).toBe('passed');
            const value = measurePlainly(
              gate.metric,
              rowsOf(rows, 'challenger'),
              classesOf(task, table, 'challenger'),
            );
            expect(slice.challenger).toBeCloseTo(value, 9);
          } else expect(gate.slices!.tooSmall).toBe('ignore');
        }
      }),
      { numRuns: 500 },
    );
    expect(passed, 'some pass at all').toBeGreaterThan(10);
  });

  it('on cells that are not what they should be', () => {
    const wrong = fc.constantFrom(
      '',
      'NaN',
      'Infinity',
      '-1',
      '1e999',
      '2',
      '0x1',
      'null',
      ' ',
      '"',
      'gnu',
      'r0',
    );
    fc.assert(
      fc.property(
        cases,
        fc.array(fc.tuple(fc.nat(), fc.nat(), wrong), { maxLength: 3 }),
        ([gate, table], edits) => {
          const edited = table.map((row) => ({ ...row }));
          for (const [at, column, cell] of edits) {
            const row = edited[at % Math.max(1, edited.length)];
            const names = Object.keys(row ?? {}).filter((name) => name !== 'source');
            if (row) row[names[column % names.length]!] = cell;
          }
          const report = judge(task, [gate], edited);
          if (!isBelievable(task, edited)) expect(report.verdict, toCsv(edited)).toBe('error');
          if (report.verdict === 'passed') expectRuleHolds(task, gate, report, edited);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('and give no better verdict where evidence is taken away', () => {
    fc.assert(
      fc.property(cases, fc.nat(), fc.nat(), ([gate, table], at, of) => {
        const before = rankOf(judge(task, [gate], table));
        const columns = Object.keys(table[0] ?? {});
        for (const column of columns) {
          const without = table.map(({ [column]: _, ...row }) => row as Table[number]);
          expect(rankOf(judge(task, [gate], without)), `without ${column}`).toBeGreaterThanOrEqual(before);
        }
        const name = columns.filter((column) => column !== 'source')[of % Math.max(1, columns.length - 1)];
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
