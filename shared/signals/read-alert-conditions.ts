/**
 * The numbers that an alert of Azure Monitor fired with, wherever its kind of rule puts them.
 *
 * Metric rules and log rules of version 2 list them under `alertContext.condition.allOf`. Log rules of version 1 have
 * them in `alertContext` itself, and the values of a metric measurement only in the rows of its query, where the alert
 * embeds them. Prometheus rules have an expression and what it came to. Rules on activity, health and budgets have none.
 * Source: Azure Monitor common alert schema and its samples; nothing is taken for granted.
 */
import { excerpt, field, isRecord, text } from './read-event.ts';

/** A type, so that it is JSON. */
type AlertCondition = {
  readonly metric: string | null;
  readonly aggregation: string | null;
  readonly operator: string | null;
  /** A number where it reads as one: the wire has a string. Null in dynamic thresholds. */
  readonly threshold: number | string | null;
  readonly value: number | null;
  readonly dimensions: { readonly [name: string]: string };
  /** Pages with the query's rows: a log alert embeds none. */
  readonly links: readonly string[];
  /** What a Prometheus rule asks: its limit is part of it. Absent elsewhere. */
  readonly expression?: string;
};

type Fields = Readonly<Record<string, unknown>>;

/** An alert rule has at most five criteria; a payload with more is cut. */
const conditionsAtMost = 5;
const longestText = 500;
const longestLink = 2000;
/** Rows of an embedded result that are looked at. */
const rowsAtMost = 1000;

export function readAlertConditions(context: unknown): readonly AlertCondition[] {
  if (!isRecord(context)) return [];
  const condition = field(context, 'condition');
  const allOf = isRecord(condition) ? field(condition, 'allOf') : null;
  if (Array.isArray(allOf)) return allOf.filter(isRecord).slice(0, conditionsAtMost).map(readCriterion);
  if (field(context, 'expression') !== undefined) return [readExpression(context)];
  return field(context, 'searchQuery') === undefined ? [] : [readSearch(context)];
}

function readCriterion(raw: Fields): AlertCondition {
  return {
    metric: short(field(raw, 'metricName')) ?? short(field(raw, 'metricMeasureColumn')),
    aggregation: short(field(raw, 'timeAggregation')),
    operator: short(field(raw, 'operator')),
    threshold: readNumber(field(raw, 'threshold')),
    value: finite(readNumber(field(raw, 'metricValue'))),
    dimensions: readDimensions(field(raw, 'dimensions')),
    links: readLinks(raw, ['linkToSearchResultsUI', 'linkToFilteredSearchResultsUI']),
  };
}

/** A log rule of version 1: the number of rows, or the worst value that a metric measurement found. */
function readSearch(context: Fields): AlertCondition {
  const isMeasurement = /^metric ?measurement$/i.test(text(field(context, 'alertType')) ?? '');
  const operator = short(field(context, 'operator'));
  const count = finite(readNumber(field(context, 'resultCount')));
  return {
    metric: isMeasurement ? 'AggregatedValue' : 'ResultCount',
    aggregation: null,
    operator,
    threshold: readNumber(field(context, 'threshold')),
    value: isMeasurement ? findWorst(field(context, 'searchResults'), operator) : count,
    dimensions: readDimensions(field(context, 'dimensions')),
    links: readLinks(context, ['linkToSearchResults', 'linkToFilteredSearchResultsUI']),
  };
}

/** The value of the embedded rows that lies farthest beyond the threshold; null where none are embedded. */
function findWorst(results: unknown, operator: string | null): number | null {
  const tables = isRecord(results) ? field(results, 'tables') : null;
  const table: unknown = Array.isArray(tables) ? tables[0] : null;
  const [columns, rows] = isRecord(table) ? [field(table, 'columns'), field(table, 'rows')] : [];
  if (!Array.isArray(columns) || !Array.isArray(rows)) return null;
  const at = columns.findIndex(
    (column) => isRecord(column) && text(field(column, 'name'))?.toLowerCase() === 'aggregatedvalue',
  );
  const values = rows
    .slice(0, rowsAtMost)
    .map((row: unknown) => finite(Array.isArray(row) ? readNumber(row[at]) : null))
    .filter((value) => value !== null);
  if (values.length === 0) return null;
  return isBelow(operator) ? Math.min(...values) : Math.max(...values);
}

