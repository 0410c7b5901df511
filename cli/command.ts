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
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
