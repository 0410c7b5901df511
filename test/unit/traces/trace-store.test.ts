import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { TraceStore } from '../../../shared/traces/trace-store.ts';

const traceId = 'a'.repeat(32);

async function storeOf(answer: RequestListener): Promise<TraceStore> {
  const server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return new TraceStore(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
}

it('reads a trace as Jaeger answers it, with 404 for one that nobody has sent', async () => {
  const asked: (string | undefined)[] = [];
  const store = await storeOf(({ url, headers }, response) => {
    asked.push(url, headers.authorization);
    response.writeHead(404).end('{"error":{"httpCode":404,"message":"trace not found"}}');
  });
  expect(await store.find(traceId)).toEqual({ spans: [], isCut: false });
  expect(asked).toEqual([`/api/v3/traces/${traceId}`, undefined]);
});

it('keeps the first of more spans than it tells', async () => {
  const spans = Array.from({ length: 2_100 }, (_, at) => ({
    ...{ traceId, spanId: (at + 1).toString(16).padStart(16, '0'), name: `s${at}` },
    ...{
      startTimeUnixNano: String(1_772_438_400_000_000_000n + BigInt(at)),
      endTimeUnixNano: '1772438400100000000',
    },
  }));
  const body = JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] });
  const found = await (await storeOf((_, response) => void response.end(body))).find(traceId);
  expect([found.spans.length, found.isCut, found.spans[1]?.name]).toEqual([2_000, true, 's1']);
});

it.each([
  [
    'is broken',
    (_: unknown, response: Parameters<RequestListener>[1]) => void response.writeHead(500).end('{}'),
    'it answered 500',
  ],
  [
    'is a page',
    (_: unknown, response: Parameters<RequestListener>[1]) => void response.end('<html>'),
    'the answer is not JSON',
  ],
  [
    'leads elsewhere',
    (_: unknown, response: Parameters<RequestListener>[1]) =>
      void response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'unexpected redirect',
  ],
])('says which setting to check where the answer %s', async (_what, answer, why) => {
  const failed = (await storeOf(answer)).find(traceId);
  await expect(failed).rejects.toMatchObject({ code: 'azure-unavailable' });
  await expect(failed).rejects.toThrow(why);
  await expect(failed).rejects.toThrow('check RATCHET_TRACES');
});

it('says so where nothing answers', async () => {
  await expect(new TraceStore('http://127.0.0.1:1').find(traceId)).rejects.toThrow(
    /reading trace .*: .*check RATCHET_TRACES/,
  );
});
