/**
 * Reads a query of the subset: docs/local-cloud/log-analytics.md lists it.
 *
 * Invariant: a text is read whole or refused with a KqlError that names the part which is not understood.
 */
import { parseExpression } from './parse-expression.ts';
import type { Named, Operator, Query, SortKey } from './syntax.ts';
import { TokenReader } from './token-reader.ts';
import { readTokens } from './tokens.ts';

const known =
  '; the local Log Analytics knows where, summarize, project, project-rename, order by, sort by, take, limit and count';

export function parseQuery(text: string): Query {
  const reader = new TokenReader(readTokens(text));
  const table = reader.expectKind('word', 'the name of a table').text;
  const operators: Operator[] = [];
  while (reader.accept('|')) operators.push(parseOperator(reader));
  reader.accept(';');
  if (reader.next.kind !== 'end') reader.fail();
  return { table, operators };
}

function parseOperator(reader: TokenReader): Operator {
  const token = reader.take();
  switch (token.kind === 'word' ? token.text : '') {
    case 'where':
      return { kind: 'where', condition: parseExpression(reader) };
    case 'summarize':
      return parseSummarize(reader);
    case 'project':
      return parseProject(reader);
    case 'order':
    case 'sort':
      reader.expect('by');
      return { kind: 'order', keys: reader.list(() => parseSortKey(reader)) };
    case 'take':
    case 'limit':
      return { kind: 'take', count: parseCount(reader) };
    case 'count':
      return { kind: 'count' };
    default:
      return reader.fail(known, token);
  }
}

function parseCount(reader: TokenReader): number {
  const token = reader.expectKind('number', 'a number of rows');
  return /^\d+$/.test(token.text)
    ? Number(token.text)
    : reader.fail('; expected a whole number of rows', token);
}

function parseSummarize(reader: TokenReader): Operator {
  const isOnlyKeys = reader.next.kind === 'word' && reader.next.text === 'by';
  const aggregates = isOnlyKeys ? [] : reader.list(() => parseNamed(reader));
  const by = reader.accept('by') ? reader.list(() => parseNamed(reader)) : [];
  return { kind: 'summarize', aggregates, by };
}

function parseProject(reader: TokenReader): Operator {
  const dash = reader.accept('-');
  if (!dash) return { kind: 'project', items: reader.list(() => parseNamed(reader)) };
  if (!reader.accept('rename')) reader.fail(known);
  const items = reader.list(() => {
    const to = reader.expectKind('word', 'a name').text;
    reader.expect('=');
    return { to, from: reader.expectKind('word', 'a column').text };
  });
  return { kind: 'project-rename', items };
}

function parseNamed(reader: TokenReader): Named {
  if (reader.next.kind !== 'word' || !reader.isFollowedBy('='))
    return { name: null, expression: parseExpression(reader) };
  const name = reader.take().text;
  reader.expect('=');
  return { name, expression: parseExpression(reader) };
}

/** Without a word the order is descending; nulls come first in an ascending order and last in a descending one. */
function parseSortKey(reader: TokenReader): SortKey {
  const expression = parseExpression(reader);
  const descending = reader.accept('asc', 'desc')?.text !== 'asc';
  if (!reader.accept('nulls')) return { expression, descending, nullsFirst: !descending };
  const place = reader.accept('first', 'last') ?? reader.fail('; expected first or last');
  return { expression, descending, nullsFirst: place.text === 'first' };
}
