/** Reads the fields of MLflow's requests, which are protocol buffers written as JSON. */
import type { Request } from '../http.ts';
import { invalidParameter } from './errors.ts';

/** The fields of a request, wherever its method puts them. */
export function fieldsOf(request: Request): Readonly<Record<string, unknown>> {
  if (request.method === 'GET') return Object.fromEntries(request.query);
  const body = request.body ?? {};
  if (typeof body !== 'object' || Array.isArray(body))
    throw invalidParameter('The request body must be a JSON object.');
  return body as Record<string, unknown>;
}

export function text(fields: Readonly<Record<string, unknown>>, ...names: readonly string[]): string {
  const found = optionalText(fields, ...names);
  if (found !== undefined) return found;
  throw invalidParameter(`Missing value for required parameter '${names[0]}'.`);
}

export function optionalText(
  fields: Readonly<Record<string, unknown>>,
  ...names: readonly string[]
): string | undefined {
  for (const name of names) {
    const value = fields[name];
    if (typeof value === 'string' && value !== '') return value;
    if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  }
  return undefined;
}

/** A 64-bit integer comes as a number or as a text of digits. */
export function integer(fields: Readonly<Record<string, unknown>>, name: string, absent?: number): number {
  const value = fields[name];
  if ((value === undefined || value === null) && absent !== undefined) return absent;
  const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
  throw invalidParameter(
    `Invalid value ${JSON.stringify(value)} for parameter '${name}': expected an integer.`,
  );
}

const largest = Number.MAX_VALUE;
const special: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: largest,
  '-Infinity': -largest,
};

/** A double. NaN and the infinities come as texts; MLflow keeps an infinity as the largest double there is. */
export function double(fields: Readonly<Record<string, unknown>>, name: string): number {
  const value = fields[name];
  if (typeof value === 'number') return Number.isFinite(value) ? value : Math.sign(value) * largest;
  if (typeof value === 'string' && value in special) return special[value]!;
  if (typeof value === 'string' && value.trim() !== '' && Number.isFinite(Number(value)))
    return Number(value);
  throw invalidParameter(
    `Invalid value ${JSON.stringify(value)} for parameter '${name}': expected a number.`,
  );
}

/** JSON has no NaN; protocol buffers write it as a text. */
export function doubleOut(value: number): number | 'NaN' {
  return Number.isNaN(value) ? 'NaN' : value;
}

export function list(
  fields: Readonly<Record<string, unknown>>,
  name: string,
): Readonly<Record<string, unknown>>[] {
  const value = fields[name] ?? [];
  if (Array.isArray(value) && value.every((item) => item !== null && typeof item === 'object')) {
    return value as Record<string, unknown>[];
  }
  throw invalidParameter(`Invalid value for parameter '${name}': expected a list of objects.`);
}

export function texts(fields: Readonly<Record<string, unknown>>, name: string): string[] {
  const value = fields[name] ?? [];
  const items = Array.isArray(value) ? value : [value];
  if (items.every((item) => typeof item !== 'object')) return items.map(String);
  throw invalidParameter(`Invalid value for parameter '${name}': expected a list of strings.`);
}
