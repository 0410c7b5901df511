/** The files that a backtest plays: whole model files, or files with other `policy` or `triggers` alone. */
import { readFileSync } from 'node:fs';
import { readPolicy } from '../../shared/backtest/read-policy.ts';
import { formatProblem } from '../../shared/config/problem.ts';
import type { PinnedModel } from '../../shared/config/schema.ts';
import { UsageError } from '../command.ts';
import { requireFile } from '../require-file.ts';

/** `base` is the file that parts are put into; null: there is none, and only a whole file will do. */
export function readPolicyFile(file: string, model: string, base: PinnedModel | null): PinnedModel {
  const read = readPolicy({ file, text: readText(file), model, base });
  if ('pinned' in read) return read.pinned;
  throw new Error(read.problems.map(formatProblem).join('\n'));
}

function readText(file: string): string {
  requireFile(file);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
