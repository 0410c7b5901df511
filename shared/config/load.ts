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

/** `models/spam-filter.yaml:12: gates.0.atLeast: …` */
export function formatProblem(problem: ConfigProblem): string {
  const place = problem.line > 0 ? `${problem.file}:${problem.line}` : problem.file;
  return `${place}: ${problem.path ? `${problem.path}: ` : ''}${problem.message}`;
}

export function parseModelFile(file: string, text: string): Parsed {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true });
  const lineOf = (offset: number): number => lines.linePos(offset).line;
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      file,
      line: lineOf(error.pos[0]),
      path: '',
      message: error.message.split('\n')[0] ?? error.code,
    }));
    return { problems };
  }
  const result = ModelConfigSchema.safeParse(document.toJS({ maxAliasCount: 50 }) ?? {});
  if (!result.success) {
    const nodeLine = (path: readonly PropertyKey[]): number => {
      for (let length = path.length; length >= 0; length--) {
        const node = document.getIn(path.slice(0, length), true);
        if (isNode(node) && node.range) return lineOf(node.range[0]);
      }
      return 1;
    };
    return { problems: result.error.issues.flatMap((issue) => describeIssue(file, issue, nodeLine)) };
  }
  return { model: pinModel(result.data) };
}

function describeIssue(
  file: string,
  issue: z.core.$ZodIssue,
  nodeLine: (path: readonly PropertyKey[]) => number,
): ConfigProblem[] {
  const problem = (path: readonly PropertyKey[], message: string): ConfigProblem => ({
    file,
    line: nodeLine(path),
    path: path.map(String).join('.'),
    message,
  });
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => problem([...issue.path, key], `unknown field${suggest(key, knownKeys)}`));
  }
  return [problem(issue.path, issue.message)];
}

/** Every field name of the schema: what an unknown field is compared with. */
const knownKeys: readonly string[] = [...collectKeys(ModelConfigSchema, new Set())];

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

/** Reads every `*.yaml` of a folder. Throws one `bad-config` error that lists every problem of every file. */
export function loadModels(folder: string): ReadonlyMap<string, PinnedModel> {
  const models = new Map<string, PinnedModel>();
  const problems: ConfigProblem[] = [];
  for (const file of modelFiles(folder)) {
    const parsed = readModelFile(file);
    if ('model' in parsed) models.set(parsed.model.config.model, parsed.model);
    else problems.push(...parsed.problems);
  }
  if (problems.length > 0) {
    throw new RatchetError(
      'bad-config',
      `model files have problems:\n${problems.map(formatProblem).join('\n')}`,
    );
  }
  return models;
}

function modelFiles(folder: string): string[] {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new RatchetError(
      'bad-setting',
      `no folder of model files at ${folder}; set RATCHET_MODELS_DIR to one`,
    );
  }
  const names = readdirSync(folder).filter((name) => /\.ya?ml$/.test(name));
  return names.sort().map((name) => join(folder, name));
}
