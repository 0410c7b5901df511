import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { longestBodyBytes, parseBody, readBytes } from '../../../shared/http/read-body.ts';

const json = { 'content-type': 'application/json' };
const read = (body: ReadableStream<Uint8Array> | null, headers: Record<string, string> = json) =>
  readBytes({ headers: new Headers(headers), body } as unknown as Parameters<typeof readBytes>[0]);

/** A body without end, which counts what was taken from it. */
function endless(chunkBytes: number) {
  const seen = { bytes: 0, cancelled: false };
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        seen.bytes += chunkBytes;
        controller.enqueue(new Uint8Array(chunkBytes));
      },
      cancel() {
        seen.cancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { seen, body };
}

describe('a body', () => {
  afterEach(() => vi.useRealTimers());

  it('of the longest length is read, in however many pieces', async () => {
    const pieces = ReadableStream.from([new Uint8Array(longestBodyBytes - 2), new Uint8Array(2)]);
    expect((await read(pieces as ReadableStream<Uint8Array>)).byteLength).toBe(longestBodyBytes);
    expect((await read(null)).byteLength).toBe(0);
  });

  it('that says it is longer is refused before any of it is taken', async () => {
    const { seen, body } = endless(1000);
    const headers = { ...json, 'content-length': String(longestBodyBytes + 1) };
    await expect(read(body, headers)).rejects.toMatchObject({ code: 'body-too-large', status: 413 });
    expect(seen.bytes).toBe(0);
  });

  it('that turns out to be longer is given up as soon as it is', async () => {
    const { seen, body } = endless(1000);
    await expect(read(body)).rejects.toMatchObject({ code: 'body-too-large', status: 413 });
    expect(seen).toEqual({ bytes: longestBodyBytes - (longestBodyBytes % 1000) + 1000, cancelled: true });
  });

  it('that stalls is given up after ten seconds', async () => {
    vi.useFakeTimers();
    const stalled = read(new ReadableStream<Uint8Array>());
    const refused = expect(stalled).rejects.toMatchObject({ code: 'body-too-slow', status: 408 });
    await vi.advanceTimersByTimeAsync(10_000);
    await refused;
  });

  it('loses the secrets that somebody put into it', () => {
    const bytes = Buffer.from('{"reason":"see https://a/b?sp=r&sig=bWFkZSBvZiBieXRlcw%3D%3D"}');
    const parsed = parseBody(bytes, z.strictObject({ reason: z.string() }));
    expect(parsed).toEqual({ reason: 'see https://a/b?sp=r&sig=***' });
  });

  it('of another type is not looked at', async () => {
    const { seen, body } = endless(1000);
    await expect(read(body, { 'content-type': 'text/plain' })).rejects.toMatchObject({ status: 415 });
    expect(seen.bytes).toBe(0);
  });
});
