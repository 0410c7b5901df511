/** The text of a policy to be played: a whole model file, or other `policy` or `triggers` alone. Pure. */
import { z } from 'zod';
import { findModelWarnings } from '../config/find-warnings.ts';
import { parseModelFile, placed } from '../config/parse-model-file.ts';
import { parseYaml } from '../config/parse-yaml.ts';
import { pinModel } from '../config/pin.ts';
import { PolicySchema } from '../config/policy-schema.ts';
import type { ConfigProblem } from '../config/problem.ts';
import { ModelConfigSchema, type PinnedModel } from '../config/schema.ts';
import { TriggersSchema } from '../config/triggers-schema.ts';

const PartsSchema = z.strictObject({ policy: PolicySchema.optional(), triggers: TriggersSchema.optional() });

interface PolicyText {
  /** What problems name. */
  readonly file: string;
  readonly text: string;
  readonly model: string;
  /** What parts are put into; null: there is none, and only a whole file will do. */
  readonly base: PinnedModel | null;
}

type ReadPolicy =
  | { readonly pinned: PinnedModel; readonly warnings: readonly ConfigProblem[] }
  | { readonly problems: readonly ConfigProblem[] };

export function readPolicy({ file, text, model, base }: PolicyText): ReadPolicy {
  if (/^["']?model["']?\s*:/m.test(text)) return readWhole(file, text, model);
  const problem = (message: string): ReadPolicy => ({ problems: [{ file, line: 0, path: '', message }] });
  if (!base)
    return problem('has no field model: without a model file to put its parts into, give a whole one');
  const parts = parseYaml(file, text, PartsSchema);
  if ('problems' in parts) return parts;
  const { policy, triggers } = parts.value;
  if (!policy && !triggers) return problem('has neither policy nor triggers: there is nothing in it to play');
  const whole = { ...base.config, ...(policy && { policy }), ...(triggers && { triggers }) };
  // What does not fit together is found where it is read as a whole.
  const read = ModelConfigSchema.safeParse(JSON.parse(JSON.stringify(whole)));
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => ({
      ...{ file, line: parts.lineOf(path), path: path.map(String).join('.'), message },
    }));
    return { problems };
  }
  const ofParts = findModelWarnings(read.data).filter(
    ({ path: [part] }) => part !== undefined && part in parts.value,
  );
  return { pinned: pinModel(read.data), warnings: placed(file, parts, ofParts) };
}

function readWhole(file: string, text: string, model: string): ReadPolicy {
  const parsed = parseModelFile(file, text);
  if ('problems' in parsed) return parsed;
  const { config } = parsed.model;
  if (config.model === model) return { pinned: parsed.model, warnings: parsed.warnings };
  const message = `is ${config.model}, and the backtest is of ${model}; give a file of that model`;
  return { problems: [{ file, line: 1, path: 'model', message }] };
}
