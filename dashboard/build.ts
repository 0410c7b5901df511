/**
 * Builds the page into `dist/dashboard/`: `index.html` and `assets/`, whose names hold a hash of what they are, so that a
 * browser may keep them for ever. What a browser takes compressed is compressed here, once.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { keepMetafile } from '../packaging/metafiles.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../dist/dashboard/', import.meta.url));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'assets'), { recursive: true });
const { metafile } = await build({
  entryPoints: {
    page: join(source, 'main.tsx'),
    style: join(source, 'style/index.css'),
    icon: join(source, 'icon.svg'),
  },
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  // `light-dark()` of the style is of the same age.
  target: ['chrome123', 'firefox120', 'safari17.5'],
  loader: { '.svg': 'copy' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});
keepMetafile('page', metafile);

const files = readdirSync(join(out, 'assets'));
const addressOf = (name: string): string => {
  const file = files.find((each) => each.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`the build made no ${name}`);
  return `/api/ui/assets/${file}`;
};
const shell = readFileSync(join(source, 'index.html'), 'utf8').replaceAll(/%(\w+)%/g, (_, name: string) =>
  addressOf(name),
);
writeFileSync(join(out, 'index.html'), shell);
for (const file of [...files.map((name) => join('assets', name)), 'index.html']) {
  const bytes = readFileSync(join(out, file));
  writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}
