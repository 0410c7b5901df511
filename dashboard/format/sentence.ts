/** Finds in a sentence of the service what a page shows better than as text: times, and ids that lead somewhere. Pure. */

type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly text: string }
  | { readonly kind: 'run'; readonly text: string }
  | { readonly kind: 'release'; readonly text: string };

const known =
  /(?<time>\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z)|(?<![\w:/-])(?<release>[a-z0-9][a-z0-9-]*-\d{8}-[0-9a-f]{8}-release)(?![\w-])|(?<![\w:/-])(?<run>[a-z0-9][a-z0-9-]*-\d{8}-[0-9a-f]{8})(?![\w-])/g;

export function splitSentence(sentence: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const match of sentence.matchAll(known)) {
    if (match.index > at) pieces.push({ kind: 'text', text: sentence.slice(at, match.index) });
    const { time, release } = match.groups ?? {};
    const kind = time !== undefined ? 'time' : release !== undefined ? 'release' : 'run';
    pieces.push({ kind, text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < sentence.length) pieces.push({ kind: 'text', text: sentence.slice(at) });
  return pieces;
}
