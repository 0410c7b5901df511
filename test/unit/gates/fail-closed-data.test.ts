import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DataGate } from '../../../shared/config/gate-schema.ts';
import type { Task } from '../../../shared/config/metric-catalog.ts';
import { type GateReport, verdicts } from '../../../shared/domain/gate-report.ts';
import { judgeEvidence } from '../../../shared/gates/judge-evidence.ts';
import { parseTrainIds } from '../../../shared/gates/predictions/read-train-ids.ts';
import {
  editsOfCells,
  isBelievable,
  spoil,
  type Table,
  tablesOf,
  toCsv,
  upperTail,
} from './random-tables.ts';
import { readGate } from './read-gate.ts';

const taskOf = fc.constantFrom<Task>('binary', 'multiclass', 'regression');

function gatesOf(task: Task): fc.Arbitrary<DataGate> {
  const share = fc.constantFrom(0, 0.1, 0.3, 0.5, 0.7, 0.9, 1);
  const bounds = fc.oneof(
    share.map((atLeast) => ({ atLeast })),
    share.map((atMost) => ({ atMost })),
    fc.tuple(share, share).map((pair) => ({ atLeast: Math.min(...pair), atMost: Math.max(...pair) })),
  );
  const names = task === 'multiclass' ? ['cat', 'dog', 'gnu'] : ['0', '1'];
  const balance = fc
    .tuple(fc.constantFrom(...names), bounds, fc.constantFrom(undefined, 0.6, 0.95))
    .map(([name, sides, confidence]) => ({ labelBalance: { class: name, ...sides }, confidence }));
  const rows = fc.integer({ min: 1, max: 40 }).map((atLeast) => ({ rows: { atLeast } }));
  const overlap = fc.integer({ min: 0, max: 3 }).map((atMost) => ({ overlap: { atMost } }));
  const unlabelled = fc.constantFrom(0, 0.1, 0.5, 1).map((atMost) => ({ unlabelledShare: { atMost } }));
  return fc
    .oneof(rows, overlap, unlabelled, ...(task === 'regression' ? [] : [balance, balance]))
    .map((rule) => readGate({ gate: 'g', kind: 'data', ...rule }) as DataGate);
}

/** Ids that training says it saw: of the holdout few, of others some, now and then what is no id. */
interface Listed {
  readonly holds: 'id' | 'hash' | 'name';
  readonly ids: readonly string[];
}

const listed: fc.Arbitrary<Listed> = fc.record({
  holds: fc.constantFrom('id', 'hash', 'id', 'hash', 'name'),
  ids: fc.array(
    fc.oneof(
      { weight: 8, arbitrary: fc.nat({ max: 50 }).map((at) => `t${at}`) },
      { weight: 1, arbitrary: fc.nat({ max: 12 }).map((at) => `r${at}`) },
      { weight: 1, arbitrary: fc.constantFrom('r0', 'r1', '') },
    ),
    { maxLength: 8 },
  ),
});

function toText({ holds, ids }: Listed): string {
  const cells = ids.map((id) => (holds === 'hash' && id !== '' ? hash('sha256', id).slice(0, 16) : id));
  return [`${holds},more`, ...cells.map((cell) => `${cell},x`)].join('\n');
}

function judge(task: Task, gate: DataGate, table: Table | null, seen: Listed | null): GateReport {
  return judgeEvidence({
    runId: 'm-1',
    task,
    gates: [gate],
    hasChampion: true,
    predictions: table && toCsv(table),
    trainIds: seen && parseTrainIds(toText(seen)),
    metrics: null,
    trackedMetrics: {},
    look: null,
  });
}

/** Whether the rule holds, counted anew. With a confidence, by the tails of the binomial distribution. */
function holds(task: Task, gate: DataGate, table: Table, seen: Listed | null): boolean {
  const { rows, labelBalance, overlap, unlabelledShare, confidence } = gate;
  if (unlabelledShare) {
    const without = table.filter(({ label }) => label === '').length;
    return table.length > 0 && without / table.length <= unlabelledShare.atMost;
  }
  if (rows) return table.length >= rows.atLeast;
  if (overlap) {
    const known = seen !== null && seen.holds !== 'name' && seen.ids.length > 0 && !seen.ids.includes('');
    return (
      known && table.length > 0 && table.filter(({ id }) => seen.ids.includes(id!)).length <= overlap.atMost
    );
  }
  const { class: name, atLeast = 0, atMost = 1 } = labelBalance!;
  const isIt = ({ label }: Table[number]): boolean =>
    task === 'multiclass' ? label === name : Number(label) === Number(name);
  const [count, n] = [table.filter(isIt).length, table.length];
  const isKnown =
    task !== 'multiclass' ||
    table.some((row) =>
      Object.entries(row).some(
        ([column, cell]) =>
          column.endsWith(`:${name}`) ||
          (['label', 'challenger', 'champion'].includes(column) && cell === name),
      ),
    );
  if (n === 0 || !isKnown) return false;
  if (confidence === undefined) return count / n >= atLeast && count / n <= atMost;
  const error = (1 - confidence) / 2 + 1e-9;
  const shownAbove = atLeast === 0 || upperTail(count, n, atLeast) <= error;
  const shownBelow = atMost === 1 || upperTail(n - count, n, 1 - atMost) <= error;
  return shownAbove && shownBelow;
}

