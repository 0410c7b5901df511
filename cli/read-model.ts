import { readModelFile } from '../shared/config/load.ts';
import { formatProblem } from '../shared/config/problem.ts';
import type { ModelConfig } from '../shared/config/schema.ts';

/** The model file, or null after its problems were printed. */
export function readModel(file: string): ModelConfig | null {
  const parsed = readModelFile(file);
  if ('model' in parsed) return parsed.model.config;
  for (const problem of parsed.problems) console.error(formatProblem(problem));
  return null;
}
