import { existsSync, globSync } from 'node:fs';
import { extname, join } from 'node:path';
import { LocalError } from '../../process/local-error.ts';
import { readJson } from '../settings.ts';

export interface AppFiles {
  /** Absolute, in a stable order. */
  readonly files: readonly string[];
  isModule(file: string): boolean;
}

/** The files of an app, as `package.json#main` names them: one path or a glob. */
export function findAppFiles(appDirectory: string): AppFiles {
  const packageFile = join(appDirectory, 'package.json');
  if (!existsSync(packageFile)) {
    throw new LocalError('app', `${packageFile}: not found; --app must name the folder of a Functions app`);
  }
  const content = readJson(packageFile, 'app');
  const { main, type } = (typeof content === 'object' && content !== null ? content : {}) as Record<
    string,
    unknown
  >;
  if (typeof main !== 'string' || main === '') {
    throw new LocalError(
      'app',
      `${packageFile}: main: expected a path or glob of the app's files, got ${JSON.stringify(main)}`,
    );
  }
  const files = globSync(main, { cwd: appDirectory }).filter(isCode).sort();
  if (files.length === 0) {
    throw new LocalError(
      'app',
      `${packageFile}: main: no file matches ${JSON.stringify(main)}; build the app first`,
    );
  }
  return {
    files: files.map((file) => join(appDirectory, file)),
    isModule: (file) => extname(file) === '.mjs' || (type === 'module' && extname(file) !== '.cjs'),
  };
}

function isCode(file: string): boolean {
  return /\.[cm]?js$/.test(file);
}
