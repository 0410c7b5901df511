import type { Expression } from './syntax.ts';
import type { TokenReader } from './token-reader.ts';
import { type Token, unreadable } from './tokens.ts';

const comparisons = ['==', '!=', '<=', '>=', '<', '>', '=~', '!~', 'contains', 'startswith'];
const unitsMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1000,
  ms: 1,
};

export function parseExpression(reader: TokenReader): Expression {
  return reader.nested(() =>
    parseChain(reader, ['or'], () => parseChain(reader, ['and'], () => parseComparison(reader))),
  );
}

/** Operators of one rank, from the left. */
function parseChain(reader: TokenReader, operators: readonly string[], parse: () => Expression): Expression {
  let left = parse();
  for (let token = reader.accept(...operators); token; token = reader.accept(...operators)) {
    left = { kind: 'binary', operator: token.text, left, right: parse() };
  }
  return left;
}

function parseComparison(reader: TokenReader): Expression {
  const left = parseSum(reader);
  const membership = reader.accept('in', '!in');
  if (membership) {
    const items = parseList(reader);
    return { kind: 'in', operand: left, items, negated: membership.text === '!in' };
  }
  if (reader.accept('between')) return parseBetween(reader, left);
  const token = reader.accept(...comparisons);
  return token ? { kind: 'binary', operator: token.text, left, right: parseSum(reader) } : left;
}

function parseBetween(reader: TokenReader, operand: Expression): Expression {
  reader.expect('(');
  const low = parseSum(reader);
  reader.expect('..');
  const high = parseSum(reader);
  reader.expect(')');
  return { kind: 'between', operand, low, high };
}

function parseSum(reader: TokenReader): Expression {
  return parseChain(reader, ['+', '-'], () => parseChain(reader, ['*', '/'], () => parseUnary(reader)));
}

function parseUnary(reader: TokenReader): Expression {
  if (!reader.accept('-')) return parsePrimary(reader);
  const right = reader.nested(() => parseUnary(reader));
  if (right.kind === 'literal' && typeof right.value === 'number' && right.type !== 'datetime') {
    return { ...right, value: -right.value };
  }
  return { kind: 'binary', operator: '-', left: { kind: 'literal', type: 'long', value: 0 }, right };
}

function parsePrimary(reader: TokenReader): Expression {
  if (reader.accept('(')) {
    const inner = parseExpression(reader);
    reader.expect(')');
    return inner;
  }
  const token = reader.take();
  const literal = readLiteral(token);
  if (literal) return literal;
  if (token.kind !== 'word' || token.text.startsWith('!')) return reader.fail('; expected a value', token);
  if (reader.next.kind === 'sign' && reader.next.text === '(')
    return { kind: 'call', name: token.text, args: parseList(reader) };
  let value: Expression = { kind: 'column', name: token.text };
  while (reader.next.isQuoted) value = { kind: 'member', of: value, name: reader.take().text };
  return value;
}

function parseList(reader: TokenReader): Expression[] {
  reader.expect('(');
  if (reader.accept(')')) return [];
  const items = reader.list(() => parseExpression(reader));
  reader.expect(')');
  return items;
}

function readLiteral(token: Token): Expression | null {
  const { kind, text } = token;
  switch (kind) {
    case 'number':
      return { kind: 'literal', type: /^\d+$/.test(text) ? 'long' : 'real', value: Number(text) };
    case 'timespan': {
      const [, amount, unit] = /^([\d.]+)(\w+)$/.exec(text)!;
      return { kind: 'literal', type: 'timespan', value: Number(amount) * unitsMs[unit!]! };
    }
    case 'datetime':
      return { kind: 'literal', type: 'datetime', value: readDatetime(token) };
    case 'string':
      return { kind: 'literal', type: 'string', value: text };
    default:
      return text === 'true' || text === 'false'
        ? { kind: 'literal', type: 'bool', value: text === 'true' }
        : null;
  }
}

/** ISO 8601, in UTC where it names no zone. */
function readDatetime(token: Token): number | null {
  if (token.text === 'null') return null;
  const iso = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?(Z|[+-]\d\d:\d\d)?$/.exec(token.text);
  const hasTime = token.text.length > 10;
  const ms = iso ? Date.parse(`${token.text.replace(' ', 'T')}${hasTime && !iso[1] ? 'Z' : ''}`) : Number.NaN;
  if (Number.isNaN(ms)) throw unreadable(`datetime(${token.text})`, token, '; expected an ISO 8601 time');
  return ms;
}
