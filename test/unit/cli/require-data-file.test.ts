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
      /_week\.csv is left out by data\.files and data\.ignore in the model file of spam-filter: .* rename the file, or change these fields$/,
    ],
    ['empty.csv', '', /empty\.csv is empty, and empty files are not used; give it content$/],
  ])('is refused as %s with content %j', (name, content, message) => {
    expect(() => require(name, content)).toThrow(message);
  });
});
