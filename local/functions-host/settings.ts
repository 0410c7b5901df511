/**
 * Settings: the `Values` of a local.settings.json and the environment, as the app and its bindings see them.
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { errorText, LocalError } from '../process/local-error.ts';

const SettingsFileSchema = z.object({
  IsEncrypted: z.literal(false, 'encrypted settings cannot be read here; decrypt them first').optional(),
  Values: z
    .record(z.string(), z.string('every value is a string; put numbers and booleans in quotes'))
    .default({}),
  Host: z.looseObject({ LocalHttpPort: z.int().min(0).max(65_535).optional() }).optional(),
});

interface SettingsFile {
  readonly values: Readonly<Record<string, string>>;
  readonly port?: number;
  /** What of the file has no effect here, each as a sentence. */
  readonly warnings: readonly string[];
}

export function readSettingsFile(file: string): SettingsFile {
  const parsed = SettingsFileSchema.safeParse(readJson(file, 'settings'));
  if (!parsed.success) throw new LocalError('settings', describeIssues(file, parsed.error));
  const { LocalHttpPort: port, ...others } = parsed.data.Host ?? {};
  const warnings = Object.keys(others).map((name) => `${file}: Host.${name}: ${whyWithoutEffect(name)}`);
  return { values: parsed.data.Values, ...(port === undefined ? {} : { port }), warnings };
}

function whyWithoutEffect(name: string): string {
  return /^CORS/i.test(name)
    ? 'has no effect: this host never accepts pages of other origins; remove it, or serve the page from the address of this host'
    : 'unknown field, which has no effect (only LocalHttpPort has one)';
}

/** Reads a JSON file. Comments are not JSON; the message says so because editors allow them in these files. */
export function readJson(file: string, code: 'settings' | 'host-json' | 'app'): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new LocalError(code, `${file}: cannot be read: ${errorText(error)}`, error);
  }
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new LocalError(code, `${file}: is not JSON (comments are not allowed): ${errorText(error)}`, error);
  }
}

/** Every problem of a file, each with its path, and with the value seen where the schema was asked to report it. */
export function describeIssues(file: string, error: z.ZodError): string {
  const lines = error.issues.map((issue) => {
    const seen = issue.input === undefined ? '' : `, got ${JSON.stringify(issue.input)?.slice(0, 80)}`;
    return `  ${issue.path.join('.') || '(root)'}: ${issue.message}${seen}`;
  });
  return `${file}: ${lines.length === 1 ? 'one value is' : `${lines.length} values are`} wrong:\n${lines.join('\n')}`;
}

/** Puts values into the environment where it has none of that name. The returned function takes them out again. */
export function applySettings(values: Readonly<Record<string, string>>): () => void {
  const added = Object.entries(values).filter(([name]) => process.env[name] === undefined);
  for (const [name, value] of added) process.env[name] = value;
  return () => {
    for (const [name, value] of added) if (process.env[name] === value) delete process.env[name];
  };
}

/** Replaces each `%NAME%` by the setting NAME. `where` names the function and option for the message. */
export function resolveExpressions(text: string, where: string): string {
  return text.replace(/%([^%\s]+)%/g, (expression, name: string) => {
    const value = process.env[name];
    if (value === undefined || value === '') {
      throw new LocalError(
        'settings',
        `${where}: ${expression} has no value; set ${name} in the environment or under Values`,
      );
    }
    return value;
  });
}
