import { createRequire } from 'node:module';
import type { TableClient } from '@azure/data-tables';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readKeyBounds } from '../../../local/storage/key-bounds.ts';
import { startAccount, temporaryHome } from './harness.ts';

const keys = ['', 'a', 'A', "it's", 'b c', 'ab', '10', '9', '!', '~', 'é', '\u{1F984}'];
const key = fc.constantFrom(...keys);
const quote = (text: string) => `'${text.replaceAll("'", "''")}'`;

const keyTerm = fc
  .tuple(
    fc.constantFrom('PartitionKey', 'RowKey'),
    fc.constantFrom('eq', 'ne', 'gt', 'ge', 'lt', 'le'),
    fc.oneof(
      key,
      key.map((text) => `${text} and RowKey eq 'x`),
    ),
  )
  .map(([column, operator, text]) => `${column} ${operator} ${quote(text)}`);
const otherTerm = fc.constantFrom("note eq 'odd'", 'count ge 3', "note eq 'it''s and RowKey lt ''b'''");
const conjunction = fc
  .array(fc.oneof({ weight: 3, arbitrary: keyTerm }, otherTerm), { minLength: 1, maxLength: 4 })
  .map((terms) => terms.join(' and '));
const filter = fc.oneof(
  conjunction,
  fc.tuple(conjunction, conjunction).map(([a, b]) => `(${a}) or (${b})`),
  conjunction.map((terms) => `not (${terms})`),
);

/** Azurite's own reading of a filter. */
const { default: filters } = createRequire(import.meta.url)(
  'azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js',
) as { default: { generateQueryForPersistenceLayer(options: object): (row: object) => boolean } };

test('the bounds read from a filter leave out no row that the filter lets through', () => {
  const properties = fc.record({
    note: fc.constantFrom('odd', 'even', "it's and RowKey lt 'b'"),
    count: fc.nat(5),
  });
  fc.assert(
    fc.property(filter, key, key, properties, (text, PartitionKey, RowKey, columns) => {
      const fits = filters.generateQueryForPersistenceLayer({ filter: text });
      if (!fits({ PartitionKey, RowKey, properties: columns })) return;
      const { partition, row } = readKeyBounds(text);
      for (const [value, { from, to }] of [
        [PartitionKey, partition],
        [RowKey, row],
      ] as const) {
        expect(value >= from).toBe(true);
        expect(to === null || value <= to).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a query answers the rows there are, in the order of their keys, through writes, deletions and a restart', async () => {
  const home = temporaryHome();
  const first = await startAccount(home);
  const table = first.table('Rows');
  await table.createTable();
  const rows = new Map<string, [string, string]>();
  const nameOf = ([partitionKey, rowKey]: [string, string]) => `${partitionKey}\n${rowKey}`;
  for (const partitionKey of keys.slice(1, 8)) {
    for (const rowKey of keys.slice(1)) {
      await table.createEntity({ partitionKey, rowKey, note: 'odd', count: 1 });
      rows.set(nameOf([partitionKey, rowKey]), [partitionKey, rowKey]);
    }
  }
  await expectQueries(table, rows);
  for (const row of [...rows.values()].filter((_, index) => index % 3 === 0)) {
    await table.deleteEntity(...row);
    rows.delete(nameOf(row));
  }
  for (const [partitionKey, rowKey] of [...rows.values()].filter((_, index) => index % 2 === 0)) {
    await table.upsertEntity({ partitionKey, rowKey, note: 'odd', count: 2 }, 'Replace');
    await table.upsertEntity({ partitionKey, rowKey, note: 'odd', count: 2 }, 'Merge');
  }
  await table.createEntity({ partitionKey: 'new', rowKey: 'first', note: 'odd', count: 1 });
  rows.set('new', ['new', 'first']);
  await expectQueries(table, rows);
  await first.stop();
  const second = await startAccount(home);
  await expectQueries(second.table('Rows'), rows);
});

async function expectQueries(table: TableClient, rows: ReadonlyMap<string, [string, string]>): Promise<void> {
  const ordered = [...rows.values()].sort(([a, b], [c, d]) => (a === c ? (b < d ? -1 : 1) : a < c ? -1 : 1));
  const conditions = [
    ['', () => true],
    ["PartitionKey eq 'A'", ([partition]) => partition === 'A'],
    ["PartitionKey eq 'A' and RowKey gt 'a'", ([partition, row]) => partition === 'A' && row > 'a'],
    [
      "PartitionKey eq 'it''s' and RowKey ge '!' and RowKey lt 'b'",
      ([p, row]) => p === "it's" && row >= '!' && row < 'b',
    ],
    ["PartitionKey gt 'a'", ([partition]) => partition > 'a'],
    ["PartitionKey eq 'A' or RowKey eq '~'", ([partition, row]) => partition === 'A' || row === '~'],
  ] as const satisfies readonly (readonly [string, (row: [string, string]) => boolean])[];
  for (const [text, fits] of conditions) {
    for (const maxPageSize of [1, 4, 1000]) {
      const found: [string, string][] = [];
      const query = table.listEntities({ queryOptions: text === '' ? {} : { filter: text } });
      for await (const page of query.byPage({ maxPageSize })) {
        expect(page.length).toBeLessThanOrEqual(maxPageSize);
        found.push(...page.map((row): [string, string] => [String(row.partitionKey), String(row.rowKey)]));
      }
      expect(found, `${text} ${maxPageSize}`).toEqual(ordered.filter(fits));
    }
  }
}

test('a transaction that fails changes nothing', async () => {
  const account = await startAccount();
  const table = account.table('RatchetRuns');
  await table.createTable();
  await table.createEntity({ partitionKey: 'p', rowKey: 'there', note: 'old' });
  const { etag } = await table.getEntity('p', 'there');
  await table.updateEntity({ partitionKey: 'p', rowKey: 'there', note: 'newer' }, 'Replace');
  for (const last of [
    ['create', { partitionKey: 'p', rowKey: 'there' }],
    ['update', { partitionKey: 'p', rowKey: 'there' }, 'Replace', { etag: etag! }],
  ] as const) {
    const failed = table.submitTransaction([
      ['upsert', { partitionKey: 'p', rowKey: 'fresh', note: 'made' }, 'Replace'],
      last as never,
    ]);
    await expect(failed).rejects.toMatchObject({ statusCode: last[0] === 'create' ? 409 : 412 });
    const rows = [];
    for await (const { rowKey, note } of table.listEntities()) rows.push({ rowKey, note });
    expect(rows).toEqual([{ rowKey: 'there', note: 'newer' }]);
  }
});
