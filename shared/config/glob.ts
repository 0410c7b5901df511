/**
 * Patterns of file names, as a model file has them. Pure, and as slow as pattern times name at most: no pattern, and no
 * name that somebody uploads, takes longer.
 *
 * `*` stands for any text without a slash, `?` for one character that is none, `**` for any text, and `**` with a slash
 * behind it for any number of folders, also none. A pattern without a slash is about one part of a path, wherever it
 * is; one with a slash is about the path from its beginning.
 */

type Token =
  | { readonly is: 'text'; readonly text: string }
  /** Nothing, or folders: what follows is `folders`, which ends with a slash. */
  | { readonly is: 'character' | 'part' | 'path' | 'no-folders-or' | 'folders' };

type Matcher = (text: string) => boolean;

/** Patterns are few and names are many: a pattern is taken apart once. */
const matchers = new Map<string, Matcher>();
const matchersAtMost = 1000;

/** Whether the whole text fits the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  let matches = matchers.get(pattern);
  if (matches === undefined) {
    matches = compile(pattern);
    if (matchers.size >= matchersAtMost) matchers.clear();
    matchers.set(pattern, matches);
  }
  return matches(text);
}

/** Whether a pattern is about a file: its name, or where it has a slash its path. */
export function matchesFile(pattern: string, path: string): boolean {
  return matchesGlob(pattern, pattern.includes('/') ? path : path.slice(path.lastIndexOf('/') + 1));
}

/** Whether a pattern is about a file or a folder that it lies in. */
export function matchesFileOrFolder(pattern: string, path: string): boolean {
  const parts = path.split('/');
  const candidates = pattern.includes('/')
    ? parts.map((_part, at) => parts.slice(0, at + 1).join('/'))
    : parts;
  return candidates.some((candidate) => matchesGlob(pattern, candidate));
}

function tokensOf(pattern: string): readonly Token[] {
  return [...pattern.matchAll(/\*\*\/?|[\s\S]/gu)].flatMap(([text]): Token[] => {
    if (text === '**/') return [{ is: 'no-folders-or' }, { is: 'folders' }];
    if (text === '**') return [{ is: 'path' }];
    if (text === '*') return [{ is: 'part' }];
    return text === '?' ? [{ is: 'character' }] : [{ is: 'text', text }];
  });
}

/** Most patterns are a beginning or an end: these need no machine. */
function compile(pattern: string): Matcher {
  const [, beginning, ending] = /^([^*?]*)\*([^*?]*)$/.exec(pattern) ?? [];
  if (beginning === undefined || ending === undefined) return compileMachine(pattern);
  const least = beginning.length + ending.length;
  return (text) =>
    text.length >= least &&
    text.endsWith(ending) &&
    text.startsWith(beginning) &&
    !text.slice(beginning.length, text.length - ending.length).includes('/');
}

/** A machine that is in many states at once, each a token that may come next, and so never has to go back. */
function compileMachine(pattern: string): Matcher {
  const tokens = tokensOf(pattern);
  const end = tokens.length;
  return (text) => {
    let states = new Uint8Array(end + 1);
    let next = new Uint8Array(end + 1);
    enter(tokens, states, 0);
    for (const character of text) {
      let isAlive = false;
      for (let state = 0; state < end; state++) {
        if (states[state] === 1) isAlive = step(tokens, next, state, character) || isAlive;
      }
      if (!isAlive) return false;
      [states, next] = [next, states.fill(0)];
    }
    return states[end] === 1;
  };
}

/** Enters a state, and those behind tokens that may stand for nothing. */
function enter(tokens: readonly Token[], states: Uint8Array, state: number): true {
  states[state] = 1;
  const is = tokens[state]?.is;
  if (is === 'part' || is === 'path' || is === 'no-folders-or') enter(tokens, states, state + 1);
  if (is === 'no-folders-or') enter(tokens, states, state + 2);
  return true;
}

/** Takes a character in one state; says whether the state leads anywhere. */
function step(tokens: readonly Token[], next: Uint8Array, state: number, character: string): boolean {
  const token = tokens[state]!;
  switch (token.is) {
    case 'text':
      return token.text === character && enter(tokens, next, state + 1);
    case 'character':
      return character !== '/' && enter(tokens, next, state + 1);
    case 'part':
      return character !== '/' && enter(tokens, next, state);
    case 'path':
      return enter(tokens, next, state);
    case 'folders':
      if (character === '/') enter(tokens, next, state + 1);
      return enter(tokens, next, state);
    default:
      return false;
  }
}
