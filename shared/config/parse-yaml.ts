/**
 * YAML text to a value of a schema, or every problem at once, each with line and path.
 *
 * Invariant: no text makes it throw, and none takes long: aliases are counted, and the text's size is bounded where it
 * is read.
 */
import { type Document, isNode, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import { describeIssue } from './describe-issue.ts';
import type { ConfigProblem } from './problem.ts';
import { suggest } from './suggest.ts';
import { findInstead } from './unknown-fields.ts';

type ParsedYaml<T> =
  | { readonly value: T; readonly lineOf: (path: readonly PropertyKey[]) => number }
  | { readonly problems: readonly ConfigProblem[] };

/** More than a person writes; what copies of copies multiply to is counted, too. */
const maxAliasCount = 50;

export function parseYaml<T>(file: string, text: string, schema: z.ZodType<T>): ParsedYaml<T> {
  const problem = (line: number, message: string): ConfigProblem => ({ file, line, path: '', message });
  const lines = new LineCounter();
  const lineAt = (offset: number): number => lines.linePos(offset).line;
  let document: Document.Parsed;
  try {
    document = parseDocument(text, { lineCounter: lines, strict: true, uniqueKeys: true, stringKeys: true });
  } catch (error) {
    return { problems: [problem(1, `is no YAML that can be read: ${messageOf(error)}`)] };
  }
  if (document.errors.length > 0) {
    return {
      problems: document.errors.map(({ pos, message, code }) =>
        problem(lineAt(pos[0]), message.split('\n')[0] || code),
      ),
    };
  }
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount }) ?? {};
  } catch (error) {
    return { problems: [problem(lineAt(findAlias(document)), describeAlias(error))] };
  }
  const lineOf = (path: readonly PropertyKey[]): number => {
    for (let length = path.length; length >= 0; length--) {
      const node = document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return lineAt(node.range[0]);
    }
    return 1;
  };
  const result = schema.safeParse(value);
  if (result.success) return { value: result.data, lineOf };
  const known = [...collectKeys(schema, new Set())];
  return { problems: result.error.issues.flatMap((issue) => problemsOf(file, issue, value, lineOf, known)) };
}

/** Where the first alias without an anchor is, or else the first alias: what a value could not be made for. */
function findAlias(document: Document.Parsed): number {
  let first: number | undefined;
  let unresolved: number | undefined;
  visit(document, {
    Alias(_key, alias) {
      const at = alias.range?.[0] ?? 0;
      first ??= at;
      if (alias.resolve(document) !== undefined) return undefined;
      unresolved = at;
      return visit.BREAK;
    },
  });
  return unresolved ?? first ?? 0;
}

function describeAlias(error: unknown): string {
  const said = messageOf(error);
  const name = /^Unresolved alias.*: (.+)$/.exec(said)?.[1];
  if (name !== undefined) return `alias *${name} has no anchor &${name} before it`;
  if (/^Excessive alias count/.test(said))
    return `aliases of aliases: they would be copied more than ${maxAliasCount} times; write the values out`;
  return `is no YAML that can be read: ${said}`;
}

function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split('\n')[0] || 'no reason is given';
}

function problemsOf(
  file: string,
  issue: z.core.$ZodIssue,
  value: unknown,
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
    return issue.keys.map((key) => {
      const path = [...issue.path, key];
      return problem(path, describeUnknown(path, knownKeys));
    });
  }
  return [problem(issue.path, describeIssue(issue, value))];
}

function describeUnknown(path: readonly PropertyKey[], knownKeys: readonly string[]): string {
  const key = String(path.at(-1));
  const instead = findInstead(path);
  if (instead !== undefined) return `unknown field: ${instead}`;
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
