/** Plain JSON. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * JSON in the one form that RFC 8785 (JCS) gives a value: no spaces, names in the order of their UTF-16 code units, numbers and
 * strings as ECMAScript writes them. Equal values give equal bytes.
 *
 * Errors: a RangeError for what has no such form: a number that is not finite, half of a surrogate pair.
 */
export function canonicalJson(value: JsonValue): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new RangeError(`JSON has no number ${value}`);
  if (typeof value === 'string' && !value.isWellFormed())
    throw new RangeError('a text with half a surrogate pair has no canonical form');
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each)).join(',')}]`;
  const entries = Object.entries(value as { readonly [key: string]: JsonValue });
  // `sort` compares UTF-16 code units, as the RFC has it.
  const names = entries.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return `{${names.map(([name, each]) => `${canonicalJson(name)}:${canonicalJson(each)}`).join(',')}}`;
}
