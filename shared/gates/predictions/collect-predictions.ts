/**
 * From a file's columns to the rows a judgement is made from.
 *
 * Owns: which rows can be believed, what is said where some cannot, the order of the rows.
 * Does not own: formats, metrics.
 *
 * Invariants
 * 1. All rows or none: a row that cannot be believed makes the file one that cannot be. Leaving rows out would choose
 *    the result.
 * 2. Rows come sorted by id, so nothing after this can depend on the order of the file.
 */
import { counted } from '../../domain/plural.ts';
import { mapProbabilities, type Predictions, type SliceColumn } from '../rows.ts';
import { gather } from '../statistics/typed.ts';
import { collectClasses } from './collect-classes.ts';
import { type CategoryColumn, type NumberColumn, shorten } from './columns.ts';
import { hashIds, kindsOfIds } from './hash-ids.ts';
import { type IdOrder, orderIds } from './order-ids.ts';
import { describeProblems, findNumberProblem, type Problem } from './problems.ts';
import type { Sides } from './sides.ts';
import { noteAlike } from './spellings.ts';
import { type Broken, broken, type ReadingOptions, type ReadTable } from './table.ts';

export function collectPredictions(read: ReadTable, options: ReadingOptions): Predictions | Broken {
  const { table, rows } = read;
  if (table.id.overflow) return broken(`${table.file}: the ids are more than 512 MB; shorten them`);
  const ids = orderIds(table.id.bytes, table.id.ends);
  const weight = table.numbers.get('weight');
  const sides = options.task === 'multiclass' ? collectClasses(read) : collectNumbers(read, options);
  const problems = [
    ...findRowProblems(read, ids),
    ...('problems' in sides ? sides.problems : []),
    ...(weight ? findNumberProblem('weight', weight, 0, Number.MAX_VALUE, 'a number of 0 or more') : []),
  ];
  if ('broken' in sides) return sides;
  if (problems.length > 0 || 'problems' in sides) return describeProblems(table.file, rows, problems);
  if (weight && rows > 0 && !weight.values.some((value) => value > 0)) {
    return broken(`${table.file}: no row has a weight above 0`);
  }
  const sorted = (values: Float64Array): Float64Array => gather(values, ids.order);
  const { labels, challenger, champion, classes } = sides;
  const slices = collectSlices(table.categories, options.sliceColumns, ids.order);
  return {
    labels: sorted(labels),
    challenger: sorted(challenger),
    champion: champion && sorted(champion),
    weights: weight ? sorted(weight.values) : null,
    classes: classes && {
      names: classes.names,
      challenger: mapProbabilities(classes.challenger, sorted),
      champion: mapProbabilities(classes.champion, sorted),
    },
    idHashes: options.keepIds ? hashIds(table.id.bytes, table.id.ends) : null,
    idKinds: options.keepIds ? kindsOfIds(table.id.bytes, table.id.ends) : null,
    slices,
    notes: [
      ...table.notes,
      ...sides.notes,
      ...[...slices].flatMap(([name, column]) => noteAlikeSlices(name, column)),
    ],
  };
}

function collectNumbers({ table, rows }: ReadTable, { task }: ReadingOptions): Sides {
  const column = (name: string): NumberColumn | undefined => table.numbers.get(name);
  const champion = column('champion');
  const withoutChampion = !champion || champion.missing === rows;
  // Whatever is not said to be a regression gets the stricter reading.
  const [low, high] = task === 'regression' ? [-Number.MAX_VALUE, Number.MAX_VALUE] : [0, 1];
  const score = task === 'regression' ? 'a finite number' : 'a score between 0 and 1';
  const label = task === 'regression' ? 'a finite number' : '0 or 1';
  const problems = [
    ...findNumberProblem('label', column('label')!, low, high, label, task !== 'regression'),
    ...findNumberProblem('challenger', column('challenger')!, low, high, score),
    ...(withoutChampion ? [] : findNumberProblem('champion', champion, low, high, score)),
  ];
  if (problems.length > 0) return { problems };
  return {
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
  order: Uint32Array,
): Map<string, SliceColumn> {
  const columns = names.flatMap((name) => {
    const column = categories.get(name);
    return column ? [[name, collectSlice(column, order)] as const] : [];
  });
  return new Map(columns);
}

/** Rows of each value by counting; values in order. */
function collectSlice({ codes, names, overflow }: CategoryColumn, order: Uint32Array): SliceColumn {
  const starts = new Uint32Array(names.length + 1);
  for (const code of codes) if (code < names.length) starts[code + 1]!++;
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
  return { rowsOf: new Map(values.sort(([a], [b]) => (a < b ? -1 : 1))), overflow };
}

function noteAlikeSlices(name: string, { rowsOf, overflow }: SliceColumn): string[] {
  // Of more values the gate says that they are no slices.
  if (overflow) return [];
  const counts = [...rowsOf].map(([value, { length }]) => [value, counted(length, 'row')] as const);
  return noteAlike(`values of the column ${shorten(name)}`, new Map(counts));
}
