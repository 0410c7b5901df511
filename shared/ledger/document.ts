/**
 * A whole document as JSON text in the string properties of one table row.
 *
 * A string property holds 32 Ki characters and a row 1 MiB, so the text is cut. It is ASCII, with everything else
 * escaped, so that no cut, here or on the way, can divide a character. Secrets of a known form are not kept.
 */
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';

const partLength = 30_000;
const mostParts = 15;
const partName = (index: number): string => `document${index}`;

export function writeDocument(
  document: unknown,
  subject: Readonly<Record<string, string>>,
): Record<string, string> {
  const text = asciiJson(maskSecrets(JSON.stringify(document)));
  if (text.length > mostParts * partLength) {
    throw new RatchetError(
      'broken-invariant',
      `a ledger row holds at most ${mostParts * partLength} characters; found ${text.length}; shorten the evidence`,
      { subject },
    );
  }
  const parts: Record<string, string> = {};
  for (let index = 0; index * partLength < text.length; index++) {
    parts[partName(index)] = text.slice(index * partLength, (index + 1) * partLength);
  }
  return parts;
}

export function readDocument<T>(row: Readonly<Record<string, unknown>>): T {
  let text = '';
  for (let index = 0; typeof row[partName(index)] === 'string'; index++) text += row[partName(index)];
  return JSON.parse(text) as T;
}

function asciiJson(text: string): string {
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
