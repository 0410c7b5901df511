import { describe, expect, it } from 'vitest';
import { azureError } from '../../../shared/azure/azure-error.ts';
import type { Finding } from '../../../shared/doctor/finding.ts';
import { probe } from '../../../shared/doctor/probe.ts';

const of = (ask: () => Promise<string | Finding>) =>
  probe({
    check: 'blob storage',
    role: 'Storage Blob Data Contributor on the account',
    settings: 'RATCHET_STORAGE',
    ask,
  });

describe('a probe', () => {
  it.each([401, 403])('names the missing role where the service answers %i', async (statusCode) => {
    const refused = azureError('writing a blob', {}, Object.assign(new Error('Not you.'), { statusCode }));
    expect(await of(() => Promise.reject(refused))).toMatchObject({
      state: 'problem',
      saw: expect.stringContaining(`Azure answered ${statusCode}`),
      next: expect.stringContaining('Storage Blob Data Contributor on the account'),
    });
  });

  it('knows what the client of Service Bus calls a refusal', async () => {
    const refused = azureError(
      'opening a queue',
      {},
      Object.assign(new Error('No claim.'), { code: 'UnauthorizedAccess' }),
    );
    expect((await of(() => Promise.reject(refused))).next).toContain('give the identity of the app the role');
  });

  it('names the settings where nothing answers, and shows no secret', async () => {
    const gone = new Error(
      'connect ECONNREFUSED AccountName=a;AccountKey=bm90LWEtcmVhbC1rZXktYnV0LWxvbmctZW5vdWdo;',
    );
    const { state, saw, next } = await of(() => Promise.reject(gone));
    expect({ state, next }).toMatchObject({
      state: 'problem',
      next: expect.stringContaining('RATCHET_STORAGE'),
    });
    expect(saw).toContain('ECONNREFUSED');
    expect(saw).not.toContain('bm90LWEtcmVhbC1rZXktYnV0LWxvbmctZW5vdWdo');
  });
});
