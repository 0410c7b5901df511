import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';

/** Each file that the page names, with the sentences quoted behind it. */
const named = [
  ...readFileSync('docs/threat-model.md', 'utf8').matchAll(
    /`(test\/[\w./-]+\.test\.ts)`: ((?:"[^"]+"(?:, )?)+)/g,
  ),
].map(
  ([, file, sentences]) => [file!, [...sentences!.matchAll(/"([^"]+)"/g)].map(([, name]) => name!)] as const,
);

it.each(named)('%s has each test that docs/threat-model.md quotes', (file, sentences) => {
  const text = readFileSync(file, 'utf8');
  expect(sentences.filter((sentence) => !text.includes(sentence))).toEqual([]);
});

it('the page quotes a test at each of its doors', () => {
  const rows = readFileSync('docs/threat-model.md', 'utf8')
    .split('## Doors')[1]!
    .split('## What does not hold')[0]!
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|(?:-|---| door \| | what somebody)/.test(line));
  expect(rows.length).toBeGreaterThan(15);
  expect(rows.filter((row) => !row.includes('`test/'))).toEqual([]);
});
