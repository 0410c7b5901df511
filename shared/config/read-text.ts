import { readFileSync, statSync } from 'node:fs';
import type { ConfigProblem } from './problem.ts';

/** Far more than a model needs; a greater file is something else under a wrong name. */
const limitBytes = 256 * 1024;

/** The text of a configuration file, or why it has none. Never throws: a file may be anything, and vanish meanwhile. */
export function readConfigText(
  file: string,
): { readonly text: string } | { readonly problems: readonly ConfigProblem[] } {
  const problem = (message: string, line = 0) => ({ problems: [{ file, line, path: '', message }] });
  let bytes: Buffer;
  try {
    const found = statSync(file);
    if (!found.isFile())
      return problem(`is ${found.isDirectory() ? 'a folder' : 'no file'}; rename or remove it`);
    if (found.size > limitBytes) return problem(`has ${found.size} bytes, at most ${limitBytes} are read`);
    bytes = readFileSync(file);
  } catch (error) {
    return problem(describeReadFailure(error as NodeJS.ErrnoException));
  }
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff) || bytes.includes(0))
    return problem('is UTF-16 or no text at all; save it as UTF-8', 1);
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return problem('has bytes that are not UTF-8; save it as UTF-8', lineOfBadByte(bytes));
  }
}

function describeReadFailure({ code, message }: NodeJS.ErrnoException): string {
  if (code === 'ENOENT') return 'there is no such file: it vanished, or it is a link to nothing';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read; give the service the right to';
  return `cannot be read: ${message}`;
}

/** Lines up to the first that cannot be decoded. A line feed is no part of any longer UTF-8 sequence. */
function lineOfBadByte(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.length : feed;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end + 1;
  }
  return line;
}
