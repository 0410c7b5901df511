/** The same of an app that takes bodies as streams, whose requests go another way. Streams are set up for a process. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { newHome, send, startTestHost, writeApp } from './test-host.ts';

test('an app that takes streams sees who a token is of, and no principal that comes from outside', async () => {
  const { home, remove } = newHome();
  const signInFile = join(home, 'people.json');
  writeFileSync(signInFile, JSON.stringify({ people: [{ name: 'ada', roles: [], token: 'a'.repeat(43) }] }));
  const appDirectory = writeApp(join(home, 'app'), {
    'app.js': `
      const { app } = require('@azure/functions');
      app.setup({ enableHttpStream: true });
      app.post('echo', { authLevel: 'anonymous', handler: async (request) => ({
        jsonBody: { body: await request.text(), headers: Object.fromEntries(request.headers) },
      }) });
    `,
  });
  const host = await startTestHost({ appDirectory, home: join(home, 'host'), signInFile });
  try {
    const ask = async (more: Record<string, string>) => {
      const headers = { 'X-MS-Client-Principal': 'forged', 'content-length': '4', 'x-test': 'kept', ...more };
      const { status, body } = await send(`${host.url}/api/echo`, { method: 'POST', headers, body: 'body' });
      expect(status, body).toBe(200);
      return JSON.parse(body) as { body: string; headers: Record<string, string> };
    };
    const nobody = await ask({});
    expect(nobody).toMatchObject({ body: 'body', headers: { 'x-test': 'kept' } });
    expect(nobody.headers).not.toHaveProperty('x-ms-client-principal');
    const ada = await ask({ authorization: `Bearer ${'a'.repeat(43)}` });
    expect(ada.headers).toMatchObject({ 'x-ms-client-principal-name': 'ada' });
    expect(ada.headers['x-ms-client-principal']).not.toContain('forged');
  } finally {
    await host.stop();
    remove();
  }
});
