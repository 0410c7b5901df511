import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orderIds } from '../../../shared/gates/predictions/order-ids.ts';
import { parseNumber } from '../../../shared/gates/predictions/parse-number.ts';
import { parsePredictions } from '../../../shared/gates/predictions/read-predictions.ts';
import { planTable } from '../../../shared/gates/predictions/table.ts';
import { orderNumbers } from '../../../shared/gates/statistics/order-numbers.ts';

const read = (text: string, sliceColumns: string[] = []) =>
  parsePredictions(text, { task: 'binary', sliceColumns });

describe('numbers in cells', () => {
  const parse = (text: string): number => {
    const bytes = Buffer.from(`x${text}y`);
    return parseNumber(bytes, 1, bytes.length - 1);
  };

  it('are the doubles nearest to what is written', () => {
    const written = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc
        .tuple(fc.maxSafeInteger(), fc.nat({ max: 30 }))
        .map(([whole, places]) => (whole / 10 ** places).toFixed(places)),
      fc.stringMatching(/^[+-]?[0-9]{0,20}\.?[0-9]{1,25}(e-?[0-9]{1,2})?$/),
      fc.stringMatching(/^0\.0{0,6}[1-9][0-9]{14,18}([eE][+-]?[0-9]{1,2})?$/),
      // Halfway between two doubles, or next to it.
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 54n }).map(String),
      fc
        .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n }), fc.constantFrom('.5', '.49999', '.50001'))
        .map(([whole, rest]) => `${whole}${rest}`),
    );
    fc.assert(
      fc.property(written, (text) => {
        expect(parse(text)).toBe(Number.isFinite(Number(text)) ? Number(text) : Number.NaN);
      }),
      { numRuns: 3000 },
    );
  });

  it.each([
    '',
    ' ',
    '-',
    '.',
    '1e',
    '1e400',
    'NaN',
    'Infinity',
    '0x10',
    '1_000',
    '1,5',
    '--1',
    '1.2.3',
    'nul',
  ])('are none: %j', (text) => expect(parse(text)).toBeNaN());

  it.each([
    ['True', 1],
    ['false', 0],
    [' 0.5 ', 0.5],
    ['5.', 5],
    ['-0', -0],
  ])('may be written as %j', (text, value) => expect(parse(text)).toBe(value));
});

describe('orders', () => {
  it('of numbers are those of comparing, for few and for many', () => {
    const number = fc.oneof(fc.double({ noNaN: true }), fc.constantFrom(0, -0, 1, -1, 5e-324));
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 1, maxLength: 50 }),
        fc.constantFrom(1, 200),
        (values, times) => {
          const many = Float64Array.from(Array.from({ length: times }, () => values).flat());
          const expected = [...many.keys()].sort((a, b) =>
            many[a]! < many[b]! ? -1 : many[a]! > many[b]! ? 1 : a - b,
          );
          expect([...orderNumbers(many)]).toEqual(expected);
        },
      ),
      { numRuns: 60 },
    );
  });

  it('of ids are those of their bytes, with every repetition found', () => {
    const id = fc.oneof(
      fc.stringMatching(/^[ab]{0,9}$/),
      fc.constantFrom('same-beginning-', 'same-beginning-1', '\u0000', '\u0000\u0000'),
      fc.nat({ max: 200 }).map((n) => `tx-${n}`),
    );
    fc.assert(
      fc.property(fc.array(id, { maxLength: 400 }), (ids) => {
        const buffers = ids.map((text) => Buffer.from(text));
        let end = 0;
        const ends = Float64Array.from(buffers, ({ length }) => (end += length));
        const found = orderIds(Buffer.concat(buffers), ends);
        const expected = [...ids.keys()].sort((a, b) => Buffer.compare(buffers[a]!, buffers[b]!) || a - b);
        expect([...found.order]).toEqual(expected);
        const repeated = [...ids.keys()].filter((row) => ids[row] !== '' && ids.indexOf(ids[row]!) < row);
        expect(found.repeated).toBe(repeated.length);
        expect(found.firstRepeated).toBe(repeated[0] ?? -1);
      }),
      { numRuns: 300 },
    );
  });

  it('of ids are found where hundreds of thousands of them are alike two by two', () => {
    const pairs = 400_000;
    const ids = Buffer.from(
      Array.from({ length: pairs }, (_, pair) => `${1_000_000 + pair}b${1_000_000 + pair}a`).join(''),
    );
    const length = ids.length / (2 * pairs);
    const { order, repeated } = orderIds(
      ids,
      Float64Array.from({ length: 2 * pairs }, (_, row) => (row + 1) * length),
    );
    expect(repeated).toBe(0);
    expect(order.every((row, place) => row === (place ^ 1))).toBe(true);
  });
});

