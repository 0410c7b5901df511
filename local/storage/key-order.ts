/**
 * Answers queries of Azurite's tables by the order of their keys.
 *
 * Azurite compares every row of a table with every query and sorts what it found. Here a query goes through the rows
 * that its conditions on keys leave, in their order, until its page is full, as the service does: a page of a large
 * table costs as much as one of a small table.
 *
 * Owns: which rows are looked at. Does not own: what a query means, nor the pages' size (Azurite does both).
 *
 * Invariant: the answer is the one that Azurite gives by itself.
 */
import { type KeyBounds, readKeyBounds } from './key-bounds.ts';

interface TableRow {
  readonly PartitionKey: string;
  readonly RowKey: string;
}

/** What is used of a LokiJS collection. */
interface RowCollection {
  readonly data: readonly TableRow[];
  on(event: 'insert' | 'update' | 'delete', listener: (row: TableRow) => void): void;
}

/** What is used of Azurite's LokiTableMetadataStore. */
export interface TableStore {
  queryTableEntities: QueryTable;
  getEntityCollection(account: string, table: string, context: unknown): RowCollection;
  getMaxResultsOption(options: QueryOptions): number;
  decodeContinuationHeader(text: string | undefined): string | undefined;
  adjustQueryResultforTop(rows: TableRow[], most: number): NextPage;
}

interface QueryOptions {
  readonly filter?: string;
  readonly top?: number;
}

interface NextPage {
  readonly nextPartitionKeyResponse: string | undefined;
  readonly nextRowKeyResponse: string | undefined;
}

type QueryTable = (
  context: unknown,
  account: string,
  table: string,
  options: QueryOptions,
  nextPartitionKey?: string,
  nextRowKey?: string,
) => Promise<[TableRow[], string | undefined, string | undefined]>;

/** Azurite's own reading of a filter; throws the service's answer to one that is wrong. */
type CompileFilter = (options: QueryOptions, context: unknown) => (row: TableRow) => boolean;

export function queryInKeyOrder(store: TableStore, compile: CompileFilter): void {
  const orders = new WeakMap<RowCollection, KeyOrder>();
  store.queryTableEntities = async (context, account, table, options, nextPartitionKey, nextRowKey) => {
    const collection = store.getEntityCollection(account, table, context);
    const order = orders.get(collection) ?? new KeyOrder(collection);
    orders.set(collection, order);
    const fits = compile(options, context);
    const most = store.getMaxResultsOption(options);
    const [partition, row] = [nextPartitionKey, nextRowKey].map((key) => store.decodeContinuationHeader(key));
    const found: TableRow[] = [];
    for (const each of order.rowsWithin(readKeyBounds(options.filter), { partition, row })) {
      // One more than the page holds tells where the next one begins.
      if (fits(each) && found.push(each) > most) break;
    }
    const { nextPartitionKeyResponse, nextRowKeyResponse } = store.adjustQueryResultforTop(found, most);
    return [found, nextPartitionKeyResponse, nextRowKeyResponse];
  };
}

/** Where a query goes on. */
interface Next {
  readonly partition: string | undefined;
  readonly row: string | undefined;
}

/** The rows of one table, partition by partition, in the order of their keys; it follows what happens to the table. */
class KeyOrder {
  readonly #partitions = new Map<string, TableRow[]>();
  #names: string[];

  constructor(collection: RowCollection) {
    for (const row of collection.data) this.#rowsOf(row.PartitionKey).push(row);
    for (const rows of this.#partitions.values()) rows.sort((a, b) => (a.RowKey < b.RowKey ? -1 : 1));
    this.#names = [...this.#partitions.keys()].sort();
    collection.on('insert', (row) => this.#put(row));
    collection.on('update', (row) => this.#put(row));
    collection.on('delete', (row) => this.#remove(row));
  }

  *rowsWithin({ partition, row }: KeyBounds, next: Next): Generator<TableRow> {
    const from =
      next.partition !== undefined && next.partition > partition.from ? next.partition : partition.from;
    for (let at = placeOf(this.#names, from, (name) => name); at < this.#names.length; at++) {
      const name = this.#names[at]!;
      if (partition.to !== null && name > partition.to) return;
      const rows = this.#partitions.get(name)!;
      const begin = name === next.partition && (next.row ?? '') > row.from ? next.row! : row.from;
      for (let index = placeOf(rows, begin, ({ RowKey }) => RowKey); index < rows.length; index++) {
        if (row.to !== null && rows[index]!.RowKey > row.to) break;
        yield rows[index]!;
      }
    }
  }

  #rowsOf(name: string): TableRow[] {
    const rows = this.#partitions.get(name) ?? [];
    this.#partitions.set(name, rows);
    return rows;
  }

  #put(row: TableRow): void {
    const { PartitionKey: name, RowKey: key } = row;
    if (!this.#partitions.has(name))
      this.#names.splice(
        placeOf(this.#names, name, (each) => each),
        0,
        name,
      );
    const rows = this.#rowsOf(name);
    const at = placeOf(rows, key, ({ RowKey }) => RowKey);
    rows.splice(at, rows[at]?.RowKey === key ? 1 : 0, row);
  }

  #remove({ PartitionKey: name, RowKey: key }: TableRow): void {
    const rows = this.#rowsOf(name);
    const at = placeOf(rows, key, ({ RowKey }) => RowKey);
    if (rows[at]?.RowKey === key) rows.splice(at, 1);
    if (rows.length > 0) return;
    this.#partitions.delete(name);
    this.#names = this.#names.filter((each) => each !== name);
  }
}

/** The first place whose key is not below `key`. */
function placeOf<T>(sorted: readonly T[], key: string, keyOf: (value: T) => string): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (keyOf(sorted[middle]!) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}
