import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the nearest package.json above this file: a clone of this project, or the installed package. */
export const projectFolder = findProjectFolder(import.meta.dirname);

function findProjectFolder(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || folder === above ? folder : findProjectFolder(above);
}

/**
 * The file of a program of ours that is started as a process of its own, named by its source beside the caller's. A clone runs
 * the source itself; the installed package, where Node strips no types, what it was compiled to.
 */
export function programFile(source: URL): string {
  const file = fileURLToPath(source);
  return existsSync(file) ? file : file.replace(/\.ts$/, '.js');
}