describe('CSV', () => {
  const table = 'id,label,challenger,source\r\na,1,0.5,"x, ""y"""\r\n\r\n"b",0,"0.25",\r\n';

  it('has quotes, doubled quotes, blank lines and either line end', () => {
    for (const text of [
      table,
      table.replaceAll('\r\n', '\n'),
      table.replaceAll('\r\n', '\r'),
      `\uFEFF${table}`,
      `\uFEFF${table.replace('id', '"id"')}`,
    ]) {
      const rows = read(text, ['source']);
      expect(rows).toMatchObject({ labels: Float64Array.of(1, 0), challenger: Float64Array.of(0.5, 0.25) });
      expect('slices' in rows && [...rows.slices.get('source')!.rowsOf.keys()]).toEqual(['', 'x, "y"']);
    }
  });

  it.each([
    ['a quote that is not closed', 'a,1,0.5,"x\nb,0,0.5,y', 'row 1: a quote is not closed'],
    ['a quote within a field', 'a,1,0.5,x"y\nb,0,0.5,y', 'row 1: a quote stands within a field'],
    ['text after a quoted field', 'a,1,0.5,"x"y\nb,0,0.5,y', 'row 1: a quote stands within a field'],
    ['a row that is too long', 'a,1,0.5,x,z', 'row 1: it has 5 fields, the header has 4'],
    [
      'a row of megabytes',
      `a,1,0.5,"${'x'.repeat(2 ** 21)}"`,
      'row 1: it is longer than 1 MB; is a quote not closed?',
    ],
  ])('with %s is broken', (_what, rows, why) => {
    expect(read(`id,label,challenger,source\n${rows}`)).toHaveProperty('broken', `predictions.csv: ${why}`);
  });

  it('says how many rows break which rule, and drops none of them', () => {
    const rows = ['a,1,0.5,0.5', 'a,0,0.5,', ',2,nan,0.5', 'b,1,1.5,0.5', 'b,1', ',0,0.1,0.1'];
    expect(read(`id,label,challenger,champion\n${rows.join('\n')}`)).toEqual({
      broken: 'predictions.csv: row 2: its id "a" stands in an earlier row',
      notes: [
        'predictions.csv: 1 of 6 rows cannot be taken apart into the columns of the header',
        'predictions.csv: 2 of 6 rows have no id',
        'predictions.csv: 2 of 6 rows have the id of an earlier row',
        'predictions.csv: 1 of 6 rows have a label that is not 0 or 1',
        'predictions.csv: 3 of 6 rows have a challenger that is not a score between 0 and 1',
        'predictions.csv: 2 of 6 rows have a champion that is not a score between 0 and 1',
      ],
    });
  });

  it('may have as many rows as its numbers leave room for', () => {
    const rowsOf = (...columns: string[]): number => {
      const table = planTable('f', ['id', 'label', ...columns], { task: 'multiclass', sliceColumns: [] });
      return 'broken' in table ? 0 : table.mostRows;
    };
    expect(rowsOf('challenger')).toBe(5_000_000);
    expect(rowsOf(...Array.from({ length: 100 }, (_, at) => `challenger:${at}`))).toBe(400_000);
  });

  it('takes a champion that scored nothing for none, and one that scored some rows for broken evidence', () => {
    const of = (first: string) => read(`id,label,challenger,champion\na,1,0.5,${first}\nb,0,0.5,`);
    expect(of('')).toMatchObject({ champion: null });
    expect(of('0.5')).toHaveProperty(
      'broken',
      'predictions.csv: row 2: champion is "", not a score between 0 and 1',
    );
  });
});
