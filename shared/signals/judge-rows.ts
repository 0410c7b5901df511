/**
 * What the rows of a query's result say of a rule of `triggers.queries`. Pure.
 *
 * Owns: rows to judgements, and what of a result cannot be judged. Does not own: asking the query
 * (shared/azure/logs.ts), offering what was found (activity query-logs).
 *
 * Invariants
 * 1. One judgement a window: of several rows about one window the worst is judged.
 * 2. A row without a number, a window or a large enough sample is passed over and counted, never judged.
 * 3. Whatever the rows hold, nothing throws.
 */
import type { QueryTrigger } from '../config/schema.ts';
import { suggest } from '../config/suggest.ts';
import type { CheckRow } from '../domain/check.ts';
import { readIsoTime } from '../domain/iso-time.ts';
import type { LogsColumn, LogsTable } from '../domain/logs-table.ts';
import { judgedCheck, tooFewCheck, unjudgedCheck } from './check-row.ts';
import { type Judgement, judgeValue } from './judge-value.ts';

interface RowsJudgement {
  /** One a window, the latest window last. */
  readonly judgements: readonly Judgement[];
  /** The same for the ledger; where nothing was judged one that says why. */
  readonly checks: readonly CheckRow[];
  /** Rows of the result. */
  readonly rows: number;
  /** Of these: without a number in the column of the value or the sample, or without a window. */
  readonly skipped: number;
  /** Of these: over too small a sample. */
  readonly small: number;
  /** Windows over the most that are judged, the earliest. */
  readonly cut: number;
}

/** Why the result as a whole cannot be judged: the query does not fit the rule. */
interface RowsProblem {
  readonly problem: string;
}

interface Row {
  readonly window: string;
  readonly observedAt: string;
  readonly rank: number | string;
  readonly value: number;
  readonly sample: number | null;
  readonly standardError: number | null;
}

/** A query that finds more windows is too broad for a rule; the latest are judged. */
export const windowsAtMost = 100;
const longestWindow = 100;
/** How many columns a message lists. */
const columnsAtMost = 20;
const numericTypes = new Set(['int', 'long', 'real', 'decimal']);
/** Windows that are counted need an order in time. */
const orderedTypes = new Set(['datetime']);
const windowTypes = new Set([...numericTypes, 'datetime', 'string', 'guid', 'bool', 'timespan']);

export function judgeRows(
  rule: QueryTrigger,
  table: LogsTable,
  { model, tick }: { readonly model: string; readonly tick: string },
): RowsJudgement | RowsProblem {
  const places = findPlaces(rule, table.columns);
  if ('problem' in places) return places;
  const minimumSample = rule.minimumSample ?? 0;
  const read = table.rows.map((row) => readRow(row, places, tick)).filter((row) => row !== null);
  const large = read.filter(({ sample }) => sample === null || sample >= minimumSample);
  const windows = worstOfEachWindow(large, rule).sort(byRank);
  const source = 'log-analytics';
  const judged = windows.slice(-windowsAtMost).map(({ window, observedAt, value, sample, standardError }) => {
    const judgement = judgeValue(rule, {
      ...{ model, ruleKind: 'query', source, what: rule.value, value, sample, standardError },
      ...{ window, observedAt, evidence: { tick, lookBack: rule.lookBack } },
    });
    const seen = {
      model,
      kind: 'query',
      source,
      metric: rule.value,
      at: observedAt,
      window,
      value,
      sample,
      ...(standardError !== null && { standardError }),
    } as const;
    return { judgement, check: judgedCheck(rule, seen, judgement) };
  });
  const counts = {
    rows: table.rows.length,
    skipped: table.rows.length - read.length,
    small: read.length - large.length,
    cut: windows.length - judged.length,
  };
  const isJudged = new Set(windows.map(({ window }) => window));
  const few = worstOfEachWindow(
    read.filter((row) => !large.includes(row) && !isJudged.has(row.window)),
    rule,
  )
    .sort(byRank)
    .slice(-windowsAtMost)
    .map(({ window, observedAt, value, sample }) =>
      tooFewCheck(rule, { ...tickOf(rule, model, observedAt), window, value, sample: sample ?? 0 }),
    );
  const checks = [...few, ...judged.map(({ check }) => check)];
  return {
    judgements: judged.map(({ judgement }) => judgement),
    checks: checks.length > 0 ? checks : [nothingToJudge(rule, counts, { model, tick })],
    ...counts,
  };
}

/** What of a result was judged and what was not, in words. */
export function describePassedOver(
  counts: Pick<RowsJudgement, 'rows' | 'skipped' | 'small' | 'cut'>,
): string {
  const { rows, skipped, small, cut } = counts;
  const parts = [
    skipped > 0 ? `${skipped} without a number or a window` : '',
    small > 0 ? `${small} over too small a sample` : '',
    cut > 0 ? `${cut} windows before the latest passed over` : '',
  ].filter((part) => part !== '');
  return [rows === 0 ? 'no rows' : `${rows} rows`, ...parts].join(', ');
}

