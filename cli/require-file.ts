import { statSync } from 'node:fs';
import { UsageError } from './command.ts';

/** Refuses a path that is no file. `advice`: what to name, said where there is nothing. */
export function requireFile(file: string, advice = ''): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) throw new UsageError(`there is no file ${file}${advice && `; ${advice}`}`);
  if (found.isDirectory()) throw new UsageError(`${file} is a folder; name a file in it`);
}
