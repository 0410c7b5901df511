import { HttpRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { RatchetError } from '../../../shared/errors.ts';
import { answering } from '../../../shared/http/respond.ts';

const request = new HttpRequest({ method: 'GET', url: 'http://127.0.0.1/api/models' });

/** What a caller is told of an error, and what the log has of it. */
async function answer(
  error: Error,
): Promise<{ status: unknown; code: unknown; detail: unknown; log: string }> {
  const log: unknown[] = [];
  const context = new InvocationContext({
    invocationId: 'inv-1',
    logHandler: (_level, ...args) => log.push(...args),
  });
  const { body } = await answering(() => Promise.reject(error))(request, context);
  const { status, code, detail } = JSON.parse(String(body)) as Record<string, unknown>;
  return { status, code, detail, log: log.join('\n') };
}

const internal = "internal error; the service's log has the details under invocation inv-1";

describe('an error that a route throws', () => {
  it.each([
    [new RatchetError('not-found', 'no run "x"'), 404, 'not-found', 'no run "x"'],
    [
      new RatchetError('bad-setting', 'RATCHET_X must be a number; found "k"'),
      500,
      'bad-setting',
      'the service is misconfigured; its log names the setting',
    ],
    [new RatchetError('broken-invariant', 'two champions: a, b'), 500, 'broken-invariant', internal],
    [new TypeError('x is undefined'), 500, 'internal', internal],
  ])('is answered so that a caller learns what it may: %s', async (error, status, code, detail) => {
    expect(await answer(error)).toMatchObject({ status, code, detail });
  });

  it.each([
    new RatchetError('bad-setting', 'RATCHET_X must be a number; found "k"'),
    new RatchetError('broken-invariant', 'two champions: a, b'),
    new TypeError('x is undefined'),
  ])('is in the log whole where the answer keeps it back: %s', async (error) => {
    expect((await answer(error)).log).toContain(error.message);
  });
});
