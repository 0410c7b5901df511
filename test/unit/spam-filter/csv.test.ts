import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCsv, toCsv } from '../../../examples/spam-filter/csv.ts';

const field = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('"', ',', '\n', '\r', 'a') }),
);

describe('the CSV of the sample model', () => {
  it('reads back whatever was written', () => {
    const table = fc.array(fc.array(field, { minLength: 1, maxLength: 4 }), { maxLength: 6 });
    fc.assert(
      fc.property(table, (rows) => {
        expect(parseCsv(toCsv(rows))).toEqual(rows);
      }),
    );
  });

  it('reads any line ends, and a last line without one', () => {
    expect(parseCsv('a,b\r\n"1\n",\n2,"3"')).toEqual([
      ['a', 'b'],
      ['1\n', ''],
      ['2', '3'],
    ]);
    expect(parseCsv('a,')).toEqual([['a', '']]);
    expect(parseCsv('')).toEqual([]);
  });

  it('reads a mail of some hundred thousand characters', () => {
    const rows = [['x', `"${'he said ""no"",\n'.repeat(30_000)}`]];
    expect(parseCsv(toCsv(rows))).toEqual(rows);
  });

  it('refuses what is no CSV, with the place', () => {
    expect(() => parseCsv('a,b\n1,"2')).toThrow('row 2: no CSV at character 7');
    expect(() => parseCsv('a"b')).toThrow('row 1: no CSV at character 1');
  });
});
