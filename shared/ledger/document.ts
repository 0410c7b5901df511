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
  return writeText(maskSecrets(JSON.stringify(document)), subject);
}

/** The same for what holds no secret: it is kept to the letter. */
export function writeWhole(
  document: unknown,
  subject: Readonly<Record<string, string>>,
): Record<string, string> {
  return writeText(JSON.stringify(document), subject);
}

function writeText(json: string, subject: Readonly<Record<string, string>>): Record<string, string> {
  const text = asciiJson(json);
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

/** The document as the row holds it, byte for byte. */
export function documentText(row: Readonly<Record<string, unknown>>): string {
  let text = '';
  for (let index = 0; typeof row[partName(index)] === 'string'; index++) text += row[partName(index)];
  return text;
}

export function readDocument<T>(row: Readonly<Record<string, unknown>>): T {
  return JSON.parse(documentText(row)) as T;
}

function asciiJson(text: string): string {
  return text.replaceAll(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
