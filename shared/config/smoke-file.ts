/**
 * Smoke requests that stand in a file of their own, beside the model file.
 *
 * Owns: finding the file, and what it must be like. Does not own: what is done with the requests (release/targets).
 *
 * Invariants
 * 1. What is read lies in the folder of the model file: a link that leads out of it is refused.
 * 2. The requests become a part of the model file's content, as if they stood there: they are pinned, hashed and bounded
 *    alike, and a run keeps those that it began with.
 * 3. No file makes it throw.
 */
import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { counted } from '../domain/plural.ts';
import type { ConfigProblem } from './problem.ts';
import { readConfigText } from './read-text.ts';
import type { ModelConfig } from './schema.ts';
import { smokeBytesAtMost, smokeRequestsAtMost } from './target-schema.ts';

type Json = NonNullable<NonNullable<ModelConfig['release']['target']>['smoke']>['requests'];
type Problems = { readonly problems: readonly ConfigProblem[] };

/** Deeper than any request is, and far from what a hash of it could not walk. */
const levelsAtMost = 64;
const field = ['release', 'target', 'smoke', 'file'] as const;

/** The config with the requests of its smoke file in it, in place of the file's name. As it is, where it names none. */
export function withSmokeFile(
  file: string,
  config: ModelConfig,
  lineOf: (path: readonly PropertyKey[]) => number,
): { readonly config: ModelConfig } | Problems {
  const { target } = config.release;
  if (target?.smoke?.file === undefined) return { config };
  const { file: name, ...smoke } = target.smoke;
  const found = readSmokeFile(join(dirname(file), name), (message) => ({
    ...{ file, line: lineOf(field), path: field.join('.'), message },
  }));
  if ('problems' in found) return found;
  const read = { ...target, smoke: { ...smoke, requests: found.requests } };
  return { config: { ...config, release: { ...config.release, target: read } } };
}

function readSmokeFile(
  file: string,
  named: (message: string) => ConfigProblem,
): { readonly requests: Json } | Problems {
  const folder = dirname(file);
  const name = file.slice(folder.length + 1);
  try {
    if (!realpathSync(file).startsWith(realpathSync(folder) + sep))
      return {
        problems: [
          named(`${name} is a link that leads out of the folder of the model file; put a file there`),
        ],
      };
  } catch {
    return {
      problems: [named(`there is no file ${name} beside the model file; add it, or correct the name`)],
    };
  }
  const read = readConfigText(file);
  if ('problems' in read) return read;
  const problem = (line: number, message: string): Problems => ({
    problems: [{ file, line, path: '', message }],
  });
  const bytes = Buffer.byteLength(read.text);
  if (bytes > smokeBytesAtMost)
    return problem(0, `has ${bytes} bytes, at most ${smokeBytesAtMost} are smoke requests; leave some out`);
  const parsed = /\.jsonl$/i.test(name) ? parseLines(read.text) : parseList(read.text);
  if ('message' in parsed) return problem(parsed.line, parsed.message);
  const { requests } = parsed;
  if (requests.length === 0 || requests.length > smokeRequestsAtMost)
    return problem(
      0,
      `has ${counted(requests.length, 'request')}; give 1 to ${smokeRequestsAtMost} that a deployment must answer`,
    );
  if (!requests.every((request) => isWithin(request, levelsAtMost)))
    return problem(0, `has a request of more than ${levelsAtMost} levels; give one that is less deep`);
  return { requests };
}

type Parsed = { readonly requests: Json } | { readonly line: number; readonly message: string };

/** One request a line; empty lines are none. */
function parseLines(text: string): Parsed {
  const requests: Json = [];
  for (const [at, line] of text
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .entries()) {
    if (line.trim() === '') continue;
    const value = parseJson(line);
    if (value === undefined)
      return { line: at + 1, message: 'is no JSON value; write each request on one line, and nothing else' };
    requests.push(value);
  }
  return { requests };
}

function parseList(text: string): Parsed {
  const value = parseJson(text.replace(/^\uFEFF/, ''));
  if (Array.isArray(value)) return { requests: value };
  const seen = value === undefined ? 'no JSON' : 'no list';
  return {
    line: 1,
    message: `is ${seen}; write a JSON list of requests, or name the file .jsonl and write one a line`,
  };
}

/** Undefined where it is none. The parser's own words would quote the file. */
function parseJson(text: string): Json[number] | undefined {
  try {
    return JSON.parse(text) as Json[number];
  } catch {
    return undefined;
  }
}

function isWithin(value: unknown, levels: number): boolean {
  if (value === null || typeof value !== 'object') return true;
  return levels > 0 && Object.values(value).every((inner) => isWithin(inner, levels - 1));
}
