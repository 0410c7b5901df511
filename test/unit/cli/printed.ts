import { stripVTControlCharacters } from 'node:util';
import { afterEach, beforeEach, vi } from 'vitest';

/** Without its colours, which it has or not by where it runs. */
const plain = (line: string): string => stripVTControlCharacters(String(line));

/** What the command line printed since the test began, line by line. Call it once at the top of a file. */
export function capturePrinted(): { readonly out: string[]; readonly err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  beforeEach(() => {
    out.length = 0;
    err.length = 0;
    vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(plain(line)));
    vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(plain(line)));
  });
  afterEach(() => void vi.restoreAllMocks());
  return { out, err };
}
