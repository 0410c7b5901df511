/** Commands as somebody would type them. Pure. */

/** A word in a shell of POSIX: in single quotes where it is not plain. */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

export function command(...words: readonly string[]): string {
  return ['npx ratchet', ...words.map(quote)].join(' ');
}
