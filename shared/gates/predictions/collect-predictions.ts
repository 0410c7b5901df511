/**
 * From a file's columns to the rows a judgement is made from.
 *
 * Owns: which rows can be believed, what is said where some cannot, the order of the rows.
 * Does not own: formats, metrics.
 *
 * Invariants
 * 1. All rows or none: a row that cannot be believed makes the file one that cannot be. Leaving rows out would choose
 *    the result.
 * 2. A row without a label is one of those, unless a gate bounds their share; then it is kept apart.
 * 3. Rows come sorted by id, so nothing after this can depend on the order of the file.
 */
import { counted } from '../../domain/plural.ts';
import { mapIntervals, mapProbabilities, type Predictions, type Rows, type SliceColumn } from '../rows.ts';
import { gather, gatherWhole } from '../statistics/typed.ts';
import { collectClasses } from './collect-classes.ts';
import { collectDependence } from './collect-dependence.ts';
import { collectIntervals } from './collect-intervals.ts';
import { type CategoryColumn, type NumberColumn, shorten } from './columns.ts';
import { hashIds, kindsOfIds } from './hash-ids.ts';
import { noteGroups } from './note-groups.ts';
import { type IdOrder, orderIds } from './order-ids.ts';
import { adviseUnlabelled, describeProblems, findNumberProblem, type Problem } from './problems.ts';
import type { ReadSides, Sides } from './sides.ts';
import { noteAlike } from './spellings.ts';
import { type Broken, broken, type ReadingOptions, type ReadTable } from './table.ts';

export function collectPredictions(read: ReadTable, options: ReadingOptions): Predictions | Broken {
  const { table, rows } = read;
  if (table.id.overflow) return broken(`${table.file}: the ids are more than 512 MB; shorten them`);
  const ids = orderIds(table.id.bytes, table.id.ends);
  const weight = table.numbers.get('weight');
  const sides = options.task === 'multiclass' ? collectClasses(read, options) : collectNumbers(read, options);
  const dependence = collectDependence(read, options.dependence, ids.order);
  const problems = [
    ...findRowProblems(read, ids),
    ...(dependence && 'problems' in dependence ? dependence.problems : []),
    ...('problems' in sides ? sides.problems : []),
    ...(weight ? findNumberProblem('weight', weight, 0, Number.MAX_VALUE, 'a number of 0 or more') : []),
  ];
  if ('broken' in sides) return sides;
  if (problems.length > 0 || 'problems' in sides || (dependence && 'problems' in dependence))
    return describeProblems(table.file, rows, problems);
  if (weight && rows > 0 && !weight.values.some((value) => value > 0)) {
    return broken(`${table.file}: no row has a weight above 0`);
  }
  const { labelled, unlabelled } = partByLabel(ids.order, sides.labels);
  const rowsAt = (order: Uint32Array): Rows => ({
    ...gatherRows(sides, weight?.values ?? null, order),
    dependence: dependence && { ...dependence, of: gatherWhole(dependence.of, order) },
  });
  const slices = collectSlices(table.categories, options.sliceColumns, labelled, unlabelled);
  return {
    ...rowsAt(labelled),
    unlabelled: unlabelled.length > 0 ? rowsAt(unlabelled) : null,
    idHashes: options.keepIds ? hashIds(table.id.bytes, table.id.ends) : null,
    idKinds: options.keepIds ? kindsOfIds(table.id.bytes, table.id.ends) : null,
    slices,
    notes: [
      ...table.notes,
      ...noteUnlabelled(table.file, unlabelled.length, rows),
      ...sides.notes,
      ...noteDependence(read, options, sides, labelled),
      ...[...slices].flatMap(([name, column]) => noteAlikeSlices(name, column)),
    ],
  };
}

/** Of columns that nobody says anything of. Squared errors of probabilities, absolute ones of numbers, wrong classes. */
function noteDependence(
  { table }: ReadTable,
  { task, dependence, sliceColumns }: ReadingOptions,
  { labels, challenger }: ReadSides,
  order: Uint32Array,
): string[] {
  if (dependence) return [];
  const slices = [...table.categories].filter(([name]) => sliceColumns.includes(name));
  const columns = new Map([...slices, ...table.watched]);
  if (columns.size === 0) return [];
  const losses = new Float64Array(order.length);
  for (let at = 0; at < losses.length; at++) {
    const error = Math.abs(challenger[order[at]!]! - labels[order[at]!]!);
    losses[at] = task === 'multiclass' ? Math.min(1, error) : task === 'binary' ? error * error : error;
  }
  return noteGroups(columns, order, losses);
}

/** Rows with a label, and those without, each in the order given. */
function partByLabel(
  order: Uint32Array,
  labels: Float64Array,
): { labelled: Uint32Array; unlabelled: Uint32Array } {
  const hasLabel = (row: number): boolean => !Number.isNaN(labels[row]!);
  return { labelled: order.filter(hasLabel), unlabelled: order.filter((row) => !hasLabel(row)) };
}

