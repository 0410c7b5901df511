/**
 * The files of a folder of training code, without what is not for jobs.
 *
 * Owns: which files are code, under which names. Does not own: where they go (publish-assets.ts).
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CodeFile {
  /** Below the folder, with slashes. */
  readonly name: string;
  readonly content: Buffer;
}

/** Never for a job: what tools leave behind, and the state of a local service. */
const always = ['.amlignore', '.git', '.ratchet', '__pycache__', '*.pyc', '.DS_Store'];
const limitBytes = 300 * 1024 * 1024;

/**
 * Reads them, subfolders too, without what its `.amlignore` names. Throws where the folder is none, has no file, is too
 * large, or holds a link: a code asset has files alone.
 */
export function readCodeFolder(folder: string): CodeFile[] {
  const isIgnored = readIgnored(folder);
  const names = listFiles(folder, '', isIgnored);
  if (names.length === 0)
    throw new Error(`${folder}: no file to publish; add the code, or check ${join(folder, '.amlignore')}`);
  let left = limitBytes;
  return names.sort().map((name) => {
    const content = readFileSync(join(folder, name));
    left -= content.byteLength;
    if (left >= 0) return { name, content };
    throw new Error(
      `${folder}: more than ${limitBytes} bytes; list what is not code in ${join(folder, '.amlignore')}`,
    );
  });
}

function listFiles(folder: string, below: string, isIgnored: (name: string) => boolean): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const name = `${below}${entry.name}`;
    if (isIgnored(name)) return [];
    if (entry.isDirectory()) return listFiles(folder, `${name}/`, isIgnored);
    if (entry.isFile()) return [name];
    throw new Error(
      `${join(folder, name)} is neither a file nor a folder, but a link or a special file; replace it by a copy, or list it in ${join(folder, '.amlignore')}`,
    );
  });
}

/** Lines as in .gitignore, as far as they are names and `*`: without an inner slash at any depth, with one from the top. */
function readIgnored(folder: string): (name: string) => boolean {
  const file = join(folder, '.amlignore');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n') : [];
  const patterns = [...always, ...lines.map((line) => line.trim())].filter(
    (line) => line !== '' && !line.startsWith('#'),
  );
  const negated = patterns.find((pattern) => pattern.startsWith('!'));
  if (negated !== undefined)
    throw new Error(
      `${file}: ${JSON.stringify(negated)}: lines that begin with ! are not supported; list only what to leave out`,
    );
  const expressions = patterns.map(toExpression);
  return (name) => expressions.some((expression) => expression.test(name));
}

function toExpression(pattern: string): RegExp {
  const path = pattern.replace(/^\//, '').replace(/\/+$/, '');
  const source = path
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '[^/]*')
    .replaceAll('?', '[^/]');
  return path.includes('/') || pattern.startsWith('/')
    ? new RegExp(`^${source}$`)
    : new RegExp(`(?:^|/)${source}$`);
}