const rankOf = (report: GateReport): number => verdicts.indexOf(report.verdict);

describe('data gates fail closed', () => {
  const cases = taskOf.chain((task) =>
    fc.tuple(fc.constant(task), gatesOf(task), tablesOf(task), fc.option(listed, { freq: 6 })),
  );

  it('and pass where the rule holds, counted anew, and nowhere else', () => {
    const passed = { rows: 0, labelBalance: 0, overlap: 0, unlabelledShare: 0 };
    // What a gate bounds the share of is no error of the file.
    const believable = (task: Task, gate: DataGate, table: Table): boolean =>
      isBelievable(task, table, gate.unlabelledShare !== undefined);
    fc.assert(
      fc.property(cases, editsOfCells, fc.boolean(), ([task, gate, table, seen], edits, edit) => {
        const edited = edit ? spoil(table, edits) : table;
        const report = judge(task, gate, edited, seen);
        const hint = `${JSON.stringify(gate)} ${report.sentence}\n${toCsv(edited)}\n${seen && toText(seen)}`;
        const held = holds(task, gate, edited, seen);
        // What was written anew may be wrong in more ways than a plain reading of single rows finds.
        if (!edit) expect(report.verdict === 'passed', hint).toBe(held && believable(task, gate, edited));
        if (report.verdict !== 'passed') return;
        expect(held && believable(task, gate, edited), hint).toBe(true);
        for (const rule of ['rows', 'labelBalance', 'overlap', 'unlabelledShare'] as const)
          if (gate[rule]) passed[rule]++;
      }),
      { numRuns: 1500 },
    );
    for (const [rule, count] of Object.entries(passed)) expect(count, rule).toBeGreaterThan(20);
  });

  it('and give no better verdict where evidence is taken away, the ids of training included', () => {
    fc.assert(
      fc.property(cases, fc.nat(), ([task, gate, table, seen], at) => {
        // A side that cannot be believed makes the file an error; without its column there is none.
        fc.pre(isBelievable(task, table));
        const before = rankOf(judge(task, gate, table, seen));
        for (const column of Object.keys(table[0] ?? {})) {
          const without = table.map(({ [column]: _, ...row }) => row as Table[number]);
          expect(rankOf(judge(task, gate, without, seen)), `without ${column}`).toBeGreaterThanOrEqual(
            before,
          );
        }
        expect(rankOf(judge(task, gate, table, null)), 'without ids').toBeGreaterThanOrEqual(before);
        if (gate.overlap) expect(judge(task, gate, table, null).verdict).toBe('error');
        const leaked = seen && { ...seen, ids: [...seen.ids, `r${at % Math.max(1, table.length)}`] };
        if (seen && seen.ids.length > 0) {
          expect(rankOf(judge(task, gate, table, leaked)), 'with a leak').toBeGreaterThanOrEqual(before);
        }
        expect(judge(task, gate, null, seen).verdict, 'without the file').toBe('error');
        expect(judge(task, gate, [], seen).verdict, 'without rows').not.toBe('passed');
      }),
      { numRuns: 300 },
    );
  });

  it('and say the same in whatever order rows and ids come', () => {
    fc.assert(
      fc.property(cases, fc.infiniteStream(fc.nat()), ([task, gate, table, seen], chance) => {
        const shuffle = <T>(items: readonly T[]): T[] =>
          items
            .map((item) => ({ item, key: chance.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ item }) => item);
        // Which row is the first without an id depends on the order; that there is one does not.
        const whole = seen && { ...seen, ids: seen.ids.filter((id) => id !== '') };
        const other = whole && { ...whole, ids: shuffle(whole.ids) };
        expect(judge(task, gate, shuffle(table), other)).toEqual(judge(task, gate, table, whole));
      }),
      { numRuns: 300 },
    );
  });
});
