import type { Task } from '../../config/metric-catalog.ts';
import type { CellSink } from '../../tables/csv-rows.ts';
import type { Dependence } from '../rows.ts';
import { CategoryColumn, type Faults, IdColumn, NumberColumn, shorten, WatchedColumn } from './columns.ts';
import { noteAlikeColumns } from './spellings.ts';

/** What a run may bring at most; more is an error of the evidence. */
const mostRows = 5_000_000;
/** Numbers in all columns together that are read: 320 MB of them. */
const mostNumbers = 40_000_000;
const mostColumns = 10_000;
/** Columns that no gate needs and are looked at for groups; the first ones of the file. */
const mostWatched = 20;

/** Ends of the intervals that sides of a regression predict. */
const intervalColumns = ['challenger', 'champion'].flatMap((side) => [`${side}:lower`, `${side}:upper`]);

/** Columns that a file may lack; without another that is needed it is broken. */
const optionalColumns = ['champion', 'weight'];

export interface ReadingOptions {
  readonly task: Task;
  /** Columns to read as slices; one that the file lacks is left out. */
  readonly sliceColumns: readonly string[];
  /** The column that says which rows depend on each other; none when omitted. A file that lacks it is broken. */
  readonly dependence?: DependenceColumn | undefined;
  /** Whether to keep the ids, as hashes. Not kept when omitted. */
  readonly keepIds?: boolean;
  /** Whether a row may be without a label. An error when omitted. */
  readonly allowUnlabelled?: boolean;
}

/** A column whose equal values are rows of one group, or whose order is that of the rows. */
export interface DependenceColumn {
  readonly kind: Dependence['kind'];
  readonly name: string;
}

/** Why a file cannot be used as evidence, with its name. */
export interface Broken {
  readonly broken: string;
  /** What else is wrong with it. */
  readonly notes: readonly string[];
}

export const broken = (why: string, notes: readonly string[] = []): Broken => ({ broken: why, notes });

/** What a reader makes of a file. */
export interface Plan {
  /** Name of the file, for messages. */
  readonly file: string;
  /** For each column of the file where its cells go; null where nothing needs them. */
  readonly sinks: readonly (CellSink | null)[];
  /** More rows than this are an error. */
  readonly mostRows: number;
}

/** What to read of a file with this header. */
export type Planner<P extends Plan> = (file: string, header: readonly string[]) => P | Broken;

/** The columns of a file that a judgement needs, read and not yet checked. */
export interface Table extends Plan {
  readonly id: IdColumn;
  /** Null where rows are independent, or the column is a category, too. */
  readonly dependent: IdColumn | null;
  readonly numbers: ReadonlyMap<string, NumberColumn>;
  readonly categories: ReadonlyMap<string, CategoryColumn>;
  /** Columns that no gate needs. */
  readonly watched: ReadonlyMap<string, CategoryColumn>;
  /** What was noticed about the header. */
  readonly notes: readonly string[];
}

export interface ReadTable<P extends Plan = Table> {
  readonly table: P;
  readonly rows: number;
  /** Rows that cannot be taken apart, or have not as many fields as the header; the text says how. */
  readonly malformed: Faults | null;
}

/** So many rows can be judged with the columns of a table. */
const mostRowsOf = (numbers: number): number =>
  Math.min(mostRows, Math.floor(mostNumbers / Math.max(1, numbers)));

export const tooManyRows = ({ file, mostRows }: Plan): Broken =>
  broken(`${file}: more than ${mostRows} rows; judge a sample of them`);

/** Columns for the names in a file's header. What a column is for depends on the task alone, never on its cells. */
export function planTable(
  file: string,
  header: readonly string[],
  { task, sliceColumns, dependence }: ReadingOptions,
): Table | Broken {
  const probabilities = task === 'multiclass' && header.some((name) => name.startsWith('challenger:'));
  const needed = [
    ...['id', 'label', ...(probabilities ? [] : ['challenger'])],
    ...(dependence ? [dependence.name] : []),
  ];
  const missing = needed.filter((name) => !header.includes(name));
  const has = header.slice(0, 30).map(shorten).join(', ') || 'nothing';
  if (missing.length > 0) return broken(`${file}: the header lacks ${missing.join(', ')}; it has: ${has}`);
  if (new Set(header).size !== header.length) return broken(`${file}: the header names a column twice`);
  if (header.length > mostColumns) {
    return broken(`${file}: ${header.length} columns, ${mostColumns} at most; leave out what no gate needs`);
  }
  const id = new IdColumn();
  const dependent = dependence ? new IdColumn() : null;
  const watched = new Map<string, CategoryColumn>();
  // Columns of Parquet that no gate needs may be of any type.
  const watches = !dependence && !file.toLowerCase().endsWith('.parquet');
  const numbers = new Map<string, NumberColumn>();
  const categories = new Map<string, CategoryColumn>();
  const sinks = header.map((name): CellSink | null => {
    if (name === 'id') return id;
    const kind = kindOf(name, task, sliceColumns);
    if (kind === null && watches && watched.size < mostWatched) {
      const column = new WatchedColumn();
      watched.set(name, column);
      return column;
    }
    if (kind === null) return name === dependence?.name ? dependent : null;
    const column = kind === 'number' ? new NumberColumn() : new CategoryColumn();
    if (column instanceof NumberColumn) numbers.set(name, column);
    else categories.set(name, column);
    return column;
  });
  const notes = noteAlikeColumns(header, optionalColumns);
  return {
    file,
    id,
    dependent,
    numbers,
    categories,
    watched,
    notes,
    sinks,
    mostRows: mostRowsOf(numbers.size),
  };
}

function kindOf(name: string, task: Task, sliceColumns: readonly string[]): 'number' | 'category' | null {
  const classes = task === 'multiclass';
  if (name === 'weight') return 'number';
  if (['label', 'challenger', 'champion'].includes(name)) return classes ? 'category' : 'number';
  if (task === 'regression' && intervalColumns.includes(name)) return 'number';
  if (classes && /^(?:challenger|champion):/.test(name)) return 'number';
  return sliceColumns.includes(name) ? 'category' : null;
}
