import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { measureStruct } from '../../../shared/tables/parquet/check-thrift.ts';
import { decompress } from '../../../shared/tables/parquet/decompress.ts';
import { readRuns } from '../../../shared/tables/parquet/read-runs.ts';
import { cpuMsOf } from '../../cpu-time.ts';

describe('metadata', () => {
  it('is no more than walked where it claims lists, numbers or depths beyond its bytes', () => {
    const list = Uint8Array.of(0x19, 0xf5, 0xff, 0xff, 0xff, 0x0f, 0);
    expect(measureStruct(list, 0)).toBeNull();
    expect(() => measureStruct(new Uint8Array(50).fill(0x16, 0, 1).fill(0xff, 1), 0)).toThrow(
      'a number of more than 64 bits',
    );
    expect(() => measureStruct(new Uint8Array(500).fill(0x1c), 0)).toThrow('nested too deeply');
    expect(() => measureStruct(new Uint8Array(500).fill(0x19), 0)).toThrow('nested too deeply');
    expect(measureStruct(Uint8Array.of(0x15), 0)).toBeNull();
    expect(measureStruct(Uint8Array.of(0x11, 0x15, 2, 0x18, 1, 65, 0x19, 0x21, 1, 2, 0, 9), 0)).toBe(11);
  });
});

describe('pages compressed with snappy', () => {
  const unpack = (...bytes: number[]) => decompress('SNAPPY', Uint8Array.from(bytes), 8);

  it('are refused where they claim more than they hold, before that takes time', async () => {
    // A literal of 2^31 bytes, copies from before the beginning, another length, and too few bytes.
    const blocks = [
      [8, 252, 0, 0, 0, 128],
      [8, 0, 65, 5, 9],
      [8, 0, 65, 2, 0, 0],
      [255, 255, 255, 255, 255, 1],
      [8, 0, 65],
    ];
    const spent = await cpuMsOf(() => {
      for (const block of blocks) expect(() => unpack(...block)).toThrow(/SNAPPY is broken|does not end/);
    });
    expect(spent).toBeLessThan(500);
  });

  it('repeat what was unpacked before, into what is being written', () => {
    // "ab" and a copy of six from two before.
    expect(Buffer.from(unpack(8, 4, 97, 98, 0b10110, 2, 0)).toString()).toBe('abababab');
  });
});

describe('runs of levels and places', () => {
  it('are read as they are written, whatever their width', () => {
    const value = fc.integer({ min: 1, max: 20 }).chain((width) =>
      fc.record({
        width: fc.constant(width),
        runs: fc.array(
          fc.tuple(fc.integer({ min: 0, max: 2 ** width - 1 }), fc.integer({ min: 1, max: 70 })),
        ),
        packed: fc.array(fc.integer({ min: 0, max: 2 ** width - 1 }), { maxLength: 30 }),
      }),
    );
    fc.assert(
      fc.property(value, ({ width, runs, packed }) => {
        const bytes: number[] = [];
        const expected: number[] = [];
        for (const [repeated, length] of runs) {
          bytes.push(...varint(length * 2));
          for (let byte = 0; byte < Math.ceil(width / 8); byte++) bytes.push((repeated >> (8 * byte)) & 255);
          expected.push(...Array<number>(length).fill(repeated));
        }
        const groups = Math.ceil(packed.length / 8);
        bytes.push(...varint(groups * 2 + 1));
        let bits = 0n;
        for (const [index, each] of packed.entries()) bits |= BigInt(each) << BigInt(index * width);
        for (let byte = 0; byte < groups * width; byte++)
          bytes.push(Number((bits >> BigInt(8 * byte)) & 255n));
        expected.push(...packed);
        expect([...readRuns(Uint8Array.from(bytes), width, expected.length)]).toEqual(expected);
      }),
    );
  });

  it('that claim more than their page has are refused', () => {
    expect(() => readRuns(Uint8Array.of(...varint(2 ** 31), 1), 1, 10)).toThrow(
      'a run is longer than its page',
    );
    expect(() => readRuns(Uint8Array.of(3), 1, 8)).toThrow('a page ends before its values do');
  });
});

function varint(value: number): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest];
    bytes.push((rest % 128) + 128);
  }
}
