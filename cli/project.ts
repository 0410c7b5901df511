import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The folder of the nearest package.json above this file, compiled or not. */
export const projectFolder = findFolder(import.meta.dirname);

function findFolder(folder: string): string {
  const above = dirname(folder);
  return existsSync(join(folder, 'package.json')) || folder === above ? folder : findFolder(above);
}

export function readVersion(): string {
  const { version } = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8')) as {
    version: string;
  };
  return version;
}
