import type { Command } from '../command.ts';

/** What may follow the name of a command. */
export interface CommandWords {
  readonly name: string;
  readonly summary: string;
  /** Words in place of an argument, such as `publish` of `ratchet local publish`. */
  readonly actions: readonly string[];
  readonly options: readonly string[];
}

/** Read off the usage, which every command has and a test holds against what it takes. */
export function wordsOf(name: string, { usage, summary }: Command): CommandWords {
  const lines = usage.matchAll(new RegExp(`^ratchet ${name} \\(?([a-z][a-z|-]*)(?=[ )]|$)`, 'gm'));
  const actions = [...lines].flatMap(([, words]) => words!.split('|'));
  const options = [...usage.matchAll(/(?<![\w-])--[a-z][a-z-]*/g)].map(([option]) => option);
  return { name, summary, actions: [...new Set(actions)], options: [...new Set([...options, '--help'])] };
}
