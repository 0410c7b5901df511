/**
 * Makes `dist/ratchet-app.zip`, what Azure Functions runs: the app as `npm run build` has bundled it, and nothing that only a
 * machine of development needs. The same sources give the same bytes. `dist/package` is the same as a folder, which azd takes.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { hostJsonFor } from './host-json.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const project = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  name: string;
  version: string;
  description: string;
  license: string;
  type: string;
  main: string;
  engines: object;
};

const { name, version, description, license, type, main, engines } = project;
const taken = [
  ...['host.json', 'LICENSE', 'dist/THIRD-PARTY-LICENSES.txt', 'dist/sbom.cdx.json'],
  ...['models', 'dist/app', 'dist/dashboard'].flatMap(filesBelow),
];

const files: Record<string, Uint8Array> = {};
// Without dependencies: nothing is to be installed for it, here or there.
const manifest = { name, version, private: true, description, license, type, main, engines };
files['package.json'] = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
for (const path of taken) files[path] = readFileSync(join(root, path));
const backend = process.env['RATCHET_DURABLE_BACKEND'] || 'azureStorage';
files['host.json'] = Buffer.from(hostJsonFor(backend, readFileSync(join(root, 'host.json'), 'utf8')));
const sorted = Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));

// The first moment that a ZIP file can write, in the zone it is read in.
const bytes = zipSync(sorted, { level: 9, mtime: new Date(1980, 0, 1) });
const target = join(root, 'dist', 'ratchet-app.zip');
writeFileSync(target, bytes);
const folder = join(root, 'dist', 'package');
rmSync(folder, { recursive: true, force: true });
for (const [path, content] of Object.entries(sorted)) {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), content);
}
console.log(`${target}: ${Object.keys(sorted).length} files, ${(bytes.length / 2 ** 20).toFixed(1)} MB`);

/** Paths with slashes, as the archive has them. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((file) => `${folder}/${file.replaceAll('\\', '/')}`)
    .filter((file) => statSync(join(root, file)).isFile())
    .sort();
}
