import { globSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const slashes = (path: string): string => path.split(sep).join('/');
const rooms = '{shared,orchestrations,functions,local,cli,demo,examples,bench,dashboard}/**/*.{ts,tsx}';
const sources = globSync(rooms, { exclude: ['bench/peers/node_modules/**'] }).map(slashes);
const readers = [...sources, ...globSync('{test/**/*.ts,*.ts,{local,cli}/**/*.js}').map(slashes)];
const texts = new Map(readers.map((file) => [file, readFileSync(file, 'utf8')]));

/** The names that a file exports. */
function exportsOf(text: string): string[] {
  const declared =
    /^export\s+(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(?:function\*?|const|let|class|interface|type|enum)\s+(\w+)/gm;
  const several = /^export\s+(?:const|let)\s+[[{]([^=]+)[\]}]\s*=/gm;
  const listed = /^export\s+(?:type\s+)?\{([^}]*)\}/gm;
  const names = (list: string): string[] =>
    list
      .split(',')
      .map((item) =>
        item
          .trim()
          .split(/\s+as\s+|:\s*/)
          .at(-1)!
          .replace(/^type\s+/, ''),
      )
      .filter((name) => name !== '');
  return [
    ...[...text.matchAll(declared)].map(([, name]) => name!),
    ...[...text.matchAll(several)].flatMap(([, list]) => names(list!)),
    ...[...text.matchAll(listed)].flatMap(([, list]) => names(list!)),
  ];
}

/** The files that a file imports, now or later, types included. */
function importsOf(file: string, text: string): Set<string> {
  const imports = text.matchAll(/(?:from\s+|import\(\s*|import\s+)'(\.[^']+)'/g);
  return new Set(
    [...imports].map(([, target]) => posix.normalize(slashes(relative('.', join(dirname(file), target!))))),
  );
}

const importersOf = new Map<string, string[]>();
for (const [file, text] of texts) {
  for (const target of importsOf(file, text)) {
    importersOf.set(target, [...(importersOf.get(target) ?? []), file]);
  }
}

const isUsed = (file: string, name: string): boolean =>
  (importersOf.get(file) ?? []).some((importer) => new RegExp(`\\b${name}\\b`).test(texts.get(importer)!));

describe('exports', () => {
  it('are each named by a file that imports theirs', () => {
    const unused = sources.flatMap((file) =>
      exportsOf(texts.get(file)!)
        .filter((name) => !isUsed(file, name))
        .map((name) => `${file} exports ${name}`),
    );
    expect(unused).toEqual([]);
  });

  it('would be found where nobody does', () => {
    expect(exportsOf('export const a = 1;\nexport type B = 2;\nexport { c as d, type E };\n')).toEqual([
      'a',
      'B',
      'd',
      'E',
    ]);
    expect(isUsed('shared/errors.ts', 'RatchetError')).toBe(true);
    expect(isUsed('shared/errors.ts', 'NamedByNobodyElse')).toBe(false);
  });
});
