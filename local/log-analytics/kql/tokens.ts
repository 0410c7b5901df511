import { KqlError } from './error.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'timespan' | 'datetime' | 'string' | 'sign' | 'end';
  /** Of a text or a quoted name: its content. */
  readonly text: string;
  /** A name in brackets and quotes: of a column, or after one of a member of its values. */
  readonly isQuoted?: true;
  /** From 1. */
  readonly line: number;
  /** From 0. */
  readonly pos: number;
}

/** More is no rule, and the depth of what is built from the tokens stays bounded. */
const tokensAtMost = 2000;

const patterns: readonly (readonly [Token['kind'] | 'blank', RegExp])[] = [
  ['blank', /(?:\s+|\/\/[^\n]*)/y],
  ['datetime', /datetime\s*\(([^()]*)\)/y],
  ['timespan', /\d+(?:\.\d+)?(?:ms|[dhms])(?![A-Za-z0-9_])/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![A-Za-z0-9_])/y],
  ['string', /@"[^"\n]*"|@'[^'\n]*'|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/y],
  ['word', /\[\s*(?:"([^"\n]*)"|'([^'\n]*)')\s*\]|!?[A-Za-z_][A-Za-z0-9_]*/y],
  ['sign', /\.\.|==|!=|<=|>=|=~|!~|[-+*/<>=|(),;]/y],
];

export function readTokens(query: string): Token[] {
  const tokens: Token[] = [];
  let [at, line, lineStart] = [0, 1, 0];
  while (at < query.length) {
    const found = matchAt(query, at);
    const place = { line, pos: at - lineStart };
    if (!found) throw unreadable(query.slice(at, at + 1), place);
    const [kind, match] = found;
    const isQuoted = kind === 'word' && match[0].startsWith('[');
    if (kind !== 'blank')
      tokens.push({ kind, text: contentOf(kind, match), ...(isQuoted && { isQuoted }), ...place });
    if (tokens.length > tokensAtMost) throw unreadable(match[0], place);
    const breaks = [...match[0].matchAll(/\n/g)];
    line += breaks.length;
    if (breaks.length > 0) lineStart = at + breaks.at(-1)!.index + 1;
    at += match[0].length;
  }
  return [...tokens, { kind: 'end', text: '', line, pos: at - lineStart }];
}

function matchAt(query: string, at: number): [Token['kind'] | 'blank', RegExpExecArray] | null {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(query);
    if (match) return [kind, match];
  }
  return null;
}

function contentOf(kind: Token['kind'], match: RegExpExecArray): string {
  const [whole, first, second] = match;
  if (kind === 'datetime') return first!.trim().replaceAll(/^["']|["']$/g, '');
  if (kind === 'word') return first ?? second ?? whole;
  if (kind !== 'string') return whole;
  if (whole.startsWith('@')) return whole.slice(2, -1);
  const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r' };
  return whole.slice(1, -1).replaceAll(/\\(.)/g, (_all, char: string) => escapes[char] ?? char);
}

/** The query makes no sense, or leaves the subset, at this token. */
export function unreadable(text: string, place: { line: number; pos: number }, hint = ''): KqlError {
  const token = text === '' ? '<EOF>' : text.slice(0, 50);
  const message = `Query could not be parsed at '${token}' on line [${place.line},${place.pos}]${hint}`;
  return new KqlError('SyntaxError', message, { ...place, token });
}