function noteUnlabelled(file: string, unlabelled: number, rows: number): string[] {
  if (unlabelled === 0) return [];
  return [
    `${file}: ${unlabelled} of ${counted(rows, 'row')} have no label: metrics are of the other ${rows - unlabelled}`,
  ];
}

function gatherRows(sides: ReadSides, weights: Float64Array | null, order: Uint32Array): Rows {
  const pick = (values: Float64Array): Float64Array => gather(values, order);
  const { labels, challenger, champion, classes, intervals } = sides;
  return {
    labels: pick(labels),
    challenger: pick(challenger),
    champion: champion && pick(champion),
    weights: weights && pick(weights),
    intervals: mapIntervals(intervals, pick),
    classes: classes && {
      names: classes.names,
      challenger: mapProbabilities(classes.challenger, pick),
      champion: mapProbabilities(classes.champion, pick),
    },
  };
}

function collectNumbers(read: ReadTable, { task, allowUnlabelled }: ReadingOptions): Sides {
  const { table, rows } = read;
  const column = (name: string): NumberColumn | undefined => table.numbers.get(name);
  const champion = column('champion');
  const withoutChampion = !champion || champion.missing === rows;
  // Whatever is not said to be a regression gets the stricter reading.
  const [low, high] = task === 'regression' ? [-Number.MAX_VALUE, Number.MAX_VALUE] : [0, 1];
  const score = task === 'regression' ? 'a finite number' : 'a score between 0 and 1';
  const label = task === 'regression' ? 'a finite number' : '0 or 1';
  const labelRule = { whole: task !== 'regression', mayMiss: allowUnlabelled ?? false };
  const intervals = task === 'regression' ? collectIntervals(read) : null;
  const problems = [
    ...(intervals && 'problems' in intervals ? intervals.problems : []),
    ...adviseUnlabelled(findNumberProblem('label', column('label')!, low, high, label, labelRule)),
    ...findNumberProblem('challenger', column('challenger')!, low, high, score),
    ...(withoutChampion ? [] : findNumberProblem('champion', champion, low, high, score)),
  ];
  if (problems.length > 0 || (intervals && 'problems' in intervals)) return { problems };
  return {
    intervals,
    labels: column('label')!.values,
    challenger: column('challenger')!.values,
    champion: withoutChampion ? null : champion.values,
    classes: null,
    notes: [],
  };
}

function findRowProblems({ table, malformed }: ReadTable, ids: IdOrder): Problem[] {
  const problems: Problem[] = [];
  if (malformed) {
    const rule = 'cannot be taken apart into the columns of the header';
    problems.push({ faults: malformed, sentence: malformed.text, rule });
  }
  const { missing } = table.id;
  if (missing) problems.push({ faults: missing, sentence: 'its id is empty', rule: 'have no id' });
  if (ids.repeated > 0) {
    const text = shorten(table.id.textOf(ids.firstRepeated));
    problems.push({
      faults: { count: ids.repeated, row: ids.firstRepeated, text },
      sentence: `its id ${JSON.stringify(text)} stands in an earlier row`,
      rule: 'have the id of an earlier row',
    });
  }
  return problems;
}

function collectSlices(
  categories: ReadonlyMap<string, CategoryColumn>,
  names: readonly string[],
  labelled: Uint32Array,
  unlabelled: Uint32Array,
): Map<string, SliceColumn> {
  const columns = names.flatMap((name) => {
    const column = categories.get(name);
    if (!column) return [];
    const rowsOf = dealRows(column, labelled);
    const without = dealRows(column, unlabelled);
    return [[name, { rowsOf, unlabelled: without, overflow: column.overflow }] as const];
  });
  return new Map(columns);
}

/** Rows of each value by counting; values in order, also those that only other rows have. */
function dealRows({ codes, names }: CategoryColumn, order: Uint32Array): Map<string, Uint32Array> {
  const starts = new Uint32Array(names.length + 1);
  for (const row of order) if (codes[row]! < names.length) starts[codes[row]! + 1]!++;
  for (let code = 1; code < starts.length; code++) starts[code]! += starts[code - 1]!;
  const rows = new Uint32Array(order.length);
  const next = starts.slice();
  for (let place = 0; place < order.length; place++) {
    const code = codes[order[place]!]!;
    if (code < names.length) rows[next[code]!++] = place;
  }
  const values = names.map((name, code): [string, Uint32Array] => [
    name,
    rows.subarray(starts[code]!, starts[code + 1]!),
  ]);
  return new Map(values.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function noteAlikeSlices(name: string, { rowsOf, overflow }: SliceColumn): string[] {
  // Of more values the gate says that they are no slices.
  if (overflow) return [];
  const counts = [...rowsOf].map(([value, { length }]) => [value, counted(length, 'row')] as const);
  return noteAlike(`values of the column ${shorten(name)}`, new Map(counts));
}
