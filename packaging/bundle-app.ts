/**
 * Bundles the function app into `dist/app/`: `main.js` registers every function, and whatever is imported only when it is
 * needed (each SDK, the schemas, the gates) lies in a file of its own, so that a cold start reads one file and its few shared
 * parts. This is the app, everywhere: locally, in the tests, and in what `npm run package` makes for Azure.
 */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { keepMetafile } from './metafiles.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const out = join(root, 'dist', 'app');

const rooms = ['functions', 'orchestrations', 'orchestrations/activities'];
const files = rooms.flatMap((room) => globSync(`${room}/*.ts`, { cwd: root })).sort();

rmSync(out, { recursive: true, force: true });
const { metafile } = await build({
  stdin: {
    contents: files.map((file) => `import './${file.replaceAll('\\', '/')}';`).join('\n'),
    resolveDir: root,
    loader: 'ts',
    sourcefile: 'every-function.ts',
  },
  absWorkingDir: root,
  outdir: out,
  entryNames: 'main',
  chunkNames: 'parts/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  // Modules where a package has them: of one that is none, what is imported later would have no names (esbuild, splitting).
  mainFields: ['module', 'main'],
  target: 'node22',
  // The worker of Azure Functions gives the app this one itself.
  external: ['@azure/functions-core'],
  // What a person reads in a stack trace stays as it was written.
  minifyWhitespace: true,
  keepNames: true,
  sourcemap: 'linked',
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  // Packages that are no modules ask for Node's own by `require`, and for the place of their file.
  banner: {
    js: [
      "import { createRequire as ratchetRequireOf } from 'node:module';",
      'const require = ratchetRequireOf(import.meta.url);',
      'const __filename = import.meta.filename, __dirname = import.meta.dirname;',
    ].join(''),
  },
});
for (const { entryPoint, exports } of Object.values(metafile.outputs)) {
  // What is imported by name at run time would be undefined.
  if (entryPoint?.includes('node_modules/') && exports.length === 1 && exports[0] === 'default')
    throw new Error(
      `${entryPoint} is no module: import it at the top of the file that needs it, and that file later`,
    );
}
keepMetafile('app', metafile);
