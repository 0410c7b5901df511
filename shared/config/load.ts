/**
 * Reads model files and reports every problem at once, each with file, line and path.
 *
 * Owns: YAML to a valid ModelConfig, or problems. Does not own: what the fields mean (schema.ts).
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isNode, LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { RatchetError } from '../errors.ts';
import { type FleetPolicy, FleetSchema } from './fleet-schema.ts';
import { pinModel } from './pin.ts';
import { ModelConfigSchema, type PinnedModel } from './schema.ts';
import { suggest } from './suggest.ts';

export interface ConfigProblem {
  readonly file: string;
  /** 1-based; 0 where the file as a whole is meant. */
  readonly line: number;
  /** Dotted path of the field, empty for the whole file. */
  readonly path: string;
  readonly message: string;
}

export type Parsed = { readonly model: PinnedModel } | { readonly problems: readonly ConfigProblem[] };

/** The file in the folder of model files that is about all of them. */
export const fleetFileName = 'fleet.yaml';

/** `models/spam-filter.yaml:12: gates.0.atLeast: …` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return `${place}: ${problem.path ? `${problem.path}: ` : ''}${problem.message}`;
}

export function parseModelFile(file: string, text: string): Parsed {
  const parsed = parseYaml(file, text, ModelConfigSchema);
  return 'problems' in parsed ? parsed : { model: pinModel(parsed.value) };
}

/** `models`: every model there is, where they are known: a share of one that there is not is a problem. */
export function parseFleetFile(
  file: string,
  text: string,
  models: readonly string[] | null,
): { readonly fleet: FleetPolicy } | { readonly problems: readonly ConfigProblem[] } {
  const parsed = parseYaml(file, text, FleetSchema);
  if ('problems' in parsed) return parsed;
  const strangers = Object.keys(parsed.value.shares).filter((name) => models && !models.includes(name));
  if (strangers.length === 0) return { fleet: parsed.value };
  return {
    problems: strangers.map((name) => ({
      file,
      line: parsed.lineOf(['shares', name]),
      path: `shares.${name}`,
      message: `no model file is named ${name}${suggest(name, models ?? [])}`,
    })),
  };
}

type ParsedYaml<T> =
  | { readonly value: T; readonly lineOf: (path: readonly PropertyKey[]) => number }
  | { readonly problems: readonly ConfigProblem[] };

function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): ParsedYaml<T> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lineAt(error.pos[0]),
      path: '',
      message: error.message.split('\n')[0] ?? error.code,
    }));
    return { problems };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  const result = schema.safeParse(document.toJS({ maxAliasCount: 50 }) ?? {});
  if (result.success) return { value: result.data, lineOf };
  const known = [...collectKeys(schema, new Set())];
  return { problems: result.error.issues.flatMap((issue) => describeIssue(file, issue, lineOf, known)) };
}

function describeIssue(
  file: string,
  issue: z.core.$ZodIssue,
  lineOf: (path: readonly PropertyKey[]) => number,
  knownKeys: readonly string[],
): ConfigProblem[] {
  const problem = (path: readonly PropertyKey[], message: string): ConfigProblem => ({
    file,
    line: lineOf(path),
    path: path.map(String).join('.'),
    message,
  });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem([...issue.path, key], describeUnknown(key, knownKeys)));
  }
  return [problem(issue.path, issue.message)];
}

function describeUnknown(key: string, knownKeys: readonly string[]): string {
  return knownKeys.includes(key)
    ? 'unknown field here; it belongs to another part of the file'
    : `unknown field${suggest(key, knownKeys)}`;
}

/** Every field name of a schema: what an unknown field is compared with. */
function collectKeys(schema: unknown, into: Set<string>): Set<string> {
  const def = (schema as { def?: Record<string, unknown> } | undefined)?.def;
  if (!def) return into;
  const shape = def['shape'] as Record<string, unknown> | undefined;
  for (const [key, field] of Object.entries(shape ?? {})) collectKeys(field, into.add(key));
  for (const inner of [
    def['innerType'],
    def['element'],
    def['valueType'],
    ...((def['options'] as unknown[] | undefined) ?? []),
  ]) {
    collectKeys(inner, into);
  }
  return into;
}

/** Reads one model file. The file's name must be the model's: `models/spam-filter.yaml`. */
export function readModelFile(file: string): Parsed {
  const parsed = parseModelFile(file, readFileSync(file, 'utf8'));
  if ('model' in parsed) {
    const expected = basename(file).replace(/\.ya?ml$/, '');
    if (parsed.model.config.model !== expected) {
      const message = `model is "${parsed.model.config.model}", but the file is named for "${expected}"; make them equal`;
      return { problems: [{ file, line: 1, path: 'model', message }] };
    }
  }
  return parsed;
}

export interface LoadedModels {
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** Null where there is no fleet file. */
  readonly fleet: FleetPolicy | null;
}

/** Reads every `*.yaml` of a folder. Throws one `bad-config` error that lists every problem of every file. */
export function loadModels(folder: string): LoadedModels {
  const models = new Map<string, PinnedModel>();
  const problems: ConfigProblem[] = [];
  for (const file of modelFiles(folder)) {
    const parsed = readModelFile(file);
    if ('model' in parsed) models.set(parsed.model.config.model, parsed.model);
    else problems.push(...parsed.problems);
  }
  const fleet = readFleetFile(join(folder, fleetFileName), problems.length === 0 ? [...models.keys()] : null);
  if (fleet && 'problems' in fleet) problems.push(...fleet.problems);
  if (problems.length > 0) {
    throw new RatchetError(
      'bad-config',
      `model files have problems:\n${problems.map(formatProblem).join('\n')}`,
    );
  }
  return { models, fleet: fleet && 'fleet' in fleet ? fleet.fleet : null };
}

/** Null where there is none. */
export function readFleetFile(
  file: string,
  models: readonly string[] | null,
): ReturnType<typeof parseFleetFile> | null {
  if (!statSync(file, { throwIfNoEntry: false })?.isFile()) return null;
  return parseFleetFile(file, readFileSync(file, 'utf8'), models);
}

function modelFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RatchetError(
      'bad-setting',
      `no folder of model files at ${folder}; set RATCHET_MODELS_DIR to one`,
    );
  }
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name) && name !== fleetFileName);
  return names.sort().map((name) => join(folder, name));
}