function isBelow(operator: string | null): boolean {
  return /^(?:less|lower)/i.test(operator ?? '');
}

function readExpression(context: Fields): AlertCondition {
  const labels = field(context, 'labels');
  const pairs = isRecord(labels) ? Object.entries(labels) : [];
  return {
    metric: isRecord(labels) ? short(field(labels, 'alertname')) : null,
    aggregation: null,
    operator: null,
    threshold: null,
    value: readScaled(short(field(context, 'expressionValue'))),
    dimensions: toDimensions(pairs),
    links: [],
    expression: short(field(context, 'expression')) ?? '',
  };
}

const scales: Readonly<Record<string, number>> = {
  u: 1e-6,
  µ: 1e-6,
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
};

/** A number as Prometheus writes it for people: `12.7m` is 0.0127. */
function readScaled(written: string | null): number | null {
  const [, digits, scale] = /^([-+]?[\d.]+(?:e[-+]?\d+)?)([uµmkMGT]?)$/.exec(written?.trim() ?? '') ?? [];
  if (digits === undefined) return null;
  // Divided, where that is exact: 12.7 * 0.001 is not 0.0127.
  const factor = scale === undefined || scale === '' ? 1 : scales[scale]!;
  return finite(factor < 1 ? Number(digits) / Math.round(1 / factor) : Number(digits) * factor);
}

function readDimensions(raw: unknown): { [name: string]: string } {
  if (!Array.isArray(raw)) return {};
  return toDimensions(
    raw.filter(isRecord).map((dimension) => [short(field(dimension, 'name')), field(dimension, 'value')]),
  );
}

function toDimensions(raw: readonly (readonly [string | null, unknown])[]): { [name: string]: string } {
  const pairs = raw.flatMap(([name, given]): [string, string][] => {
    const value = short(given);
    return name === null || value === null ? [] : [[name.slice(0, longestText), value]];
  });
  return Object.fromEntries(pairs.slice(0, 20));
}

function readLinks(raw: Fields, names: readonly string[]): string[] {
  return names
    .map((name) => text(field(raw, name)))
    .filter((link) => link !== null && /^https:\/\//i.test(link) && link.length <= longestLink)
    .map(String);
}

/** A finite number, or a text that is one; another text stays as it is. */
function readNumber(raw: unknown): number | string | null {
  const written = short(raw)?.trim() ?? '';
  if (written === '') return null;
  const number = Number(written);
  return Number.isFinite(number) ? number : written;
}

function finite(value: number | string | null): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function short(raw: unknown): string | null {
  return text(raw)?.slice(0, longestText) ?? null;
}

const operators: Readonly<Record<string, string>> = {
  greaterthan: 'is above',
  greaterthanorequal: 'is at or above',
  lessthan: 'is below',
  lowerthan: 'is below',
  lessthanorequal: 'is at or below',
  lowerthanorequal: 'is at or below',
  equal: 'equals',
  equals: 'equals',
};

export function describeCondition(condition: AlertCondition): string {
  const { metric, aggregation, operator, threshold, value, expression } = condition;
  if (expression !== undefined) return `${excerpt(expression)} came to ${value ?? 'no number'}`;
  const what = [aggregation, metric ?? 'value'].filter(Boolean).join(' ');
  const relation =
    operator === null ? 'against' : (operators[operator.toLowerCase().replaceAll(' ', '')] ?? operator);
  const limit = threshold === null ? 'its dynamic threshold' : String(threshold);
  return `${what} ${value ?? 'without a value'} ${relation} ${limit}`;
}
