/** The platform's setting for the longest body. */
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { newHome, send, startTestHost, writeSettings } from './test-host.ts';

const { home, remove } = newHome();
afterAll(remove);

const limit = (value: string) => writeSettings(home, { FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: value });

test('is the longest that reaches a function', async () => {
  const host = await startTestHost({ home: join(home, 'a'), settingsFile: limit('10') });
  const post = (body: string) =>
    send(`${host.url}/api/echo`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body });
  expect((await post('x'.repeat(10))).status).toBe(201);
  const refused = await post('x'.repeat(11));
  expect([refused.status, refused.body]).toEqual([413, expect.stringContaining('longer than 10 bytes')]);
  await host.stop();
});

test.each(['1 MB', '-1', '0', '1e6', '9'.repeat(30)])(
  'that is no number of bytes (%s) stops the start',
  async (value) => {
    await expect(startTestHost({ home: join(home, 'b'), settingsFile: limit(value) })).rejects.toThrow(
      `FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: expected a number of bytes, got "${value}"`,
    );
  },
);