function nothingToJudge(
  rule: QueryTrigger,
  counts: Pick<RowsJudgement, 'rows' | 'skipped' | 'small' | 'cut'>,
  { model, tick }: { readonly model: string; readonly tick: string },
): CheckRow {
  const verdict = counts.small > 0 ? 'too-few' : 'missing';
  const sentence = `The query found nothing to judge at ${tick}: ${describePassedOver(counts)}.`;
  return unjudgedCheck(rule, tickOf(rule, model, tick), verdict, sentence);
}

/** A check of a query that has no window of its own. */
export function tickOf(rule: Pick<QueryTrigger, 'value'>, model: string, tick: string) {
  return {
    model,
    kind: 'query',
    source: 'log-analytics',
    metric: rule.value,
    at: tick,
    window: tick,
  } as const;
}

/** Where in a row things are; null where the rule names no such column. */
interface Places {
  readonly value: number;
  readonly sample: number | null;
  readonly standardError: number | null;
  readonly window: number | null;
  readonly windowIsTime: boolean;
}

function findPlaces(rule: QueryTrigger, columns: readonly LogsColumn[]): Places | RowsProblem {
  const problem =
    findProblem('value', rule.value, columns, numericTypes) ??
    findProblem('sample', rule.sample, columns, numericTypes) ??
    findProblem('standardError', rule.standardError, columns, numericTypes) ??
    findProblem('window', rule.window, columns, rule.windows > 1 ? orderedTypes : windowTypes);
  if (problem !== null) return { problem };
  const indexOf = (name: string) => columns.findIndex((column) => column.name === name);
  return {
    value: indexOf(rule.value),
    sample: rule.sample === undefined ? null : indexOf(rule.sample),
    standardError: rule.standardError === undefined ? null : indexOf(rule.standardError),
    window: rule.window === undefined ? null : indexOf(rule.window),
    windowIsTime: columns.some(({ name, type }) => name === rule.window && type === 'datetime'),
  };
}

/** Names in KQL differ by their casing. */
function findProblem(
  field: 'value' | 'sample' | 'standardError' | 'window',
  name: string | undefined,
  columns: readonly LogsColumn[],
  types: ReadonlySet<string>,
): string | null {
  const column = columns.find((candidate) => candidate.name === name);
  if (name === undefined || (column && types.has(column.type))) return null;
  const names = columns.map((candidate) => candidate.name);
  const noWindow =
    types === orderedTypes
      ? 'and windows to be counted are told apart by a datetime'
      : 'which names no window';
  const expected = field === 'window' ? noWindow : 'not a number';
  const wrong = column ? `is ${column.type}, ${expected}` : `is not in the result${suggest(name, names)}`;
  return `${field} column ${JSON.stringify(name)} ${wrong}; ${listColumns(columns)}; correct ${field} or the query`;
}

function listColumns(columns: readonly LogsColumn[]): string {
  if (columns.length === 0) return 'it has no columns';
  const listed = columns.slice(0, columnsAtMost).map(({ name, type }) => `${name.slice(0, 100)} (${type})`);
  const more = columns.length > columnsAtMost ? ` and ${columns.length - columnsAtMost} more` : '';
  return `its columns are ${listed.join(', ')}${more}`;
}

function readRow(row: readonly unknown[], places: Places, tick: string): Row | null {
  const value = readNumber(row[places.value]);
  const sample = places.sample === null ? null : readNumber(row[places.sample]);
  if (value === null || (places.sample !== null && sample === null)) return null;
  const error = places.standardError === null ? null : readNumber(row[places.standardError]);
  const numbers = { value, sample, standardError: error !== null && error >= 0 ? error : null };
  if (places.window === null) return { window: tick, observedAt: tick, rank: 0, ...numbers };
  const cell = row[places.window];
  const window = isScalar(cell) ? String(cell).slice(0, longestWindow) : '';
  if (window === '') return null;
  const begins = places.windowIsTime ? readIsoTime(window) : null;
  // A window that begins after the tick was observed at the tick.
  const observedAt = begins !== null && begins < tick ? begins : tick;
  const rank = begins === null ? rankOf(cell, window) : Date.parse(begins);
  return { window, observedAt, rank, ...numbers };
}

/** Real numbers come as numbers, those JSON has none for and decimals as texts. */
function readNumber(cell: unknown): number | null {
  const number =
    typeof cell === 'number' ? cell : typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : NaN;
  return Number.isFinite(number) ? number : null;
}

function isScalar(cell: unknown): boolean {
  return typeof cell === 'string' || typeof cell === 'number' || typeof cell === 'boolean';
}

function rankOf(cell: unknown, window: string): number | string {
  return typeof cell === 'number' ? cell : window;
}

/** The latest last: times and numbers by their size, texts by their letters. */
function byRank(a: Row, b: Row): number {
  if (a.rank === b.rank) return 0;
  if (typeof a.rank === typeof b.rank) return a.rank < b.rank ? -1 : 1;
  return typeof a.rank === 'number' ? -1 : 1;
}

function worstOfEachWindow(rows: readonly Row[], rule: QueryTrigger): Row[] {
  const worst = new Map<string, Row>();
  for (const row of rows) {
    const known = worst.get(row.window);
    const isWorse = !known || (rule.below === undefined ? row.value > known.value : row.value < known.value);
    if (isWorse) worst.set(row.window, row);
  }
  return [...worst.values()];
}
