import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CsvRows } from '../../../shared/tables/csv-rows.ts';

function split(content: string | Uint8Array, pieces: readonly number[] = []) {
  const bytes = Buffer.from(content as string);
  const rows: string[][] = [];
  let faulty = 0;
  const splitter = new CsvRows({
    header: (names, fault) => {
      rows.push([...names]);
      if (fault !== '') faulty++;
    },
    row: (row, number) => {
      expect(number).toBe(rows.length - 1);
      rows.push(Array.from({ length: row.width }, (_, at) => row.textOf(at)));
      if (row.fault !== '') faulty++;
    },
  });
  const cuts = [...new Set(pieces.map((piece) => Math.min(piece, bytes.length)))].sort((a, b) => a - b);
  for (const [index, cut] of [...cuts, bytes.length].entries()) {
    const piece = Buffer.from(bytes.subarray(cuts[index - 1] ?? 0, cut));
    splitter.push(piece);
    // Whoever reads a file may use its memory again.
    piece.fill(0);
  }
  expect(splitter.end()).toBe(rows.length - 1);
  return { rows, faulty };
}

describe('a CSV file is split', () => {
  it.each([
    ['at commas and line ends of every kind', 'a,b\r\n1,2\n3,4\r5,6', ['a|b', '1|2', '3|4', '5|6']],
    ['with line ends and commas inside quotes', '"a\r\nb","c,d"\n', ['a\r\nb|c,d']],
    ['with doubled quotes', '"say ""hi""",""""', ['say "hi"|"']],
    ['with empty fields, quoted or not', ',""\n,,', ['|', '||']],
    ['without empty lines, but with an empty field in quotes', 'a\n\n""\n\r\n', ['a', '']],
  ])('%s', (_name, text, expected) => {
    expect(split(text)).toEqual({ rows: expected.map((row) => row.split('|')), faulty: 0 });
  });

  it.each(['a"b\n', '"a"b\n', '"a" ,b\n', 'x,"open', '"a""'])('with %j known to be faulty', (text) => {
    expect(split(text).faulty).toBe(1);
  });

  it('into the fields that were written, wherever the text is cut', () => {
    const field = fc.string({ unit: fc.constantFrom('a', 'ü', '"', ',', '\r', '\n', ' ', '\u{1F984}') });
    const table = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
    fc.assert(
      fc.property(table, lineEnd, fc.array(fc.nat(120)), fc.boolean(), (rows, end, pieces, isOpen) => {
        const write = (value: string) =>
          /[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
        const text = rows.map((row) => row.map(write).join(',')).join(end) + (isOpen ? '' : end);
        expect(split(text, pieces)).toEqual({ rows, faulty: 0 });
      }),
      { numRuns: 500 },
    );
  });

  it.each(['\n', '\r\n', '\r'])('into rows that go on after a faulty one, with line ends %j', (end) => {
    const text = ['a,b', 'x"y,"z', '1,2', '"3"4,5', '6,7'].join(end);
    expect(split(text)).toMatchObject({ faulty: 2 });
    expect(split(text).rows.filter((_, at) => at % 2 === 0)).toEqual([
      ['a', 'b'],
      ['1', '2'],
      ['6', '7'],
    ]);
  });

  it('without its byte order mark, before a header in quotes too', () => {
    for (const cut of [0, 1, 2, 3, 4]) expect(split('\uFEFF"a",b\n1,2', [cut]).rows[0]).toEqual(['a', 'b']);
  });
});

describe('bytes that are no text', () => {
  it.each([
    ['Latin-1', [0xc4, 0x62], 'byte 9 of the file (0xC4) is not UTF-8; save the file as UTF-8'],
    [
      'a character that is cut',
      [0x62, 0xe2, 0x82],
      'byte 10 of the file (0xE2) is not UTF-8; save the file as UTF-8',
    ],
    ['half of a pair', [0xed, 0xa0, 0x80], 'byte 9 of the file (0xED) is not UTF-8; save the file as UTF-8'],
    [
      'more bytes than a character needs',
      [0xc0, 0xaf],
      'byte 9 of the file (0xC0) is not UTF-8; save the file as UTF-8',
    ],
    ['NUL', [0], 'byte 9 of the file is NUL; it is no text'],
  ])('make the file unreadable, wherever it is cut: %s', (_what, bytes, why) => {
    const file = Buffer.concat([Buffer.from('a,b\nü,2\n'), Buffer.from(bytes), Buffer.from(',3\nx,4\n')]);
    const at = Number(/byte (\d+)/.exec(why)![1]);
    expect(at).toBeGreaterThanOrEqual(9);
    for (let cut = 0; cut <= file.length; cut++)
      expect(() => split(file, [cut])).toThrow(`row 2: ${why.replace(String(at), String(at + 1))}`);
  });

  it('are found in the header, in cells that nobody asks for, and in files of either half of UTF-16', () => {
    expect(() => split(Buffer.from('Stra\xdfe,b\n', 'latin1'))).toThrow(
      'the header line: byte 5 of the file (0xDF)',
    );
    expect(() => split(Buffer.from('\uFEFFa,b\n', 'utf16le'))).toThrow('it is UTF-16: save it as UTF-8');
    expect(() => split(Buffer.from('\uFEFFa,b\n', 'utf16le').swap16())).toThrow(
      'it is UTF-16: save it as UTF-8',
    );
  });

  it('are all bytes that a strict decoder refuses, and no others', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true });
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), fc.array(fc.nat(40)), (parts, cuts) => {
        const file = Buffer.concat([Buffer.from('a\n'), ...parts]);
        const isText = (() => {
          try {
            return !decoder.decode(file).includes('\0');
          } catch {
            return false;
          }
        })();
        if (isText) expect(() => split(file, cuts)).not.toThrow();
        else expect(() => split(file, cuts)).toThrow(/of the file/);
      }),
      { numRuns: 2000 },
    );
  });
});
