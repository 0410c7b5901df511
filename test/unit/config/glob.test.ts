import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataFileName } from '../../../shared/config/data-files.ts';
import { matchesFile, matchesFileOrFolder, matchesGlob } from '../../../shared/config/glob.ts';
import { parseModelFile } from '../../../shared/config/load.ts';

/** The same by the language's own patterns, which may go back and take long. */
function asRegExp(pattern: string): RegExp {
  const parts = [...pattern.matchAll(/\*\*\/|\*\*|[\s\S]/gu)].map(([part]) => {
    if (part === '**/') return '(?:[\\s\\S]*/)?';
    if (part === '**') return '[\\s\\S]*';
    if (part === '*') return '[^/]*';
    return part === '?' ? '[^/]' : part.replace(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
  });
  return new RegExp(`^${parts.join('')}$`, 'u');
}

describe('a pattern of file names', () => {
  it.each([
    ['*.csv', 'a.csv', true],
    ['*.csv', '2026/01/a.csv', true],
    ['*.csv', 'a.csv.tmp', false],
    ['2026/*.csv', '2026/a.csv', true],
    ['2026/*.csv', '2026/01/a.csv', false],
    ['2026/**', '2026/01/a.csv', true],
    ['**/part-?.parquet', 'x/y/part-1.parquet', true],
    ['**/part-?.parquet', 'part-1.parquet', true],
    ['**/part-?.parquet', 'apart-1.parquet', false],
    ['*', 'x', true],
  ])('%s about file %s: %s', (pattern, path, fits) => {
    expect(matchesFile(pattern, path)).toBe(fits);
  });

  it.each([
    ['_*', '_delta_log/00000.json', true],
    ['_*', 'x/_temporary/0/part', true],
    ['_*', 'x/a_b', false],
    ['archive/*', 'archive/2025/a.csv', true],
    ['archive/*', 'x/archive/a.csv', false],
  ])('%s about %s or a folder of it: %s', (pattern, path, fits) => {
    expect(matchesFileOrFolder(pattern, path)).toBe(fits);
  });

  it('means what it means as a regular expression', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', '😀', '-'), maxLength: 8 });
    const pattern = fc.string({
      unit: fc.constantFrom('a', 'b', '/', '.', '*', '?', '**/', '😀', '-'),
      maxLength: 6,
    });
    fc.assert(
      fc.property(pattern, text, (given, name) => {
        // Three stars in a row are refused in a model file.
        fc.pre(!given.includes('***'));
        expect(matchesGlob(given, name), `${given} ${name}`).toBe(asRegExp(given).test(name));
      }),
      { numRuns: 5000 },
    );
  });

  it('takes no longer for a name that was made to take long', () => {
    // A machine that goes back would not come to an end.
    expect(matchesGlob(`${'*a'.repeat(90)}b`, 'a'.repeat(1000))).toBe(false);
    expect(matchesGlob(`${'**/'.repeat(60)}b`, 'a/'.repeat(500))).toBe(false);
  });
});

describe('the data of a model', () => {
  const sample = readFileSync('test/fixtures/spam-filter.yaml', 'utf8');
  const config = (data: string) => {
    const text = sample.replace(/ {2}path: .*\n/, `  path: mail/spam-filter/\n${data}`);
    return parseModelFile('m.yaml', text);
  };
  const ruleOf = (data: string) => {
    const parsed = config(data);
    if (!('model' in parsed)) throw new Error(JSON.stringify(parsed.problems));
    return parsed.model.config.data;
  };

  it.each(['2026-03-01.csv', 'year=2026/part-0.parquet', 'a b/ü (1).csv', 'no-extension'])(
    'holds %s unless the model file says otherwise',
    (name) => {
      expect(dataFileName(ruleOf(''), `mail/spam-filter/${name}`)).toBe(name);
      // Model files that were pinned before there was a choice have the same rule.
      expect(dataFileName({ path: 'mail/spam-filter/' }, `mail/spam-filter/${name}`)).toBe(name);
    },
  );

  it.each([
    '_SUCCESS',
    '_committed_1234',
    '_started_1234',
    '_delta_log/00000000000000000000.json',
    '_delta_log/00000000000000000010.checkpoint.parquet',
    '_temporary/0/_temporary/attempt_0/part-0.parquet',
    '.part-0.parquet.crc',
    'part-0.parquet.crc',
    '2026-03-01.csv.tmp',
    '2026-03-01.csv.filepart',
    '2026-03-01.csv._COPYING_',
    '.DS_Store',
    'folder/',
    '',
  ])('does not hold %j', (name) => {
    expect(dataFileName(ruleOf(''), `mail/spam-filter/${name}`)).toBeNull();
    expect(dataFileName({ path: 'mail/spam-filter/' }, `mail/spam-filter/${name}`)).toBeNull();
  });

  it('is what the model file says it is', () => {
    const rule = ruleOf("  files: ['*.csv', 'late/**']\n  ignore: ['late/old']\n");
    const isData = (name: string) => dataFileName(rule, `mail/spam-filter/${name}`) !== null;
    expect(['a.csv', '_a.csv', 'late/a.json', 'late/older/a'].map(isData)).toEqual([true, true, true, true]);
    expect(['a.json', 'late/old/a.csv', 'late/old'].map(isData)).toEqual([false, false, false]);
  });

  it.each(['/abs.csv', 'a//b', 'folder/', '!x', '[ab]', '{a,b}', 'a\\b', ''])(
    'cannot be described by %j',
    (pattern) => {
      expect(config(`  files: [${JSON.stringify(pattern)}]\n`)).toMatchObject({
        problems: [{ path: 'data.files.0', message: expect.stringContaining('such as *.csv') }],
      });
    },
  );
});
