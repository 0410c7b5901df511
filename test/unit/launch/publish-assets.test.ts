import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { readCodeFolder } from '../../../local/launch/code-folder.ts';

it('publishes the files of a code folder without what its .amlignore names', () => {
  const folder = mkdtempSync(join(tmpdir(), 'code-'));
  for (const name of ['b.ts', 'a.ts', 'private.ts']) writeFileSync(join(folder, name), name);
  writeFileSync(join(folder, '.amlignore'), '# not for the job\n\nprivate.ts\n/data/*.csv\n');
  for (const below of ['below', '__pycache__', '.git', '.ratchet', 'data']) mkdirSync(join(folder, below));
  for (const name of [
    'below/c.py',
    'below/c.pyc',
    '__pycache__/x',
    '.git/config',
    '.ratchet/x',
    'data/1.csv',
  ])
    writeFileSync(join(folder, name), name);
  const files = readCodeFolder(folder);
  rmSync(folder, { recursive: true });
  expect(files.map((file) => [file.name, file.content.toString()])).toEqual([
    ['a.ts', 'a.ts'],
    ['b.ts', 'b.ts'],
    ['below/c.py', 'below/c.py'],
  ]);
});

it('publishes of the sample model only what its jobs need, and all of it', () => {
  const folder = fileURLToPath(new URL('../../../examples/spam-filter', import.meta.url));
  const files = readCodeFolder(folder);
  const names = new Set(files.map((file) => file.name));
  expect(names).toContain('train.ts');
  expect(names).not.toContain('production.ts');
  for (const { name, content } of files) {
    for (const [, specifier = ''] of content.toString().matchAll(/from '([^']+)'/g)) {
      if (specifier.startsWith('node:')) continue;
      expect(names, `${name} imports ${specifier}`).toContain(specifier.replace('./', ''));
    }
  }
});
