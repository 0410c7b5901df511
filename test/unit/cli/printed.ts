import { afterEach, beforeEach, vi } from 'vitest';

/** What the command line printed since the test began, line by line. Call it once at the top of a file. */
export function capturePrinted(): { readonly out: string[]; readonly err: string[] } {
  const out: string[] = [];
  const err: string[] = [];
  beforeEach(() => {
    out.length = 0;
    err.length = 0;
    vi.spyOn(console, 'log').mockImplementation((line: string) => void out.push(line));
    vi.spyOn(console, 'error').mockImplementation((line: string) => void err.push(line));
  });
  afterEach(() => void vi.restoreAllMocks());
  return { out, err };
}
