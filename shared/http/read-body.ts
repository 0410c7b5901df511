import type { HttpRequest } from '@azure/functions';
import type { z } from 'zod';
import { describeKey } from '../config/describe-issue.ts';
import { suggest } from '../config/suggest.ts';
import { RatchetError } from '../errors.ts';
import { maskSecrets } from '../mask-secrets.ts';

/** Most requests need no more; of a longer body no more than its limit is ever held. */
export const longestBodyBytes = 64 * 1024;

/** A body that streams in must be whole by then. */
const longestBodyMs = 10_000;

/** Reads a JSON body that must fit a schema. Throws a RatchetError that names every problem. */
export async function readBody<Schema extends z.ZodObject>(
  request: HttpRequest,
  schema: Schema,
  limitBytes = longestBodyBytes,
): Promise<z.infer<Schema>> {
  return parseBody(await readBytes(request, limitBytes), schema);
}

/** Reads a body of JSON as it came, for whoever must look at its bytes before they mean anything. */
export async function readBytes(
  request: Pick<HttpRequest, 'headers' | 'body'>,
  limitBytes = longestBodyBytes,
): Promise<Uint8Array> {
  const mediaType = (request.headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  if (mediaType !== 'application/json') {
    const seen = mediaType === '' ? 'none' : JSON.stringify(mediaType.slice(0, 100));
    throw new RatchetError('unsupported-media-type', `content-type must be application/json, got ${seen}`);
  }
  return readLimited(request, limitBytes);
}

/** Reads a body of any type; of a longer one no more than its limit is ever held. Throws `body-too-large`, `body-too-slow`. */
export async function readLimited(
  { headers, body }: Pick<HttpRequest, 'headers' | 'body'>,
  limitBytes: number,
): Promise<Uint8Array> {
  if (Number(headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes);
  return body === null ? new Uint8Array() : readStream(body, limitBytes);
}

async function readStream(body: NonNullable<HttpRequest['body']>, limitBytes: number): Promise<Uint8Array> {
  const reader = body.getReader();
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    void reader.cancel().catch(() => undefined);
  }, longestBodyMs);
  const chunks: Uint8Array[] = [];
  let length = 0;
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      length += next.value.byteLength;
      if (length > limitBytes) throw tooLarge(limitBytes);
      chunks.push(next.value);
    }
  } finally {
    clearTimeout(timer);
    void reader.cancel().catch(() => undefined);
  }
  if (late)
    throw new RatchetError(
      'body-too-slow',
      `the body did not arrive within ${longestBodyMs / 1000} s; send it again`,
    );
  return Buffer.concat(chunks, length);
}

function tooLarge(limitBytes: number): RatchetError {
  return new RatchetError(
    'body-too-large',
    `the body is too long: at most ${limitBytes} bytes are accepted; send less`,
  );
}

export function parseBody<Schema extends z.ZodObject>(bytes: Uint8Array, schema: Schema): z.infer<Schema> {
  const parsed = schema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const known = Object.keys(schema.shape);
  const problems = parsed.error.issues.flatMap((issue) => describeIssue(issue, known));
  throw new RatchetError('bad-request', problems.join('; '));
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    // What a person pastes into a reason by mistake goes into histories and states: it is taken out here.
    return JSON.parse(maskSecrets(new TextDecoder('utf-8', { fatal: true }).decode(bytes)));
  } catch (cause) {
    throw new RatchetError('bad-request', 'the body is not valid JSON in UTF-8', { cause });
  }
}

function describeIssue(issue: z.core.$ZodIssue, known: readonly string[]): string[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${key.slice(0, 100)}: unknown field${suggest(key.slice(0, 100), known)}`);
  }
  const path = issue.path.map(String).join('.').slice(0, 200);
  return [`${path || 'body'}: ${issue.code === 'invalid_key' ? describeKey(issue) : issue.message}`];
}
