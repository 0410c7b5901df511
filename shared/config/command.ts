/**
 * What can be wrong with a job's command before anything runs: docs/jobs.md, "The command".
 *
 * Owns: names that no input or output has, and characters that would need a shell, which no job has. Does not own:
 * filling the command (shared/azure/fill-command.ts).
 */
import { suggest } from './suggest.ts';

export type Phase = 'training' | 'evaluation';

/** The output that the job of a phase is for. */
export const resultOf = { training: 'model', evaluation: 'evidence' } as const;

/** Inputs and outputs that Ratchet gives a job of the phase. */
const own: Readonly<
  Record<Phase, { readonly inputs: readonly string[]; readonly outputs: readonly string[] }>
> = {
  training: { inputs: ['data', 'manifest'], outputs: [resultOf.training] },
  evaluation: {
    inputs: ['data', 'manifest', 'challenger', 'champion'],
    outputs: [resultOf.evaluation],
  },
};

const placeholder = /\$\{\{\s*(inputs|outputs)\.([A-Za-z_]\w*)\s*\}\}/g;

/** Every problem of a command, each a sentence that names what is at fault and what to write instead. */
export function findCommandProblems(command: string, phase: Phase, settings: readonly string[]): string[] {
  const known = own[phase].outputs;
  const unknown = [...command.matchAll(placeholder)].flatMap(([written, kind, name]) => {
    if (kind === 'inputs' || known.includes(name!)) return [];
    return [`${written} names no outputs of ${phase}${suggest(name!, known)}; it has ${known.join(', ')}`];
  });
  const shell = findShellProblem(command);
  return [...findUnknownInputs(command, phase, settings), ...unknown, ...(shell === null ? [] : [shell])];
}

/** Inputs that a command names and no job of the phase has, each a sentence. */
export function findUnknownInputs(command: string, phase: Phase, settings: readonly string[]): string[] {
  const known = [...own[phase].inputs, ...settings];
  return [...command.matchAll(placeholder)].flatMap(([written, kind, name]) => {
    if (kind !== 'inputs' || known.includes(name!)) return [];
    const others = `${known.join(', ')}; others are declared in settings`;
    return [`${written} names no inputs of ${phase}${suggest(name!, known)}; it has ${others}`];
  });
}

const shellOnly = new Set('|&;<>()$`*?[]{}\n\r');
const shellOnlyAtWordStart = new Set('~#');

/** The first character that a shell would act on, a quote that is left open, or a part in `$[[ ]]` that is. */
export function findShellProblem(written: string): string | null {
  // Of equal length: what is told of a character is where it stands in the file.
  const blanked = (text: string): string => ' '.repeat(text.length);
  const bare = written
    .replaceAll(placeholder, (text) => 'x'.repeat(text.length))
    .replaceAll(/\$\[\[(.*?)\]\]/gs, (_, part: string) => `   ${part}  `);
  const text = bare.replace(/\s+$/, blanked);
  if (text.trim() === '') return 'it is empty; write the program and its arguments';
  let quote: { readonly mark: string; readonly at: number } | null = null;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === '\\' && quote?.mark !== "'") {
      if (at + 1 >= text.length) return 'it ends with a backslash; remove it or double it';
      at += 1;
    } else if (quote) {
      if (char === quote.mark) quote = null;
      else if (quote.mark === '"' && (char === '$' || char === '`')) return describeShell(text, at);
    } else if (char === "'" || char === '"') quote = { mark: char, at };
    else if (shellOnly.has(char)) return describeShell(text, at);
    else if (shellOnlyAtWordStart.has(char) && isWordStart(text, at)) return describeShell(text, at);
  }
  return quote ? `the ${quote.mark} at character ${quote.at + 1} is not closed; close it or escape it` : null;
}

function isWordStart(text: string, at: number): boolean {
  return at === 0 || /\s/.test(text[at - 1]!);
}

function describeShell(text: string, at: number): string {
  const seen = text.slice(at, at + 3);
  if (seen === '${{') {
    const until = text.slice(at, at + 40);
    return `${JSON.stringify(until)} is no placeholder; write \${{inputs.NAME}} or \${{outputs.NAME}}`;
  }
  if (seen === '$[[') return `the $[[ at character ${at + 1} is not closed; close it with ]]`;
  const char = text[at]!;
  const shown = char === '\n' || char === '\r' ? 'a line break' : JSON.stringify(char);
  return `${shown} at character ${at + 1} would need a shell, and none runs; quote it with '...' or move it into a script`;
}
