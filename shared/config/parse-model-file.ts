/** The text of a model file to a pinned model, or every problem at once, each with line and path. Pure. */
import { findModelWarnings, type Warning } from './find-warnings.ts';
import { parseYaml } from './parse-yaml.ts';
import { pinModel } from './pin.ts';
import type { ConfigProblem } from './problem.ts';
import { ModelConfigSchema, type PinnedModel } from './schema.ts';

/** `warnings`: what is valid, and hardly what its writer means. */
export type ParsedModel =
  | { readonly model: PinnedModel; readonly warnings: readonly ConfigProblem[] }
  | { readonly problems: readonly ConfigProblem[] };

/** Without what stands in a smoke file. */
export function parseModelFile(file: string, text: string): ParsedModel {
  const parsed = parseYaml(file, text, ModelConfigSchema);
  if ('problems' in parsed) return parsed;
  return { model: pinModel(parsed.value), warnings: placed(file, parsed, findModelWarnings(parsed.value)) };
}

/** Warnings at the lines of the file that they are about. */
export function placed(
  file: string,
  { lineOf }: { readonly lineOf: (path: readonly PropertyKey[]) => number },
  warnings: readonly Warning[],
): readonly ConfigProblem[] {
  return warnings.map(({ path, message }) => ({
    file,
    line: lineOf(path),
    path: path.map(String).join('.'),
    message,
  }));
}
