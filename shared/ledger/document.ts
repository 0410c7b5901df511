/**
 * A whole document as JSON text in the string properties of one table row.
 *
 * A string property holds 32 Ki UTF-16 units and a row 1 MiB, so the text is cut; never inside a surrogate pair,
 * whose halves would not survive the way.
 */
import { RatchetError } from '../errors.ts';

const partUnits = 30_000;
const mostParts = 15;
const partName = (index: number): string => `document${index}`;

export function writeDocument(
  document: unknown,
  subject: Readonly<Record<string, string>>,
): Record<string, string> {
  const text = JSON.stringify(document);
  const parts = cut(text);
  if (parts.length > mostParts) {
    throw new RatchetError(
      'broken-invariant',
      `a row of the ledger holds ${mostParts * partUnits} characters; found ${text.length}; shorten the evidence`,
      { subject },
    );
  }
  return Object.fromEntries(parts.map((part, index) => [partName(index), part]));
}

export function readDocument<T>(row: Readonly<Record<string, unknown>>): T {
  let text = '';
  for (let index = 0; typeof row[partName(index)] === 'string'; index++) text += row[partName(index)];
  return JSON.parse(text) as T;
}

function cut(text: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < text.length; ) {
    let end = start + partUnits;
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end--;
    parts.push(text.slice(start, end));
    start = end;
  }
  return parts;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
