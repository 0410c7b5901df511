/**
 * Turns a job's command line into the words of a process.
 *
 * Owns: which command lines are accepted, where words begin and end, where values go.
 * Does not own: what the values are (inputs.ts, outputs.ts), nor starting the process (process.ts).
 *
 * Invariants
 * 1. Words are fixed before any value is known: a value fills a place inside a word and never makes, ends or removes
 *    one, whatever it contains.
 * 2. No shell runs, so a character that would mean something to a shell and nothing here is refused by name, never
 *    passed on as if it were ordinary.
 * 3. The program (the first word) is written out; no value chooses it.
 */
import { userError } from '../../http/service-error.ts';

type Part = { readonly text: string } | { readonly from: 'inputs' | 'outputs'; readonly name: string };

/** One word of the command line: pieces of text and places for values, in order. */
type Word = readonly Part[];

interface DeclaredNames {
  readonly inputs: ReadonlySet<string>;
  readonly outputs: ReadonlySet<string>;
}

type Values = Readonly<Record<'inputs' | 'outputs', ReadonlyMap<string, string>>>;

/**
 * Splits like a POSIX shell, as far as blanks, quotes and backslashes go. Throws a UserError that names the character
 * or placeholder at fault.
 */
export function parseCommandLine(command: string, declared: DeclaredNames): Word[] {
  const words = new Scanner(command.trim(), declared).scan();
  const program = words[0];
  if (!program) throw userError('command: empty; write the program and its arguments');
  if (program.some((part) => 'from' in part)) {
    throw userError(
      'command: the program is a placeholder; write the program out, values may only be arguments',
    );
  }
  if (/^[A-Za-z_]\w*=/.test(plainText(program))) {
    throw userError(
      `command: begins with the assignment ${JSON.stringify(plainText(program))}; use the job's environmentVariables`,
    );
  }
  return words;
}

/** Puts the values into their places. A value that is missing is a fault of this program, not of the caller. */
export function fillWords(words: readonly Word[], values: Values): string[] {
  return words.map((word) =>
    word
      .map((part) => {
        if ('text' in part) return part.text;
        const value = values[part.from].get(part.name);
        if (value === undefined)
          throw new Error(`${part.from}.${part.name}: declared, but no value was prepared`);
        return value;
      })
      .join(''),
  );
}

function plainText(word: Word): string {
  return word.map((part) => ('text' in part ? part.text : '')).join('');
}

const blank = /[ \t]/;
const shellOnly = new Set('|&;<>()$`*?[]{}\n\r');
const shellOnlyAtWordStart = new Set('~#');
const placeholder = /\$\{\{\s*(inputs|outputs)\.([A-Za-z_]\w*)\s*\}\}/y;

class Scanner {
  readonly #text: string;
  readonly #declared: DeclaredNames;
  readonly #words: Word[] = [];
  #at = 0;
  #word: Part[] | undefined;

  constructor(text: string, declared: DeclaredNames) {
    this.#text = text;
    this.#declared = declared;
  }

  scan(): Word[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at]!);
    this.#endWord();
    return this.#words;
  }

  #step(char: string): void {
    if (blank.test(char)) this.#endWord(1);
    else if (this.#sees('${{')) this.#placeholder();
    else if (char === "'") this.#quoted("'");
    else if (char === '"') this.#quoted('"');
    else if (char === '\\') this.#escaped();
    else if (shellOnly.has(char) || (!this.#word && shellOnlyAtWordStart.has(char))) this.#refuse(char);
    else this.#add(char, 1);
  }

  #sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #add(text: string, consumed: number): void {
    this.#word ??= [];
    const last = this.#word.at(-1);
    if (last && 'text' in last) this.#word[this.#word.length - 1] = { text: last.text + text };
    else this.#word.push({ text });
    this.#at += consumed;
  }

  #endWord(consumed = 0): void {
    if (this.#word) this.#words.push(this.#word);
    this.#word = undefined;
    this.#at += consumed;
  }

  #quoted(quote: "'" | '"'): void {
    const beganAt = this.#at;
    this.#add('', 1); // '' is a word, though an empty one
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) {
        throw userError(
          `command: the ${quote} at character ${beganAt + 1} is not closed; close it or escape it`,
        );
      }
      if (char === quote) break;
      if (this.#sees('${{')) this.#placeholder();
      else if (quote === '"' && char === '\\') this.#escapedInDoubleQuotes();
      else if (quote === '"' && (char === '$' || char === '`')) this.#refuse(char);
      else this.#add(char, 1);
    }
    this.#at += 1;
  }

  #escaped(): void {
    const next = this.#text[this.#at + 1];
    if (next === undefined) throw userError('command: ends with a backslash; remove it or double it');
    if (next === '\n') this.#at += 2;
    else this.#add(next, 2);
  }

  #escapedInDoubleQuotes(): void {
    const next = this.#text[this.#at + 1] ?? '';
    if (next === '\n') this.#at += 2;
    else if ('$`"\\'.includes(next) && next) this.#add(next, 2);
    else this.#add('\\', 1);
  }

  #placeholder(): void {
    placeholder.lastIndex = this.#at;
    const match = placeholder.exec(this.#text);
    if (!match) {
      const seen = this.#text.slice(this.#at, this.#at + 40);
      throw userError(
        `command: ${JSON.stringify(seen)} is not a placeholder; write ${'${{inputs.NAME}}'} or ${'${{outputs.NAME}}'}`,
      );
    }
    const from = match[1] as 'inputs' | 'outputs';
    const name = match[2]!;
    this.#word ??= [];
    this.#word.push({ from, name });
    this.#at += match[0].length;
    if (this.#declared[from].has(name)) return;
    throw userError(
      `command: ${match[0]} names no ${from.slice(0, -1)} of this job; declare ${from}.${name}`,
    );
  }

  #refuse(char: string): never {
    const shown = char === '\n' || char === '\r' ? 'a line break' : JSON.stringify(char);
    throw userError(
      `command: ${shown} at character ${this.#at + 1} would need a shell, and none runs; quote it with '...' or move it into a script`,
    );
  }
}
