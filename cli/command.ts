import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';

/** One command of `ratchet`. Each lives in a file of its own name. */
export interface Command {
  /** Arguments and what the command does, one line each, as `ratchet --help` prints them. */
  readonly usage: string;
  readonly summary: string;
  /** Answers the exit code: 0 done, 1 the answer is no, 2 asked wrongly, 3 broken. */
  run(args: readonly string[]): Promise<number>;
}

/** Asked wrongly: printed without a stack, exit code 2. */
export class UsageError extends Error {}

/** `parseArgs` with positionals, whose complaints become a UsageError. */
export function readArgs<Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: joinValues(args, options), options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/**
 * An option that takes a value takes what follows it, as GNU's getopt has it: a token or a reason may begin with a dash. What looks like
 * another option is none: its value was forgotten.
 */
function joinValues(args: readonly string[], options: ParseArgsOptionsConfig): string[] {
  const end = args.indexOf('--');
  const [before, rest] = end < 0 ? [args, []] : [args.slice(0, end), args.slice(end)];
  const joined: string[] = [];
  for (const arg of before) {
    const last = joined.at(-1) ?? '';
    const name = last.startsWith('--') ? last.slice(2) : '';
    const takesIt = Object.hasOwn(options, name) && options[name]!.type === 'string';
    if (takesIt && arg.startsWith('-') && !/^--[a-z][a-z-]*(?:=|$)/.test(arg))
      joined[joined.length - 1] = `${last}=${arg}`;
    else joined.push(arg);
  }
  return [...joined, ...rest];
}
