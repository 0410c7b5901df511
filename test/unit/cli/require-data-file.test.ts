import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { requireDataFile } from '../../../cli/local/require-data-file.ts';
import { parseModelFile } from '../../../shared/config/load.ts';

const folder = mkdtempSync(join(tmpdir(), 'ratchet-upload-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const parsed = parseModelFile('m.yaml', readFileSync('test/fixtures/spam-filter.yaml', 'utf8'));
if (!('model' in parsed)) throw new Error('not a model file');
const { config } = parsed.model;

const require = (name: string, content: string) => {
  const file = join(folder, name);
  writeFileSync(file, content);
  requireDataFile(file, `${config.data.path}${name}`, config);
};

describe('a file to upload', () => {
  it('is taken where a run would use it', () => {
    expect(() => require('week.csv', 'content')).not.toThrow();
  });

  it.each([
    [
      '_week.csv',
      'content',
      /_week\.csv is not data of spam-filter by data\.files and data\.ignore .* give it another name, or change them$/,
    ],
    ['empty.csv', '', /empty\.csv is empty, and an empty file is no data; give it content$/],
  ])('is refused as %s with content %j', (name, content, message) => {
    expect(() => require(name, content)).toThrow(message);
  });
});
