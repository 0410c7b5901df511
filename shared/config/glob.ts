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

/** Whether the whole text fits the pattern. */
export function matchesGlob(pattern: string, text: string): boolean {
  const tokens = tokensOf(pattern);
  // The tokens that may come next, given the text so far: a machine of many states at once never has to go back.
  let states = withSkips([0], tokens);
  for (const character of text) {
    states = withSkips(
      [...states].flatMap((state) => after(tokens[state], state, character)),
      tokens,
    );
  }
  return states.has(tokens.length);
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

/** Where a character leads from one token. */
function after(token: Token | undefined, state: number, character: string): readonly number[] {
  switch (token?.is) {
    case 'text':
      return token.text === character ? [state + 1] : [];
    case 'character':
      return character === '/' ? [] : [state + 1];
    case 'part':
      return character === '/' ? [] : [state];
    case 'path':
      return [state];
    case 'folders':
      return character === '/' ? [state, state + 1] : [state];
    default:
      return [];
  }
}

/** The states, and those behind tokens that may stand for nothing. */
function withSkips(states: readonly number[], tokens: readonly Token[]): ReadonlySet<number> {
  const all = new Set(states);
  for (const state of all) {
    const is = tokens[state]?.is;
    if (is === 'part' || is === 'path' || is === 'no-folders-or') all.add(state + 1);
    if (is === 'no-folders-or') all.add(state + 2);
  }
  return all;
}
