/** The files that a backtest plays: whole model files, or files with other `policy` or `triggers` alone. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { parseModelFile } from '../../shared/config/load.ts';
import { parseYaml } from '../../shared/config/parse-yaml.ts';
import { pinModel } from '../../shared/config/pin.ts';
import { PolicySchema } from '../../shared/config/policy-schema.ts';
import { formatProblem } from '../../shared/config/problem.ts';
import { ModelConfigSchema, type PinnedModel } from '../../shared/config/schema.ts';
import { TriggersSchema } from '../../shared/config/triggers-schema.ts';
import { UsageError } from '../command.ts';

const PartsSchema = z.strictObject({ policy: PolicySchema.optional(), triggers: TriggersSchema.optional() });

/** `base` is the file that parts are put into; null: there is none, and only a whole file will do. */
export function readPolicyFile(file: string, model: string, base: PinnedModel | null): PinnedModel {
  const text = readText(file);
  if (/^["']?model["']?\s*:/m.test(text)) return readWhole(file, text, model);
  if (!base)
    throw new UsageError(
      `${file} has no field model: without a model file to put its parts into, give a whole one`,
    );
  const parts = parseYaml(file, text, PartsSchema);
  if ('problems' in parts) throw new Error(parts.problems.map(formatProblem).join('\n'));
  const { policy, triggers } = parts.value;
  if (!policy && !triggers)
    throw new Error(`${file}: has neither policy nor triggers: there is nothing in it to play`);
  const whole = { ...base.config, ...(policy && { policy }), ...(triggers && { triggers }) };
  // What does not fit together is found where it is read as a whole.
  const read = ModelConfigSchema.safeParse(JSON.parse(JSON.stringify(whole)));
  if (read.success) return pinModel(read.data);
  const problems = read.error.issues.map(
    ({ path, message }) => `${file}: ${path.map(String).join('.')}: ${message}`,
  );
  throw new Error(problems.join('\n'));
}

function readWhole(file: string, text: string, model: string): PinnedModel {
  const parsed = parseModelFile(file, text);
  if ('problems' in parsed) throw new Error(parsed.problems.map(formatProblem).join('\n'));
  const { config } = parsed.model;
  if (config.model === model) return parsed.model;
  throw new Error(
    `${file}: model is ${config.model}, and the backtest is of ${model}; give a file of that model`,
  );
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}
