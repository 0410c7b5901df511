import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { errorText, LocalError } from './local-error.ts';

/** What a process left in its HOME; null where it has left nothing. Throws an error that names the file. */
export function readStateFile<T>(file: string, schema: z.ZodType<T>): T | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw damagedState(file, errorText(error), error);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw damagedState(file, `is not JSON: ${errorText(error)}`, error);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw damagedState(file, `${issue!.path.join('.') || '(root)'}: ${issue!.message}`, parsed.error);
}

/** Opens state that is no text, such as a database: what goes wrong is told with the file's name. */
export function openState<T>(file: string, open: (file: string) => T): T {
  try {
    return open(file);
  } catch (error) {
    throw damagedState(file, errorText(error), error);
  }
}

export function damagedState(file: string, why: string, cause: unknown): LocalError {
  return new LocalError(
    'state',
    `${file}: ${why}; restore it from a backup, or delete it to continue without its contents`,
    cause,
  );
}
