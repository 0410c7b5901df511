import { statSync } from 'node:fs';
import { dataFileName } from '../../shared/config/data-files.ts';
import type { ModelConfig } from '../../shared/config/schema.ts';
import { UsageError } from '../command.ts';

/** Refuses a file that no run would use: whoever waited for one would wait in vain. */
export function requireDataFile(file: string, path: string, { model, data }: ModelConfig): void {
  if (dataFileName(data, path) === null) {
    const rule = `${file} is left out by data.files and data.ignore in the model file of ${model}`;
    throw new UsageError(`${rule}: no run would use it; rename the file, or change these fields`);
  }
  if (statSync(file).size === 0) {
    throw new UsageError(`${file} is empty, and empty files are not used; give it content`);
  }
}
