import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ManagedIdentityCredential } from '@azure/identity';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { azureError } from '../../../shared/azure/azure-error.ts';
import { limitCredential } from '../../../shared/azure/limit-credential.ts';

const scope = 'https://management.azure.com/.default';

describe('a credential whose identity endpoint answers nothing', () => {
  const silent = createServer(() => {});
  const before = { ...process.env };

  beforeAll(async () => {
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${(silent.address() as AddressInfo).port}/msi`;
    process.env['IDENTITY_HEADER'] = 'header';
  });

  afterAll(() => {
    for (const name of ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    silent.closeAllConnections();
    silent.close();
  });

  it('gives up after its limit, and that is an outage', async () => {
    const error: unknown = await limitCredential(new ManagedIdentityCredential(), 50)
      .getToken(scope)
      .catch((thrown: unknown) => thrown);
    expect(azureError('reading job a', {}, error)).toMatchObject({
      code: 'azure-unavailable',
      message: expect.stringMatching(
        /^reading job a: the identity endpoint gave no token within 0\.05 s; check the app's identity/,
      ),
    });
  });

  it.each(['before', 'while'])('gives up when the call does, %s it waits', async (when) => {
    const call = new AbortController();
    if (when === 'before') call.abort();
    const token = limitCredential(new ManagedIdentityCredential()).getToken(scope, {
      abortSignal: call.signal,
    });
    call.abort();
    await expect(token).rejects.toMatchObject({ name: 'AbortError' });
  });
});

it('a credential that answers in time is let answer', async () => {
  const token = { token: 'abc', expiresOnTimestamp: 1 };
  expect(await limitCredential({ getToken: async () => token }).getToken(scope)).toEqual(token);
});
