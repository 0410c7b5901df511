/**
 * Which pipelines there are: the YAML files of a folder, by their names, read anew at each request.
 *
 * Owns: which parameters a pipeline takes, and which values. Does not own: running any of what the file says (agent.ts).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parse } from 'yaml';

export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly isRequired: boolean;
  /** What it is where nobody gives it, as text. */
  readonly preset?: string;
  /** Null: any. */
  readonly values: readonly string[] | null;
}

export interface Definition {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly file: string;
  readonly parameters: readonly Parameter[];
  /** Of a GitHub workflow: what its runs are called, as the file has it. */
  readonly runName: string | null;
}

export function readDefinitions(folder: string, read: (yaml: unknown) => Omit<Definition, 'name' | 'file'>) {
  if (!existsSync(folder)) return [];
  const files = readdirSync(folder).filter((file) => /\.ya?ml$/.test(file));
  return files.sort().map((file): Definition => {
    const yaml: unknown = parse(readFileSync(join(folder, file), 'utf8'));
    return { name: basename(file, extname(file)), file, ...read(yaml) };
  });
}

interface AzureYaml {
  readonly parameters?: readonly { name: string; type?: string; default?: unknown; values?: unknown[] }[];
}

/** "parameters" of the YAML schema of Azure Pipelines: without a default, a value must be given. */
export function readAzurePipeline(yaml: unknown): Omit<Definition, 'name' | 'file'> {
  const { parameters = [] } = (yaml ?? {}) as AzureYaml;
  return {
    runName: null,
    parameters: parameters.map(({ name, type = 'string', default: preset, values }) => ({
      ...{ name, type, isRequired: preset === undefined },
      ...(preset !== undefined && { preset: String(preset) }),
      values: values?.map(String) ?? null,
    })),
  };
}
