/**
 * Builds the page into `dist/dashboard/`: `index.html` and `assets/`, whose names hold a hash of what they are, so that a
 * browser may keep them for ever. What a browser takes compressed is compressed here, once.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { constants, gzipSync } from 'node:zlib';
import { type BuildOptions, build, type Plugin } from 'esbuild';
import { keepMetafile } from '../packaging/metafiles.ts';

const source = fileURLToPath(new URL('.', import.meta.url));
const out = fileURLToPath(new URL('../dist/dashboard/', import.meta.url));

rmSync(out, { recursive: true, force: true });
mkdirSync(join(out, 'assets'), { recursive: true });
const common = {
  outdir: join(out, 'assets'),
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  // `light-dark()` of the style is of the same age.
  target: ['chrome123', 'firefox120', 'safari17.5'],
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
} as const satisfies BuildOptions;

const addressOf = (name: string): string => {
  const file = readdirSync(join(out, 'assets')).find((each) => each.startsWith(`${name}-`));
  if (file === undefined) throw new Error(`the build made no ${name}`);
  return `/api/ui/assets/${file}`;
};

/** What is imported as a name is bundled whole; as a namespace, only what is used of it. */
const onlyUsedOfZod: Plugin = {
  name: 'only-used-of-zod',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]shared[\\/].*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace("import { z } from 'zod'", "import * as z from 'zod'"),
      loader: 'ts',
    }));
  },
};

const trial = await build({
  ...common,
  entryPoints: { trial: join(source, 'trial/worker.ts') },
  alias: { 'node:crypto': join(source, 'trial/node-crypto.ts') },
  plugins: [onlyUsedOfZod],
});
keepMetafile('trial', trial.metafile);
const page = await build({
  ...common,
  entryPoints: {
    page: join(source, 'main.tsx'),
    style: join(source, 'style/index.css'),
    icon: join(source, 'icon.svg'),
  },
  loader: { '.svg': 'copy' },
  jsx: 'automatic',
  jsxImportSource: 'preact',
  define: { trialWorker: JSON.stringify(addressOf('trial')) },
});
keepMetafile('page', page.metafile);

const files = readdirSync(join(out, 'assets'));
const shell = readFileSync(join(source, 'index.html'), 'utf8').replaceAll(/%(\w+)%/g, (_, name: string) =>
  addressOf(name),
);
writeFileSync(join(out, 'index.html'), shell);
for (const file of [...files.map((name) => join('assets', name)), 'index.html']) {
  const bytes = readFileSync(join(out, file));
  writeFileSync(join(out, `${file}.gz`), gzipSync(bytes, { level: constants.Z_BEST_COMPRESSION }));
}
