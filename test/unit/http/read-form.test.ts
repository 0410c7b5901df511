import { HttpRequest } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { readForm } from '../../../shared/http/read-form.ts';

const url = 'https://ratchet.example.com/api/signed-in/releases/r/approval';
const own = ['ratchet.example.com'];

function form(body: string, headers: Record<string, string> = {}): HttpRequest {
  return new HttpRequest({
    ...{ method: 'POST', url, body: { string: body } },
    headers: {
      'content-type': 'application/x-www-form-urlencoded',
      origin: 'https://ratchet.example.com',
      ...headers,
    },
  });
}

describe('a form', () => {
  it('is read as a browser sends it, from a page of this app', async () => {
    const read = await readForm(
      form('action=approve&reason=well+done%3A+%C3%A4', { 'sec-fetch-site': 'same-origin' }),
      own,
    );
    expect([...read]).toEqual([
      ['action', 'approve'],
      ['reason', 'well done: ä'],
    ]);
  });

  it('may come from a page under each of the names of the app', async () => {
    const request = form('a=1', { origin: 'https://ml.example.com' });
    await expect(readForm(request, [...own, 'ml.example.com'])).resolves.toBeDefined();
  });

  it.each([
    ['of another site', { origin: 'https://evil.example' }, 'forbidden'],
    ['of another port', { origin: 'https://ratchet.example.com:8443' }, 'forbidden'],
    ['whose page has no origin', { origin: 'null' }, 'forbidden'],
    ['that does not say whose it is', { origin: '' }, 'forbidden'],
    ['that the browser says is of another site', { 'sec-fetch-site': 'cross-site' }, 'forbidden'],
    ['of a neighbour of the same site', { 'sec-fetch-site': 'same-site' }, 'forbidden'],
    ['that is JSON', { 'content-type': 'application/json' }, 'unsupported-media-type'],
    ['that is text', { 'content-type': 'text/plain' }, 'unsupported-media-type'],
    ['in parts', { 'content-type': 'multipart/form-data; boundary=x' }, 'unsupported-media-type'],
  ])('is refused %s', async (_what, headers, code) => {
    await expect(readForm(form('a=1', headers), own)).rejects.toMatchObject({ code });
  });

  it('is refused where it is too long', async () => {
    await expect(readForm(form(`reason=${'x'.repeat(17_000)}`), own)).rejects.toMatchObject({
      code: 'body-too-large',
    });
  });

  it('keeps no secret of a known form that somebody pastes into it', async () => {
    const read = await readForm(form('reason=AccountKey%3Dabcdefghijklmnopqrstuvwxyz'), own);
    expect(read.get('reason')).not.toContain('abcdefghijklmnopqrstuvwxyz');
  });
});
