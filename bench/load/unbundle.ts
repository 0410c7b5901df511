import { existsSync, readFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import type { Metafile } from '../../packaging/metafiles.ts';
import type { SeenModule } from './watch-modules.ts';

/** Modules of which those that are bundles stand for the files they were made of: `npm run build` has noted which. */
export function unbundle(modules: readonly SeenModule[], project: string): readonly SeenModule[] {
  const file = join(project, 'dist', 'metafiles', 'app.json');
  if (!existsSync(file)) return modules;
  const { outputs } = JSON.parse(readFileSync(file, 'utf8')) as Metafile;
  return modules.flatMap((module) => {
    const made = outputs[relative(project, module.file).split(sep).join('/')];
    if (!made) return [module];
    return Object.entries(made.inputs).map(([input, { bytesInOutput }]) => ({
      file: join(project, input),
      bytes: bytesInOutput,
      ownMs: null,
    }));
  });
}
