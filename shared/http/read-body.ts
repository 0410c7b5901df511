import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { suggest } from '../config/suggest.ts';
import { RatchetError } from '../errors.ts';

/** No request of this API needs more; a longer body is refused before it is read as JSON. */
export const longestBodyBytes = 64 * 1024;

/** Reads a JSON body that must fit a schema. Throws a RatchetError that names every problem. */
export async function readBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  schema: Schema,
): Promise<z.infer<Schema>> {
  return parseBody(await readBytes(request), schema);
}

/** Reads a body of JSON as it came, for whoever must look at its bytes before they mean anything. */
export async function readBytes(request: HttpRequest): Promise<ArrayBuffer> {
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    const seen = mediaType === '' ? 'none' : JSON.stringify(mediaType.slice(0, 100));
    throw new RatchetError('unsupported-media-type', `content-type must be application/json, got ${seen}`);
  }
  const bytes = await request.arrayBuffer();
  if (bytes.byteLength > longestBodyBytes) {
    throw new RatchetError(
      'body-too-large',
      `the body has ${bytes.byteLength} bytes; at most ${longestBodyBytes} are read`,
    );
  }
  return bytes;
}

export function parseBody<Schema extends z.ZodObject>(bytes: ArrayBuffer, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, known));
  throw new RatchetError('bad-request', problems.join('; '));
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    throw new RatchetError('bad-request', 'the body is not JSON in UTF-8', { cause });
  }
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${key.slice(0, 100)}: unknown field${suggest(key.slice(0, 100), known)}`);
  }
  const path = issue.path.map(String).join('.').slice(0, 200);
  return [`${path || 'body'}: ${issue.message}`];
}
