import { statSync } from 'node:fs';
import { dataFileName } from '../../shared/config/data-files.ts';
import type { ModelConfig } from '../../shared/config/schema.ts';
import { UsageError } from '../command.ts';

/** Refuses a file that no run would use: whoever waited for one would wait in vain. */
export function requireDataFile(file: string, path: string, { model, data }: ModelConfig): void {
  if (dataFileName(data, path) === null) {
    const rule = `${file} is not data of ${model} by data.files and data.ignore of its model file`;
    throw new UsageError(`${rule}: no run would use it; give it another name, or change them`);
  }
  if (statSync(file).size === 0) {
    throw new UsageError(`${file} is empty, and an empty file is no data; give it content`);
  }
}
