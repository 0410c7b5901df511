import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { BlobCache } from '../../../local/azure-ml/blob-cache.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratchet-cache-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function openCache() {
  const cache = new BlobCache(join(folder, 'cache'));
  let downloads = 0;
  return {
    cache,
    downloads: () => downloads,
    copy: (file: string, etag: string, text = etag) =>
      cache.copyTo(join(folder, file), { container: 'azureml', path: 'a.txt', etag }, async (to) => {
        downloads += 1;
        writeFileSync(to, text);
      }),
  };
}
const read = (file: string) => readFileSync(join(folder, file), 'utf8');

it('downloads a blob once, and again when its etag changes', async () => {
  const { copy, downloads } = openCache();
  await copy('one', '"1"');
  await copy('two', '"1"');
  expect(downloads()).toBe(1);
  await copy('three', '"2"');
  expect(downloads()).toBe(2);
  expect([read('one'), read('two'), read('three')]).toEqual(['"1"', '"1"', '"2"']);
});

it('does not change with the copies it gave', async () => {
  const { copy } = openCache();
  await copy('one', '"1"');
  writeFileSync(join(folder, 'one'), 'scribbled over');
  await copy('two', '"1"');
  expect(read('two')).toBe('"1"');
});

it('keeps nothing of a download that failed', async () => {
  const { cache, copy } = openCache();
  const broken = cache.copyTo(
    join(folder, 'one'),
    { container: 'azureml', path: 'a.txt', etag: '"1"' },
    async (to) => {
      writeFileSync(to, 'hal');
      throw new Error('connection lost');
    },
  );
  await expect(broken).rejects.toThrow('connection lost');
  expect(existsSync(join(folder, 'one'))).toBe(false);
  await copy('one', '"1"', 'whole');
  expect(read('one')).toBe('whole');
});

it('forgets what nobody read for a week', async () => {
  const { cache, copy } = openCache();
  const files = () =>
    readdirSync(join(folder, 'cache'), { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    ).length;
  await copy('one', '"1"');
  await cache.prune(Date.now() + 6 * 86_400_000);
  expect(files()).toBe(1);
  await cache.prune(Date.now() + 8 * 86_400_000);
  expect(files()).toBe(0);
});
